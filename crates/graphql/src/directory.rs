//! The channels: a few rows of configuration that each request needs before its first statement. They are read through
//! the cache; without one, once and again every second. A code that is not known yet is looked up at once.
use crate::{
    cached::{SHAPE, Tags},
    policy::Governed as _,
};
use futures_util::FutureExt as _;
use get_size2::GetSize as _;
use parking_lot::RwLock;
use std::sync::Arc;
use tradewind_cache::{Cached, Policy, Reread, Tag, View};
use tradewind_domain::currency::Currency;
use tradewind_loader::Loaded;
use tradewind_persistence::{
    Db, DbError,
    read::channel::{ChannelRow, all_channels},
};

/// A channel with its currency read.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) row: ChannelRow,
    pub(crate) currency: Currency,
}

/// All channels, the default first.
pub(crate) struct Directory {
    channels: RwLock<Arc<[Arc<Channel>]>>,
    /// What the cache told last.
    rows: RwLock<Option<Arc<Vec<ChannelRow>>>>,
}

/// All rows of channels, as the cache keeps them.
struct AllChannels<'a>(&'a Db);

impl Cached for AllChannels<'_> {
    const NAME: &'static str = "channels";
    const POLICY: Policy = crate::channel::Channel::DECISION.policy();
    const SHAPE: &'static str = SHAPE;
    type Key = ();
    type Value = Arc<Vec<ChannelRow>>;

    fn write_key(&self, (): &(), out: &mut String) {
        out.push_str("all");
    }

    fn key_tags(&self, (): &(), tags: &mut Vec<Tag>) {
        Tags::new(tags).channels();
    }

    fn value_tags(&self, (): &(), _: &Self::Value, _: &mut Vec<Tag>) {}

    fn weight(rows: &Self::Value) -> usize {
        rows.get_heap_size()
    }

    fn reread(&self, (): &()) -> Option<Reread<Self::Value>> {
        let db = self.0.aside();
        Some(async move { Ok(Some(Arc::new(all_channels(&db).await?))) }.boxed())
    }
}

/// Why a request has no channel.
pub(crate) enum NoChannel {
    /// The header names none of these.
    Unknown(Vec<String>),
    /// The shop has none at all.
    Empty,
    /// The look-up failed.
    Failed(DbError),
}

impl Directory {
    pub(crate) async fn load(db: &Db) -> Result<Self, DbError> {
        Ok(Self { channels: RwLock::new(read(db).await?), rows: RwLock::default() })
    }

    pub(crate) async fn refresh(&self, db: &Db) -> Result<(), DbError> {
        let channels = read(db).await?;
        *self.channels.write() = channels;
        Ok(())
    }

    /// Takes in what the cache knows; where it knows nothing, what was read last stays.
    pub(crate) async fn follow(&self, db: &Db, view: &View) -> Result<(), DbError> {
        let load = |_: Vec<()>, _| async {
            let rows = all_channels(db).await?;
            Ok::<_, DbError>(Loaded::from_iter([((), Arc::new(rows))]))
        };
        let (found, _) = view.get_many(&AllChannels(db), vec![()], load).await;
        let mut found: Loaded<(), Arc<Vec<ChannelRow>>> = match found {
            Ok(found) => found,
            Err(cause) => {
                view.note_uncached();
                tracing::warn!(%cause, "channels cannot be read: the last ones stay");
                return Ok(());
            }
        };
        let Some(rows) = found.remove(&()) else { return Ok(()) };
        if self.rows.read().as_ref().is_some_and(|known| Arc::ptr_eq(known, &rows)) {
            return Ok(());
        }
        *self.channels.write() = with_currencies(rows.as_ref().clone())?;
        *self.rows.write() = Some(rows);
        Ok(())
    }

    pub(crate) fn all(&self) -> Arc<[Arc<Channel>]> {
        Arc::clone(&self.channels.read())
    }

    fn find(&self, code: Option<&str>) -> Option<Arc<Channel>> {
        let channels = self.channels.read();
        match code {
            None => channels.first().cloned(),
            Some(code) => channels.iter().find(|channel| channel.row.code.eq_ignore_ascii_case(code)).cloned(),
        }
    }

    /// The channel that the header names, or the default one.
    pub(crate) async fn resolve(
        &self,
        db: &Db,
        view: Option<&View>,
        code: Option<&str>,
    ) -> Result<Arc<Channel>, NoChannel> {
        if let Some(view) = view {
            self.follow(db, view).await.map_err(NoChannel::Failed)?;
        }
        let code = code.map(str::trim).filter(|code| !code.is_empty());
        if let Some(channel) = self.find(code) {
            return Ok(channel);
        }
        self.refresh(db).await.map_err(NoChannel::Failed)?;
        self.find(code).ok_or_else(|| match self.all().as_ref() {
            [] => NoChannel::Empty,
            known => NoChannel::Unknown(known.iter().take(20).map(|channel| channel.row.code.clone()).collect()),
        })
    }
}

async fn read(db: &Db) -> Result<Arc<[Arc<Channel>]>, DbError> {
    with_currencies(all_channels(db).await?)
}

fn with_currencies(rows: Vec<ChannelRow>) -> Result<Arc<[Arc<Channel>]>, DbError> {
    rows.into_iter().map(|row| Ok(Arc::new(Channel { currency: row.currency()?, row }))).collect()
}
