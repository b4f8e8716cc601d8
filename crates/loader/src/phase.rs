//! Which frontier's execution this thread is polling right now.
//!
//! A load from inside the execution waits for the level to be complete. A load from anywhere else (a fetch, a spawned
//! task) must not: the level might wait for whoever asks.

use std::cell::Cell;

thread_local! {
    static EXECUTING: Cell<usize> = const { Cell::new(0) };
}

/// Restores the phase that it replaced, also when a poll panics.
pub(crate) struct Phase {
    before: usize,
}

impl Phase {
    /// This thread polls the execution of `frontier` (an address) until the guard is dropped.
    pub(crate) fn executing(frontier: usize) -> Self {
        Self { before: EXECUTING.replace(frontier) }
    }

    /// This thread polls something that is not part of any execution until the guard is dropped.
    pub(crate) fn outside() -> Self {
        Self::executing(0)
    }

    pub(crate) fn is_executing(frontier: usize) -> bool {
        EXECUTING.get() == frontier
    }
}

impl Drop for Phase {
    fn drop(&mut self) {
        EXECUTING.set(self.before);
    }
}
