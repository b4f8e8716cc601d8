//! What the loaders and the run of one frontier share.

use crate::{BatchReport, Observer, phase::Phase, queue::Queue, signal::Signal};
use parking_lot::Mutex;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

/// The shared part of a frontier.
pub(crate) struct Core {
    pub(crate) signal: Arc<Signal>,
    pub(crate) queue: Mutex<Queue>,
    pub(crate) started: Instant,
    observer: Option<Arc<dyn Observer>>,
    /// By ordinal, so that they are listed in the order in which they left, not in which they ended.
    reports: Mutex<BTreeMap<u32, BatchReport>>,
    /// Counts the events of a subscription; a loader that sees a new one forgets what it knew.
    epoch: AtomicU64,
}

impl Core {
    pub(crate) fn new(observer: Option<Arc<dyn Observer>>) -> Arc<Self> {
        Arc::new(Self {
            signal: Signal::new(),
            queue: Mutex::default(),
            started: Instant::now(),
            observer,
            reports: Mutex::default(),
            epoch: AtomicU64::new(0),
        })
    }

    /// Identifies this frontier among those that are alive.
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// This thread polls the execution until the guard is dropped.
    pub(crate) fn enter(&self) -> Phase {
        Phase::executing(self.address())
    }

    /// The caller runs inside a poll of the execution.
    pub(crate) fn is_executing(&self) -> bool {
        Phase::is_executing(self.address())
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Relaxed)
    }

    /// The next event of a subscription begins: it must not see the values of the one before.
    pub(crate) fn next_event(&self) {
        self.epoch.fetch_add(1, Relaxed);
        self.queue.lock().restart();
        self.reports.lock().clear();
    }

    pub(crate) fn report(&self, ordinal: u32, report: BatchReport) {
        if let Some(observer) = &self.observer {
            observer.batch_ended(&report);
        }
        self.reports.lock().insert(ordinal, report);
    }

    pub(crate) fn reports(&self) -> Vec<BatchReport> {
        self.reports.lock().values().cloned().collect()
    }
}
