//! The channels, read once and again every second: a few rows of configuration that each request needs before its
//! first statement. A change is seen everywhere within the refresh interval; a code that is not known yet is looked
//! up at once.
use parking_lot::RwLock;
use std::sync::Arc;
use tradewind_domain::currency::Currency;
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
        Ok(Self { channels: RwLock::new(read(db).await?) })
    }

    pub(crate) async fn refresh(&self, db: &Db) -> Result<(), DbError> {
        let channels = read(db).await?;
        *self.channels.write() = channels;
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
    pub(crate) async fn resolve(&self, db: &Db, code: Option<&str>) -> Result<Arc<Channel>, NoChannel> {
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
    let rows = all_channels(db).await?;
    rows.into_iter().map(|row| Ok(Arc::new(Channel { currency: row.currency()?, row }))).collect()
}
