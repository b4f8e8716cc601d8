//! A circuit breaker: consecutive failures, a rate of failures, a rate of slow calls; one probe while half open.

use parking_lot::Mutex;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct BreakerConfig {
    /// Opens after so many failures in a row.
    pub consecutive: u32,
    /// Opens where this share (0 to 1) of the window's calls failed.
    pub failure_rate: f64,
    /// Opens where this share (0 to 1) of the window's calls took longer than `slow`.
    pub slow_rate: f64,
    /// A call is slow from here on.
    pub slow: Duration,
    /// Rates count over this long.
    pub window: Duration,
    /// Rates say nothing below so many calls in the window.
    pub minimum: u32,
    /// The first time that it stays open; doubled each time that the probe fails.
    pub open: Duration,
    /// It stays open no longer than this.
    pub open_max: Duration,
    /// Share (0 to 1) by which the time open varies, so that instances do not probe together.
    pub jitter: f64,
}

impl BreakerConfig {
    /// For a cache: 5 failures in a row, or half of 20 calls in 5 s, or 80 % of them slower than 20 ms; open for 1 s to
    /// 15 s, +-25 %.
    pub const CACHE: Self = Self {
        consecutive: 5,
        failure_rate: 0.5,
        slow_rate: 0.8,
        slow: Duration::from_millis(20),
        window: Duration::from_secs(5),
        minimum: 20,
        open: Duration::from_secs(1),
        open_max: Duration::from_secs(15),
        jitter: 0.25,
    };
}

/// How a call ended. A refusal of our own (a full queue, a deadline that had passed before sending) is none: drop the
/// [`Admitted`] instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer, also one that says no.
    Success,
    /// No answer, or one that says that the dependency is unwell.
    Failure,
}

/// What a breaker does with calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Lets all through.
    Closed,
    /// Refuses all.
    Open,
    /// Lets one through, to see.
    HalfOpen,
}

/// Called with each new state.
type Listener = Box<dyn Fn(State) + Send + Sync>;

/// Stands before one dependency. Clones share one state.
#[derive(Clone)]
pub struct Breaker {
    inner: Arc<Inner>,
}

struct Inner {
    config: BreakerConfig,
    /// Lets calls through without the lock: false only where it is open or half open.
    closed: AtomicBool,
    core: Mutex<Core>,
    listener: Option<Listener>,
}

struct Core {
    state: State,
    consecutive: u32,
    /// Two halves of the window: what is older than one and a half is forgotten.
    halves: [Half; 2],
    turned: Instant,
    until: Instant,
    /// Times in a row that it opened.
    opened: u32,
    probing: bool,
    /// Counts the times that it changed: a call admitted before a change says nothing about the state after it.
    generation: u64,
}

#[derive(Clone, Copy, Default)]
struct Half {
    calls: u32,
    failed: u32,
    slow: u32,
}

/// A call that may go. Tell how it ended with [`Admitted::end`]; dropped, it counts as no call.
#[must_use = "tell how the call ended"]
pub struct Admitted {
    inner: Option<Arc<Inner>>,
    started: Instant,
    generation: u64,
    probe: bool,
}

impl Breaker {
    /// A closed breaker.
    #[must_use]
    pub fn new(config: BreakerConfig) -> Self {
        Self::build(config, None)
    }

    /// A closed breaker that tells `listener` of each change of state.
    #[must_use]
    pub fn with_listener(config: BreakerConfig, listener: impl Fn(State) + Send + Sync + 'static) -> Self {
        Self::build(config, Some(Box::new(listener)))
    }

    fn build(config: BreakerConfig, listener: Option<Listener>) -> Self {
        let now = Instant::now();
        let core = Core {
            state: State::Closed,
            consecutive: 0,
            halves: [Half::default(); 2],
            turned: now,
            until: now,
            opened: 0,
            probing: false,
            generation: 0,
        };
        Self { inner: Arc::new(Inner { config, closed: AtomicBool::new(true), core: Mutex::new(core), listener }) }
    }

    /// Asks for a call. `None`: it is open, or its one probe is under way.
    pub fn admit(&self) -> Option<Admitted> {
        let mut changed = None;
        let admitted = {
            let mut core = self.inner.core.lock();
            let now = Instant::now();
            if core.state == State::Open && now >= core.until {
                core.change(State::HalfOpen, &self.inner.closed);
                changed = Some(State::HalfOpen);
            }
            match core.state {
                State::Closed => Some(false),
                State::HalfOpen if !core.probing => {
                    core.probing = true;
                    Some(true)
                }
                State::Open | State::HalfOpen => None,
            }
            .map(|probe| Admitted {
                inner: Some(Arc::clone(&self.inner)),
                started: now,
                generation: core.generation,
                probe,
            })
        };
        self.inner.tell(changed);
        admitted
    }

    /// Ends the time open now: somebody has seen the dependency answer, and the next call is the probe.
    pub fn probe_now(&self) {
        let mut core = self.inner.core.lock();
        if core.state == State::Open {
            core.until = Instant::now();
        }
    }

    /// Whether calls pass freely: one atomic read.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.inner.closed.load(Ordering::Relaxed)
    }

    /// What it does with calls now.
    #[must_use]
    pub fn state(&self) -> State {
        self.inner.core.lock().state
    }
}

impl std::fmt::Debug for Breaker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Breaker").field("state", &self.state()).finish_non_exhaustive()
    }
}

impl Admitted {
    /// Counts the call and its time.
    pub fn end(mut self, outcome: Outcome) {
        let Some(inner) = self.inner.take() else { return };
        let now = Instant::now();
        let slow = now.saturating_duration_since(self.started) > inner.config.slow;
        let changed = {
            let mut core = inner.core.lock();
            if core.generation != self.generation {
                None
            } else if self.probe {
                core.probe_ended(&inner, outcome, now)
            } else {
                core.count(&inner, outcome, slow, now)
            }
        };
        inner.tell(changed);
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let Some(inner) = self.inner.take() else { return };
        let mut core = inner.core.lock();
        if self.probe && core.generation == self.generation {
            core.probing = false;
        }
    }
}

impl Inner {
    fn tell(&self, changed: Option<State>) {
        if let (Some(state), Some(listener)) = (changed, &self.listener) {
            listener(state);
        }
    }
}

impl Core {
    fn change(&mut self, state: State, closed: &AtomicBool) {
        self.state = state;
        self.generation += 1;
        self.probing = false;
        closed.store(state == State::Closed, Ordering::Relaxed);
    }

    fn open(&mut self, inner: &Inner, now: Instant) -> State {
        let config = &inner.config;
        let doubled = config.open.saturating_mul(1 << self.opened.min(20)).min(config.open_max);
        let share = config.jitter.mul_add(fastrand::f64().mul_add(2.0, -1.0), 1.0);
        self.until = now + doubled.mul_f64(share.max(0.0));
        self.opened = self.opened.saturating_add(1);
        self.change(State::Open, &inner.closed);
        State::Open
    }

    fn probe_ended(&mut self, inner: &Inner, outcome: Outcome, now: Instant) -> Option<State> {
        if outcome == Outcome::Failure {
            return Some(self.open(inner, now));
        }
        self.opened = 0;
        self.consecutive = 0;
        self.halves = [Half::default(); 2];
        self.turned = now;
        self.change(State::Closed, &inner.closed);
        Some(State::Closed)
    }

    fn count(&mut self, inner: &Inner, outcome: Outcome, slow: bool, now: Instant) -> Option<State> {
        let config = &inner.config;
        self.turn(config.window / 2, now);
        let failed = outcome == Outcome::Failure;
        self.consecutive = if failed { self.consecutive + 1 } else { 0 };
        let half = &mut self.halves[0];
        half.calls += 1;
        half.failed += u32::from(failed);
        half.slow += u32::from(slow || failed);
        let [new, old] = self.halves;
        let calls = new.calls + old.calls;
        let share = |count: u32| f64::from(count) / f64::from(calls);
        let rates = calls >= config.minimum
            && (share(new.failed + old.failed) >= config.failure_rate
                || share(new.slow + old.slow) >= config.slow_rate);
        (self.consecutive >= config.consecutive || rates).then(|| self.open(inner, now))
    }

    fn turn(&mut self, half: Duration, now: Instant) {
        let age = now.saturating_duration_since(self.turned);
        if age >= half {
            let old = if age >= half * 2 { Half::default() } else { self.halves[0] };
            self.halves = [Half::default(), old];
            self.turned = now;
        }
    }
}
