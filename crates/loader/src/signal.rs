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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    #[derive(Default)]
    struct Task(AtomicUsize);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    fn polled() -> (Arc<Signal>, Arc<Task>) {
        let (signal, task) = (Signal::new(), Arc::new(Task::default()));
        signal.begin(&Waker::from(task.clone()));
        assert!(signal.take_woken(), "the first poll is owed");
        (signal, task)
    }

    #[test]
    fn a_wake_between_the_last_look_and_parking_prevents_parking() {
        let (signal, task) = polled();
        assert!(!signal.is_woken());
        signal.wake_by_ref();
        assert!(!signal.park());
        assert!(signal.take_woken());
        assert_eq!(task.0.load(Relaxed), 0, "the run goes round by itself");
        assert!(signal.park());
    }

    #[test]
    fn a_wake_after_parking_wakes_the_task_once() {
        let (signal, task) = polled();
        assert!(signal.park());
        signal.wake_by_ref();
        signal.wake_by_ref();
        assert_eq!(task.0.load(Relaxed), 1);
        signal.begin(&Waker::from(task.clone()));
        signal.wake_by_ref();
        assert_eq!(task.0.load(Relaxed), 1, "it is being polled");
        assert!(signal.take_woken());
    }

    #[test]
    fn the_waker_of_the_last_poll_is_the_one_that_counts() {
        let (signal, first) = polled();
        assert!(signal.park());
        let second = Arc::new(Task::default());
        signal.begin(&Waker::from(second.clone()));
        assert!(signal.park());
        signal.wake_by_ref();
        assert_eq!((first.0.load(Relaxed), second.0.load(Relaxed)), (0, 1));
    }
}
