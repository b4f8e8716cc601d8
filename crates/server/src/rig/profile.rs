//! Reading a customer's name: private and STRICT, as an account's own page will be.
use super::{Answer, Rig};
use hyper::StatusCode;
use serde_json::json;
use std::collections::HashMap;
use tradewind_cache::{Cached, Policy, Route, Tag, Use};
use tradewind_persistence::{
    DbError, Route as Server,
    cache_log::{Kind, tag},
    read::customer::authors_by_ids,
};
use uuid::Uuid;

/// The register.
pub(super) struct Profile;

impl Cached for Profile {
    const NAME: &'static str = "rig-profile";
    const POLICY: Policy = Policy::private(300);
    const SHAPE: &'static str = "1";
    type Key = Uuid;
    type Value = String;

    fn write_key(&self, key: &Uuid, out: &mut String) {
        out.push_str(&key.to_string());
    }

    fn key_tags(&self, key: &Uuid, out: &mut Vec<Tag>) {
        out.extend([Tag(tag(&["customer:", &key.to_string()])), Tag(Kind::Customer.all())]);
    }

    fn value_tags(&self, _: &Uuid, _: &String, _: &mut Vec<Tag>) {}

    fn weight(value: &String) -> usize {
        value.len()
    }
}

/// The viewer is the customer.
pub(super) fn viewer(customer: Uuid) -> u64 {
    customer.as_u64_pair().1
}

impl Rig {
    pub(super) async fn profile(&self, id: &str) -> Answer {
        let Ok(id) = Uuid::try_parse(id) else {
            return (StatusCode::BAD_REQUEST, json!({ "error": "the id is no UUID" }));
        };
        match self.name(id).await {
            Ok((title, unverified)) => {
                let profile = title.map(|title| json!({ "title": title }));
                let mut answer = json!({ "data": { "profile": profile } });
                if unverified {
                    answer["extensions"] = json!({ "unverified": true });
                }
                (StatusCode::OK, answer)
            }
            Err(error) => (StatusCode::SERVICE_UNAVAILABLE, json!({ "error": error })),
        }
    }

    async fn name(&self, id: Uuid) -> Result<(Option<String>, bool), String> {
        let load = |ids, route| {
            let db = match route {
                Route::Primary => self.db.clone(),
                Route::Replica(replica) => self.db.on(Server::Replica(replica)),
            };
            async move {
                let rows = authors_by_ids(&db, ids).await.map_err(|error| error.to_string())?;
                Ok::<HashMap<_, _>, String>(rows.into_iter().map(|row| (row.id, row.display_name)).collect())
            }
        };
        let Some(cache) = &self.cache else {
            let rows = authors_by_ids(&self.db, vec![id]).await.map_err(|error: DbError| error.to_string())?;
            return Ok((rows.into_iter().next().map(|row| row.display_name), false));
        };
        let view = cache.view(Some(viewer(id)), Use::ReadWrite);
        let (found, _) = view.get_many(&Profile, vec![id], load).await;
        let name = found.map_err(|error| error.to_string())?.remove(&id);
        Ok((name, view.summary().unverified))
    }
}
