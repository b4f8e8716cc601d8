//! The log that caches are judged by; docs/caching.md has the whole story.
//!
//! Triggers write the names of what changed into `cache_log`, in the transaction that changes it, with its transaction
//! id. [`CacheLog::poll`] reads what was committed since the last time, in one statement and so in one snapshot. A value
//! read after a poll contains every change below that poll's `xmin`; so it may be used as long as the newest change of
//! each of its tags is below the `xmin` that it was read after.
mod check;
mod garbage;
mod postgres;
mod sqlite;
mod tag;

pub use check::{check_triggers, logged_tables};
pub use garbage::collect_garbage;
pub use tag::{Kind, tag};

use crate::{DbConfig, DbError};
use std::time::Duration;

/// What a poll found. Transactions are 64-bit ids that never repeat within an epoch; on SQLite they are the ids of the
/// log's rows, which are in the order of the commits because there is one writer at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPoll {
    /// Which history the ids belong to: ids of different epochs must not be compared. On PostgreSQL the system identifier
    /// of the cluster, its timeline (a promotion or a restored backup begins another one), the database and the log
    /// itself (a restored dump makes another one); on SQLite an id of the file and the version of its schema.
    pub epoch: String,
    /// Every transaction below it had ended before the poll: what is read from now on, on this server, has its changes.
    pub xmin: u64,
    /// No transaction from it on had ended before the poll.
    pub xmax: u64,
    /// The log is complete from here on: a value that was read after a poll with a smaller `xmin` cannot be judged.
    pub horizon: u64,
    /// The transaction and the tag of changes that earlier polls have not told; some may be told again.
    pub changes: Vec<(u64, u64)>,
    /// For how long the oldest open writing transaction has been holding `xmin` back, as far as this log has seen it.
    /// What changed since that transaction began cannot be cached until it ends.
    pub oldest_write_age: Option<Duration>,
}

/// Reads the log on a connection of its own, which it opens when it is first used and again after a failure.
///
/// It remembers what it has told: one reader for each, and one poll at a time.
#[derive(Debug)]
pub struct CacheLog(Kinds);

#[derive(Debug)]
enum Kinds {
    Postgres(tokio::sync::Mutex<postgres::Tail>),
    Sqlite(tokio::sync::Mutex<sqlite::Tail>),
}

impl CacheLog {
    /// Reads the address. On PostgreSQL it must be that of a server that takes writes, without a pooler that could lead a
    /// connection to another server: which server it is is asked once for each connection.
    pub fn open(config: &DbConfig) -> Result<Self, DbError> {
        Ok(Self(match config.url.starts_with("sqlite:") {
            true => Kinds::Sqlite(tokio::sync::Mutex::new(sqlite::Tail::open(config)?)),
            false => Kinds::Postgres(tokio::sync::Mutex::new(postgres::Tail::open(config)?)),
        }))
    }

    /// What was committed since the answer whose `xmin` was `since`; None: everything from the horizon on, the newest
    /// change of each tag.
    ///
    /// Whoever has not taken in an answer must ask with None next: with its `xmin`, or that of the one before, its
    /// changes may not be told again. An error, or a future dropped before its end, is no answer. Where the epoch is not
    /// that of the last answer, everything is told, whatever `since` is.
    ///
    /// On PostgreSQL an answer takes at most 100 ms (10 s for everything); then the connection is given up, and the next
    /// poll opens another one, which may take 1 s; dropped meanwhile, the poll after it waits for the same one. A pause
    /// after an error is the caller's.
    pub async fn poll(&self, since: Option<u64>) -> Result<LogPoll, DbError> {
        match &self.0 {
            Kinds::Postgres(tail) => tail.lock().await.poll(since).await,
            Kinds::Sqlite(tail) => tail.lock().await.poll(since).await,
        }
    }
}
