//! Which loaders have keys to fetch, and whether they may leave yet.

use crate::core::Core;
use std::{future::Future, mem, pin::Pin, sync::Arc, task::Wake};

/// A batch under way. Its output: did the next level wait for it?
pub(crate) type Flight = Pin<Box<dyn Future<Output = bool> + Send>>;

/// A loader with an open batch.
pub(crate) trait Flush: Send + Sync {
    /// Closes the open batch and turns it into a flight. `None`: nothing is open, or nobody waits for it any more.
    fn flush(self: Arc<Self>, place: Place) -> Option<Departure>;
    /// Gives the waiters of the open batch an error: nobody is going to fetch it.
    fn cancel(&self);
}

/// A batch that is about to be polled.
pub(crate) struct Departure {
    pub(crate) flight: Flight,
    /// The next level waits for it.
    pub(crate) holds: bool,
}

/// Where in the request a batch stands.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) level: u32,
    /// Ordinal of the batch in the request.
    pub(crate) ordinal: u32,
}

/// The loaders that have an open batch; only these are visited at a flush.
#[derive(Default)]
pub(crate) struct Queue {
    /// A run is there to flush.
    active: bool,
    /// Direct queries of the current level that have not ended, see `Frontier::hold`.
    held: usize,
    level: u32,
    ordinal: u32,
    /// Asked from the execution: they leave together when the level before is complete.
    waiting: Vec<Arc<dyn Flush>>,
    /// Asked from elsewhere: they leave at once.
    urgent: Vec<Arc<dyn Flush>>,
}

impl Queue {
    /// Takes the place of the one run that flushes. False: there is one.
    pub(crate) fn activate(&mut self) -> bool {
        !mem::replace(&mut self.active, true)
    }

    /// Ends the run; returns what it leaves behind.
    pub(crate) fn deactivate(&mut self) -> Vec<Arc<dyn Flush>> {
        self.active = false;
        let mut left = mem::take(&mut self.waiting);
        left.append(&mut self.urgent);
        left
    }

    /// False: no run is there that would flush it.
    pub(crate) fn push(&mut self, loader: Arc<dyn Flush>, urgent: bool) -> bool {
        if self.active {
            if urgent { &mut self.urgent } else { &mut self.waiting }.push(loader);
        }
        self.active
    }

    /// Moves what may leave now into `into`: the urgent ones, else the whole level if the one before is `complete`.
    pub(crate) fn take(&mut self, complete: bool, into: &mut Vec<Arc<dyn Flush>>) {
        if !self.urgent.is_empty() {
            mem::swap(&mut self.urgent, into);
        } else if complete && self.held == 0 && !self.waiting.is_empty() {
            self.level += 1;
            mem::swap(&mut self.waiting, into);
        }
    }

    pub(crate) fn next_place(&mut self) -> Place {
        self.ordinal += 1;
        Place { level: self.level, ordinal: self.ordinal }
    }

    pub(crate) fn hold(&mut self) {
        self.held += 1;
    }

    pub(crate) fn release(&mut self) {
        self.held = self.held.saturating_sub(1);
    }

    /// Levels and ordinals start anew, for the next event of a subscription.
    pub(crate) fn restart(&mut self) {
        self.level = 0;
        self.ordinal = 0;
    }
}

impl Core {
    /// Queues `loader`; from outside of the execution it leaves at once, so the run must be told.
    pub(crate) fn enqueue(&self, loader: Arc<dyn Flush>, urgent: bool) -> bool {
        let accepted = self.queue.lock().push(loader, urgent);
        if accepted && urgent {
            self.signal.wake_by_ref();
        }
        accepted
    }
}
