//! The database's log and its replicas, as the cache asks for them.
use futures_util::future::BoxFuture;
use std::{sync::Arc, time::Duration};
use tradewind_cache::{Log, LogError, Poll, ReplicaPoll, Replicas, Tag};
use tradewind_persistence::{Db, DbError, cache_log::CacheLog};

/// What the database's transactions touched.
#[derive(Debug)]
pub struct DatabaseLog(CacheLog);

/// The database's replicas.
#[derive(Debug)]
pub struct DatabaseReplicas(Db);

impl DatabaseLog {
    /// The log behind a connection of its own.
    pub fn new(log: CacheLog) -> Self {
        Self(log)
    }
}

impl DatabaseReplicas {
    /// Those that the pool knows; `None`: it knows none.
    pub fn of(db: &Db) -> Option<Self> {
        (db.replica_count() > 0).then(|| Self(db.clone()))
    }
}

fn unreadable(cause: DbError) -> LogError {
    LogError(cause.to_string())
}

impl Log for DatabaseLog {
    fn poll(&self, since: Option<u64>) -> BoxFuture<'_, Result<Poll, LogError>> {
        Box::pin(async move {
            let poll = self.0.poll(since).await.map_err(unreadable)?;
            Ok(Poll {
                epoch: poll.epoch.into(),
                xmin: poll.xmin,
                xmax: poll.xmax,
                horizon: poll.horizon,
                changes: poll.changes.into_iter().map(|(transaction, tag)| (transaction, Tag(tag))).collect(),
                oldest_write: poll.oldest_write_age,
            })
        })
    }
}

impl Replicas for DatabaseReplicas {
    fn count(&self) -> usize {
        self.0.replica_count()
    }

    fn poll(&self, replica: usize) -> BoxFuture<'_, Result<ReplicaPoll, LogError>> {
        Box::pin(async move {
            let state = self.0.replica_xmin(replica).await.map_err(unreadable)?;
            let epoch: Arc<str> = state.epoch.into();
            // One that has replayed nothing yet is as far behind as can be.
            Ok(ReplicaPoll { epoch, xmin: state.xmin, lag: state.lag.unwrap_or(Duration::MAX) })
        })
    }
}
