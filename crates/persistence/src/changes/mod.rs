//! Which products were changed, and of which variants the stock, told after the transaction that did it: for
//! subscriptions. Two logs ([`Db::product_changes`](crate::Db::product_changes),
//! [`Db::stock_changes`](crate::Db::stock_changes)) that are fed over one connection.
//!
//! On PostgreSQL each writing transaction notifies (`NOTIFY` is delivered when, and only if, it commits), and every
//! process that [`follow`]s hears of it, whoever wrote. Where nobody follows, or on SQLite, a process hears only of its
//! own transactions.
//!
//! All readers of a log share it, and it is bounded; a reader is a position in it, so a slow one costs no memory. It finds
//! each id once, however often it changed, or learns that it missed something.
mod follow;
mod log;

pub use follow::follow;
pub(crate) use follow::{NOTIFY, Topic, notifications};
pub use log::Wanted;

use log::{Found, Log, MOST};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use uuid::Uuid;

/// The changes that this process knows of. Clones share them.
#[derive(Clone, Debug)]
pub struct Changes(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    log: Mutex<Log>,
    /// The log's end, for those who wait.
    end: watch::Sender<u64>,
    /// The database tells us also of our own transactions.
    is_followed: watch::Sender<bool>,
}

impl Default for Changes {
    fn default() -> Self {
        let ((end, _), (is_followed, _)) = (watch::channel(0), watch::channel(false));
        Self(Arc::new(Inner { log: Mutex::default(), end, is_followed }))
    }
}

impl Changes {
    /// A reader of what changes from now on.
    pub fn subscribe(&self, wanted: Wanted) -> ChangeReader {
        let position = self.locked(|log| log.end());
        ChangeReader { changes: self.clone(), end: self.0.end.subscribe(), position, wanted }
    }

    /// Whether the writes of other processes are heard of.
    pub fn is_followed(&self) -> bool {
        *self.0.is_followed.borrow()
    }

    /// Waits until they are.
    pub async fn followed(&self) {
        // The sender is in `self`: it cannot be gone.
        let _ = self.0.is_followed.subscribe().wait_for(|is_followed| *is_followed).await;
    }

    /// Notes what a committed transaction of this process changed, unless the database tells us anyway.
    pub(crate) fn committed(&self, changed: Changed) {
        if !self.is_followed() {
            self.note(changed);
        }
    }

    fn note(&self, changed: Changed) {
        let end = self.locked(|log| {
            match changed {
                Changed::These(ids) => log.push(ids, MOST),
                Changed::Unknown => log.lose(),
            }
            log.end()
        });
        self.0.end.send_replace(end);
    }

    fn locked<T>(&self, act: impl FnOnce(&mut Log) -> T) -> T {
        act(&mut self.0.log.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a transaction changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Changed {
    These(Vec<Uuid>),
    /// Too many to name, or nobody knows.
    Unknown,
}

impl Changed {
    /// One change must fit in the log, or its readers would miss the start of it.
    pub(crate) fn of(ids: impl ExactSizeIterator<Item = Uuid>) -> Self {
        if ids.len() > MOST { Self::Unknown } else { Self::These(ids.collect()) }
    }
}

/// The reader missed changes: it was too slow, or the connection that tells of them was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("changes were missed")]
pub struct Missed;

/// A position among the changes.
#[derive(Debug)]
pub struct ChangeReader {
    changes: Changes,
    end: watch::Receiver<u64>,
    position: u64,
    wanted: Wanted,
}

impl ChangeReader {
    /// Whether every change would be told.
    pub fn wants_all(&self) -> bool {
        self.wanted == Wanted::All
    }

    /// Waits for these from now on, its position kept.
    pub fn narrow(&mut self, wanted: Wanted) {
        self.wanted = wanted;
    }

    /// Waits for the next id that changed. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Result<Uuid, Missed> {
        loop {
            // Seen before the log is read: what comes in between wakes us.
            self.end.borrow_and_update();
            match self.changes.locked(|log| log.after(self.position, &self.wanted)) {
                Found::Change(position, id) => {
                    self.position = position;
                    return Ok(id);
                }
                Found::Nothing(end) => self.position = end,
                Found::Gap => return Err(Missed),
            }
            self.end.changed().await.map_err(|_| Missed)?;
        }
    }

    /// Waits for the next id that changed, and takes at most `most` (at least one) that have changed by now: what is read
    /// of them together costs one statement. Dropping the future loses nothing.
    pub async fn next_batch(&mut self, most: usize) -> Result<Vec<Uuid>, Missed> {
        let mut ids = vec![self.next().await?];
        while ids.len() < most {
            match self.changes.locked(|log| log.after(self.position, &self.wanted)) {
                Found::Change(position, id) => {
                    self.position = position;
                    ids.push(id);
                }
                // A gap is told by the next call: what was found until here did change.
                Found::Nothing(_) | Found::Gap => break,
            }
        }
        Ok(ids)
    }
}
