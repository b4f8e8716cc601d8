//! A budget of retries: where many calls fail, second tries would double what already is too much.
//!
//! The same rule as Finagle's and tower's (`tower::retry::budget::TpsBudget`): so many a second, and a share of the calls,
//! over ten seconds. That one takes a lock for each call, also for those that succeed, and does not tell what is left.

use crate::limits::{LimitMetrics, RetryMetrics};
use parking_lot::Mutex;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// Two halves of the time that counts: what is older than one and a half is forgotten.
const HALF: Duration = Duration::from_secs(5);
/// Retries for whoever calls rarely: 3 a second.
const RESERVE: u32 = 3 * 10;
/// So many calls earn one more.
const CALLS: u32 = 10;

/// The retries of one dependency. Clones share it.
#[derive(Clone, Debug)]
pub struct RetryBudget {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    began: Instant,
    /// When the newer half ends: microseconds since `began`.
    due: AtomicU64,
    /// Calls of the newer half.
    calls: AtomicU32,
    halves: Mutex<Halves>,
    metrics: RetryMetrics,
}

#[derive(Debug, Default)]
struct Halves {
    /// Calls of the older half.
    calls: u32,
    /// Retries of the newer half and of the older one.
    retries: [u32; 2],
}

/// A call with its second tries. Tell when it succeeded; dropped, its last try failed.
#[derive(Debug)]
pub struct Tries<'a> {
    budget: &'a RetryBudget,
    second: Option<Retry>,
}

/// A second try. Tell when it succeeded; dropped, it failed.
#[derive(Debug)]
#[must_use = "tell how the second try ended"]
pub struct Retry {
    budget: RetryBudget,
    succeeded: bool,
}

impl RetryBudget {
    /// 3 retries a second and one for every ten calls, over ten seconds.
    #[must_use]
    pub fn new(dep: &'static str, metrics: &LimitMetrics) -> Self {
        let (due, calls) = (AtomicU64::new(micros(HALF)), AtomicU32::new(0));
        let metrics = metrics.of_retries(dep);
        metrics.left.set(RESERVE.into());
        Self { inner: Arc::new(Inner { began: Instant::now(), due, calls, halves: Mutex::default(), metrics }) }
    }

    /// Counts a call, which may be tried again.
    pub fn begin(&self) -> Tries<'_> {
        self.call();
        Tries { budget: self, second: None }
    }

    /// Counts a call; its second tries are none.
    pub fn call(&self) {
        self.inner.turn();
        self.inner.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Asks for a second try. `None`: there have been too many of late, and the first failure stands.
    pub fn retry(&self) -> Option<Retry> {
        self.inner.turn();
        let mut halves = self.inner.halves.lock();
        let left = self.inner.left(&halves);
        if left == 0 {
            self.inner.metrics.denied.inc();
            return None;
        }
        halves.retries[0] += 1;
        Some(Retry { budget: self.clone(), succeeded: false })
    }

    /// How many retries there are now; the metric shows it from then on.
    pub fn left(&self) -> u32 {
        self.inner.turn();
        let left = self.inner.left(&self.inner.halves.lock());
        self.inner.metrics.left.set(left.into());
        left
    }
}

impl Inner {
    fn left(&self, halves: &Halves) -> u32 {
        let calls = self.calls.load(Ordering::Relaxed).saturating_add(halves.calls);
        (RESERVE + calls / CALLS).saturating_sub(halves.retries[0] + halves.retries[1])
    }

    /// Begins another half where it is time.
    fn turn(&self) {
        let now = micros(self.began.elapsed());
        if now < self.due.load(Ordering::Relaxed) {
            return;
        }
        let mut halves = self.halves.lock();
        let due = self.due.load(Ordering::Relaxed);
        if now < due {
            return;
        }
        let calls = self.calls.swap(0, Ordering::Relaxed);
        // Nobody called for a whole half: what was counted is older than that.
        let forgotten = now - due >= micros(HALF);
        *halves = Halves {
            calls: if forgotten { 0 } else { calls },
            retries: [0, if forgotten { 0 } else { halves.retries[0] }],
        };
        self.due.store(now + micros(HALF), Ordering::Relaxed);
    }
}

impl Tries<'_> {
    /// Asks for a second try: the one before has failed. `false`: there have been too many of late.
    pub fn again(&mut self) -> bool {
        self.second = self.budget.retry();
        self.second.is_some()
    }

    /// It did.
    pub fn succeeded(self) {
        if let Some(second) = self.second {
            second.succeeded();
        }
    }
}

impl Retry {
    /// It did.
    pub fn succeeded(mut self) {
        self.succeeded = true;
    }
}

impl Drop for Retry {
    fn drop(&mut self) {
        let metrics = &self.budget.inner.metrics;
        if self.succeeded {
            metrics.ok.inc()
        } else {
            metrics.failed.inc()
        };
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
