//! Whether the execution asked to be polled again, and whom to wake when nobody is polling.

use futures_util::task::AtomicWaker;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering::AcqRel, Ordering::Acquire, Ordering::Release},
    },
    task::{Wake, Waker},
};

/// The execution was woken since it was last polled.
const WOKEN: u8 = 1;
/// The run returned `Pending` and waits for its task to be woken.
const PARKED: u8 = 2;

/// The waker that the execution is polled with.
///
/// No wake-up is lost, from any thread:
/// - while the run is being polled, a wake sets `WOKEN`, and the run parks only by a compare-and-swap from "nothing set",
///   so it either sees the wake or parks before it;
/// - after it has parked, the wake finds exactly `PARKED` and wakes the task, whose waker was registered before.
///
/// A wake while the run is being polled does not touch the task's waker: the run goes round once more by itself. That
/// spares a reschedule (and often a thread wake-up) per batch.
pub(crate) struct Signal {
    state: AtomicU8,
    task: AtomicWaker,
}

impl Signal {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { state: AtomicU8::new(WOKEN), task: AtomicWaker::new() })
    }

    /// A poll of the run begins: its waker replaces the one of the poll before.
    pub(crate) fn begin(&self, waker: &Waker) {
        self.task.register(waker);
        self.state.fetch_and(!PARKED, AcqRel);
    }

    /// The execution is owed a poll, whatever happened before.
    pub(crate) fn arm(&self) {
        self.state.fetch_or(WOKEN, Release);
    }

    /// Takes the wake, if there was one. Acquire: what the waker's thread wrote is visible to the poll that follows.
    pub(crate) fn take_woken(&self) -> bool {
        self.state.fetch_and(!WOKEN, AcqRel) & WOKEN != 0
    }

    pub(crate) fn is_woken(&self) -> bool {
        self.state.load(Acquire) & WOKEN != 0
    }

    /// Parks unless there was a wake in between.
    pub(crate) fn park(&self) -> bool {
        self.state.compare_exchange(0, PARKED, AcqRel, Acquire).is_ok()
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.state.fetch_or(WOKEN, AcqRel) == PARKED {
            self.task.wake();
        }
    }
}
