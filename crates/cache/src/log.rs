use crate::Tag;
use futures_util::future::BoxFuture;
use std::{sync::Arc, time::Duration};

/// The database's log of what its transactions touched. Read on the primary, by a connection of its own.
pub trait Log: Send + Sync + 'static {
    /// One statement, thus one snapshot. With `since`, every visible row of a transaction at or above it; without, every
    /// row from the horizon. At most one poll is under way; a poll that takes too long is dropped.
    fn poll(&self, since: Option<u64>) -> BoxFuture<'_, Result<Poll, LogError>>;
}

/// What a poll saw.
#[derive(Clone, Debug)]
pub struct Poll {
    /// The database's identity and history: another one after a promotion or a restore.
    pub epoch: Arc<str>,
    /// Every transaction below it has ended.
    pub xmin: u64,
    /// No transaction at or above it had begun.
    pub xmax: u64,
    /// Every row of a transaction at or above it is still in the log.
    pub horizon: u64,
    /// Transactions and what they touched, in any order.
    pub changes: Vec<(u64, Tag)>,
    /// How long the oldest transaction that writes has been open, where that is known.
    pub oldest_write: Option<Duration>,
}

/// The log could not be read.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the cache log cannot be read: {0}")]
pub struct LogError(pub String);

/// Read-only copies of the database, addressed one by one.
pub trait Replicas: Send + Sync + 'static {
    /// How many there are.
    fn count(&self) -> usize;

    /// How far one is.
    fn poll(&self, replica: usize) -> BoxFuture<'_, Result<ReplicaPoll, LogError>>;
}

/// How far a replica is.
#[derive(Clone, Debug)]
pub struct ReplicaPoll {
    /// As [`Poll::epoch`]; a replica of another history is not read.
    pub epoch: Arc<str>,
    /// Every transaction below it has ended there.
    pub xmin: u64,
    /// How far its replay is behind, in time.
    pub lag: Duration,
}

/// Where a load reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// The primary.
    Primary,
    /// The replica of this number.
    Replica(usize),
}
