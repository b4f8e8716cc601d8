//! A bulkhead: so many calls at a time, so many that wait, and no more.

use crate::limits::{BulkheadMetrics, LimitMetrics};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bounds the calls to one dependency, so that one that is slow takes no more than its share of this process, and whoever
/// comes when too many wait is told at once. Turns are given in the order of arrival. Clones share one state.
#[derive(Clone, Debug)]
pub struct Bulkhead {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    dep: &'static str,
    turns: Arc<Semaphore>,
    queue: usize,
    waiting: AtomicUsize,
    metrics: BulkheadMetrics,
}

/// Too many wait already. The dependency has not been asked, so this says nothing about it: tell its breaker nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{waiting} calls wait for {dep} already")]
pub struct Full {
    /// What they wait for.
    pub dep: &'static str,
    /// How many.
    pub waiting: usize,
}

/// A turn, until it is dropped.
#[derive(Debug)]
#[must_use = "dropped, the turn is over"]
pub struct Entered {
    inner: Arc<Inner>,
    _turn: Option<OwnedSemaphorePermit>,
}

struct Waiting<'a>(&'a Inner);

impl Bulkhead {
    /// Lets `limit` calls (at least one) in at a time, and `queue` more wait.
    #[must_use]
    pub fn new(dep: &'static str, limit: usize, queue: usize, metrics: &LimitMetrics) -> Self {
        let turns = Arc::new(Semaphore::new(limit.clamp(1, Semaphore::MAX_PERMITS)));
        let metrics = metrics.of_bulkhead(dep);
        Self { inner: Arc::new(Inner { dep, turns, queue, waiting: AtomicUsize::new(0), metrics }) }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// [`Full`] at once where too many wait.
    pub async fn enter(&self) -> Result<Entered, Full> {
        let turns = &self.inner.turns;
        let turn = match Arc::clone(turns).try_acquire_owned() {
            Ok(turn) => Some(turn),
            Err(_) => {
                let _waiting = Waiting::join(&self.inner)?;
                // Never closed.
                Arc::clone(turns).acquire_owned().await.ok()
            }
        };
        Ok(self.entered(turn))
    }

    /// Waits for a turn however many do: for callers of whom there are few, because something else bounds them.
    pub async fn enter_in_any_case(&self) -> Entered {
        // Never closed.
        let turn = Arc::clone(&self.inner.turns).acquire_owned().await.ok();
        self.entered(turn)
    }

    fn entered(&self, turn: Option<OwnedSemaphorePermit>) -> Entered {
        self.inner.metrics.in_use.inc();
        Entered { inner: Arc::clone(&self.inner), _turn: turn }
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.inner.waiting.load(Ordering::Relaxed)
    }
}

impl<'a> Waiting<'a> {
    fn join(inner: &'a Inner) -> Result<Self, Full> {
        let waiting = inner.waiting.fetch_add(1, Ordering::Relaxed);
        if waiting >= inner.queue {
            inner.waiting.fetch_sub(1, Ordering::Relaxed);
            inner.metrics.rejected.inc();
            return Err(Full { dep: inner.dep, waiting });
        }
        inner.metrics.waiting.inc();
        Ok(Self(inner))
    }
}

/// Also where whoever waited went away.
impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
        self.0.metrics.waiting.dec();
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.inner.metrics.in_use.dec();
    }
}
