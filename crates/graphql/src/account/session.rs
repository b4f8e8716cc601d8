//! Who a token stands for.
use super::PRIVATE;
use crate::{
    access::Viewer,
    cached::{SHAPE, Tags},
};
use chrono::{DateTime, Utc};
use futures_util::FutureExt as _;
use get_size2::GetSize as _;
use std::sync::Arc;
use tradewind_cache::{CacheError, Cached, Policy, Reread, Route, Tag, View};
use tradewind_commerce::{
    account::Token,
    staff::{self, Credential, StaffLogin},
};
use tradewind_loader::Loaded;
use tradewind_persistence::{
    Db, DbError,
    read::session::{SessionRow, sessions_by_token_hashes},
};

/// Sessions by the hashes of their tokens. The key is a secret's hash, so whoever asks for it is whom it is for: the viewer
/// is not known before. That a session has ended is a row too; a token that is unknown is asked for again each time.
struct SessionByToken<'a>(&'a Db);

impl Cached for SessionByToken<'_> {
    const NAME: &'static str = "session";
    const POLICY: Policy = match PRIVATE {
        crate::policy::Decision::Kept(policy) => Policy { scope: tradewind_cache::Scope::Public, ..policy },
        _ => Policy::NEVER,
    };
    const SHAPE: &'static str = SHAPE;
    const KEEPS_ABSENCE: bool = false;
    const KEY_IS_PLAIN: bool = false;
    type Key = String;
    type Value = Arc<SessionRow>;

    fn write_key(&self, hash: &String, out: &mut String) {
        out.push_str(hash);
    }

    fn key_tags(&self, hash: &String, tags: &mut Vec<Tag>) {
        Tags::new(tags).session_token(hash);
    }

    fn value_tags(&self, _: &String, session: &Self::Value, tags: &mut Vec<Tag>) {
        Tags::new(tags).session(session.id);
    }

    fn weight(session: &Self::Value) -> usize {
        session.get_heap_size()
    }

    fn reread(&self, hash: &String) -> Option<Reread<Self::Value>> {
        let (db, hash) = (self.0.aside(), hash.clone());
        Some(async move { Ok(sessions_by_token_hashes(&db, vec![hash]).await?.pop().map(Arc::new)) }.boxed())
    }
}

/// What a token turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authenticated {
    /// Somebody's, from now on.
    As(Viewer),
    /// Nobody's: unknown, ended or expired.
    No,
}

fn staff_viewer(credential: Credential, StaffLogin { member_id, id, permissions }: StaffLogin) -> Viewer {
    match credential {
        Credential::Session => Viewer::Staff { member: member_id, session: id, permissions },
        Credential::ApiKey => Viewer::ApiKey { key: id, permissions },
    }
}

/// Looks a token up. A customer's through the cache, STRICT, so that a session that was ended is over at once, everywhere;
/// one of staff on the primary.
pub(crate) async fn authenticate(
    db: &Db,
    view: Option<&View>,
    token: &Token,
    now: DateTime<Utc>,
) -> Result<Authenticated, DbError> {
    if let Some(credential) = Credential::of(token) {
        let found = staff::authenticate(db, credential, token, now).await?;
        return Ok(found.map_or(Authenticated::No, |login| Authenticated::As(staff_viewer(credential, login))));
    }
    let hash = token.hash();
    let load = |hashes: Vec<String>, _: Route| async move {
        let rows = sessions_by_token_hashes(db, hashes).await?;
        Ok(rows.into_iter().map(|row| (row.token_hash.clone(), Arc::new(row))).collect::<Loaded<_, _>>())
    };
    let mut found: Loaded<String, Arc<SessionRow>> = match view {
        None => load(vec![hash.clone()], Route::Primary).await?,
        Some(view) => match view.get_many(&SessionByToken(db), vec![hash.clone()], load).await.0 {
            Ok(found) => found,
            Err(CacheError::Load(cause)) => return Err(cause),
            Err(cause) => return Err(DbError::Unavailable(Arc::new(cause))),
        },
    };
    let session = found.remove(&hash).filter(|session| session.lives_at(now));
    Ok(session.map_or(Authenticated::No, |session| {
        Authenticated::As(Viewer::Customer { customer: session.customer_id, session: session.id })
    }))
}
