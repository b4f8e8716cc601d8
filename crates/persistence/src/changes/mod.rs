//! Which products were changed, told after the transaction that did it: for subscriptions.
//!
//! On PostgreSQL each writing transaction notifies (`NOTIFY` is delivered when, and only if, it commits), and every
//! process that [`follow`]s hears of it, whoever wrote. Where nobody follows, or on SQLite, a process hears only of its
//! own transactions.
//!
//! All readers share one bounded log; a reader is a position in it, so a slow one costs no memory. It finds each product
//! once, however often it changed, or learns that it missed something.
mod follow;
mod log;

pub use follow::follow;
pub(crate) use follow::{NOTIFY, payloads};
pub use log::Wanted;

use log::{Found, Log, MOST};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use uuid::Uuid;

/// The changes that this process knows of. Clones share them.
#[derive(Clone, Debug)]
pub struct ProductChanges(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    log: Mutex<Log>,
    /// The log's end, for those who wait.
    end: watch::Sender<u64>,
    /// The database tells us also of our own transactions.
    is_followed: watch::Sender<bool>,
}

impl Default for ProductChanges {
    fn default() -> Self {
        let ((end, _), (is_followed, _)) = (watch::channel(0), watch::channel(false));
        Self(Arc::new(Inner { log: Mutex::default(), end, is_followed }))
    }
}

impl ProductChanges {
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

    /// Notes products that a committed transaction of this process changed, unless the database tells us anyway.
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
#[error("changes of products were missed")]
pub struct Missed;

/// A position among the changes.
#[derive(Debug)]
pub struct ChangeReader {
    changes: ProductChanges,
    end: watch::Receiver<u64>,
    position: u64,
    wanted: Wanted,
}

impl ChangeReader {
    /// Whether a change of every product would be told.
    pub fn wants_all(&self) -> bool {
        self.wanted == Wanted::All
    }

    /// Waits for these from now on, its position kept.
    pub fn narrow(&mut self, wanted: Wanted) {
        self.wanted = wanted;
    }

    /// Waits for the next product that changed. Dropping the future loses nothing.
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
}
