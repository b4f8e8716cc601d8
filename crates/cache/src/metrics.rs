//! Prometheus metrics of the cache.

use crate::{Lookup, Poll, Route};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use std::{
    sync::{Arc, OnceLock, atomic::AtomicU64},
    time::Duration,
};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByRequest {
    r#type: &'static str,
    layer: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByFill {
    r#type: &'static str,
    source: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByReplica {
    replica: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByReason {
    why: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByType {
    r#type: &'static str,
}

type Seconds = Gauge<f64, AtomicU64>;
type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// The series of a type. Each batch counts in them, and finding one by its labels takes longer than counting in it.
#[derive(Debug, Default)]
pub(crate) struct OfType {
    /// In the order of [`FOUND`].
    requests: [OnceLock<Counter>; OUTCOMES],
    primary: OnceLock<Histogram>,
    replica: OnceLock<Histogram>,
}

/// The series of all types, found without a lock: each batch looks here.
#[derive(Debug)]
struct Types([OnceLock<(&'static str, OfType)>; TYPES]);

/// More than there are types, so that most are where they are looked for first.
const TYPES: usize = 128;

impl Default for Types {
    fn default() -> Self {
        Self([const { OnceLock::new() }; TYPES])
    }
}

impl Types {
    /// By the address of its name, which is a constant: a type that has several only has several places here.
    fn of(&self, name: &'static str) -> Option<&OfType> {
        let first = name.as_ptr().addr().wrapping_mul(0x9e37_79b9) >> 16;
        (0..TYPES).find_map(|step| {
            let place = self.0.get(first.wrapping_add(step) % TYPES)?;
            let (known, series) = place.get_or_init(|| (name, OfType::default()));
            std::ptr::eq(*known, name).then_some(series)
        })
    }
}

/// What can be found of a key: where, and what.
const FOUND: [(&str, &str); OUTCOMES] = [
    ("l1", "hit"),
    ("l2", "hit"),
    ("load", "miss"),
    ("any", "superseded"),
    ("any", "expired"),
    ("any", "negative"),
    ("any", "unverified"),
    ("none", "bypass"),
    ("load", "error"),
];

const OUTCOMES: usize = 9;

/// The cache's metrics of a process. The default counts where nobody sees it.
#[derive(Clone, Debug)]
pub struct CacheMetrics {
    types: Arc<Types>,
    requests: Family<ByRequest, Counter>,
    fence: Histogram,
    lease_age: Seconds,
    floors: Gauge,
    entries: Gauge,
    bytes: Gauge,
    log_rows: Counter,
    oldest_write: Seconds,
    replica_lag: Family<ByReplica, Gauge>,
    replica_rejected: Family<ByReason, Counter>,
    fill: Histograms<ByFill>,
    joined: Counter,
    retried: Counter,
    commit_wait: Histogram,
    unverified_age: Histogram,
    epoch_changes: Counter,
    key_denied: Family<ByReason, Counter>,
    sampled: Family<ByType, Counter>,
    mismatched: Family<ByReason, Counter>,
}

/// Tells a series, which is looked up once where it has a place.
fn tell<M>(place: Option<&OnceLock<M>>, find: impl FnOnce() -> M, tell: impl FnOnce(&M)) {
    match place {
        Some(place) => tell(place.get_or_init(find)),
        None => tell(&find()),
    }
}

fn fast() -> Histogram {
    Histogram::new([0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0])
}

impl Default for CacheMetrics {
    fn default() -> Self {
        Self {
            types: Arc::default(),
            requests: Family::default(),
            fence: fast(),
            lease_age: Seconds::default(),
            floors: Gauge::default(),
            entries: Gauge::default(),
            bytes: Gauge::default(),
            log_rows: Counter::default(),
            oldest_write: Seconds::default(),
            replica_lag: Family::default(),
            replica_rejected: Family::default(),
            fill: Family::new_with_constructor(fast as fn() -> Histogram),
            joined: Counter::default(),
            retried: Counter::default(),
            commit_wait: fast(),
            unverified_age: Histogram::new([0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0, 600.0]),
            epoch_changes: Counter::default(),
            key_denied: Family::default(),
            sampled: Family::default(),
            mismatched: Family::default(),
        }
    }
}

impl CacheMetrics {
    /// Registers the metrics; `docs/caching.md` lists them.
    pub fn register(registry: &mut Registry) -> Self {
        let new = Self::default();
        registry.register("cache_requests", "Keys asked for, by where they were found", new.requests.clone());
        registry.register("cache_fence_seconds", "Time that a batch waited for the log", new.fence.clone());
        registry.register("cache_lease_age_seconds", "Age of the last applied poll", new.lease_age.clone());
        registry.register("cache_floor_entries", "Tags whose last change is remembered", new.floors.clone());
        registry.register("cache_l1_entries", "Entries of the first tier", new.entries.clone());
        registry.register("cache_l1_bytes", "Bytes of the first tier, roughly", new.bytes.clone());
        registry.register("cache_log_rows", "Rows of the log that polls brought", new.log_rows.clone());
        registry.register(
            "cache_oldest_write_tx_seconds",
            "Age of the oldest open transaction that writes: what changed since it began cannot be kept",
            new.oldest_write.clone(),
        );
        registry.register("replica_xmin_lag_xids", "How far a replica is behind the log", new.replica_lag.clone());
        registry.register("replica_rejected", "Loads that no replica might answer", new.replica_rejected.clone());
        registry.register("cache_fill_seconds", "Time of a load", new.fill.clone());
        registry.register("cache_flight_joined", "Keys that another reader loaded", new.joined.clone());
        registry.register("cache_flight_retried", "Joined loads that could not be used", new.retried.clone());
        registry.register("cache_commit_wait_seconds", "What writers waited after a commit", new.commit_wait.clone());
        registry.register("cache_unverified_age_seconds", "Age of what was known", new.unverified_age.clone());
        registry.register(
            "cache_epoch_changes",
            "Times that the database's history changed",
            new.epoch_changes.clone(),
        );
        registry.register("cache_key_denied", "Entries that were not for this viewer", new.key_denied.clone());
        registry.register("cache_sampler_checked", "Answers compared with the primary", new.sampled.clone());
        registry.register(
            "cache_sampler_mismatch",
            "Answers that were not what the primary had; escaped: no write in the log says why",
            new.mismatched.clone(),
        );
        // An alert needs the zero before the first one.
        drop(new.mismatched.get_or_create(&ByReason { why: "escaped" }));
        new
    }

    /// The series of a type; `None`: there are too many types.
    pub(crate) fn of(&self, name: &'static str) -> Option<&OfType> {
        self.types.of(name)
    }

    pub(crate) fn looked_up(&self, name: &'static str, series: Option<&OfType>, found: &Lookup, failed: u32) {
        let counts: [u32; OUTCOMES] = [
            found.l1,
            found.l2,
            found.missed,
            found.superseded,
            found.expired,
            found.negative,
            found.unverified,
            found.bypassed,
            failed,
        ];
        for (number, ((layer, outcome), count)) in FOUND.into_iter().zip(counts).enumerate() {
            if count > 0 {
                let labels = ByRequest { r#type: name, layer, outcome };
                let place = series.and_then(|series| series.requests.get(number));
                let find = || self.requests.get_or_create(&labels).clone();
                tell(place, find, |counter| _ = counter.inc_by(count.into()));
            }
        }
        if found.joined > 0 {
            self.joined.inc_by(found.joined.into());
        }
    }

    pub(crate) fn waited(&self, waited: Duration) {
        self.fence.observe(waited.as_secs_f64());
    }

    pub(crate) fn polled(&self, poll: &Poll, new_epoch: bool) {
        self.log_rows.inc_by(poll.changes.len() as u64);
        self.oldest_write.set(poll.oldest_write.unwrap_or_default().as_secs_f64());
        if new_epoch {
            self.epoch_changes.inc();
        }
    }

    pub(crate) fn replica(&self, number: usize, behind: u64) {
        let behind = i64::try_from(behind).unwrap_or(i64::MAX);
        self.replica_lag.get_or_create(&ByReplica { replica: number as u64 }).set(behind);
    }

    pub(crate) fn rejected(&self, why: &'static str) {
        self.replica_rejected.get_or_create(&ByReason { why }).inc();
    }

    pub(crate) fn filled(&self, name: &'static str, series: Option<&OfType>, route: Route, took: Duration) {
        let (place, source) = match route {
            Route::Primary => (series.map(|series| &series.primary), "primary"),
            Route::Replica(_) => (series.map(|series| &series.replica), "replica"),
        };
        let find = || self.fill.get_or_create(&ByFill { r#type: name, source }).clone();
        tell(place, find, |histogram| histogram.observe(took.as_secs_f64()));
    }

    pub(crate) fn retried(&self) {
        self.retried.inc();
    }

    pub(crate) fn commit_waited(&self, waited: Duration) {
        self.commit_wait.observe(waited.as_secs_f64());
    }

    pub(crate) fn unverified(&self, age: Option<Duration>) {
        self.unverified_age.observe(age.unwrap_or(Duration::MAX).as_secs_f64());
    }

    pub(crate) fn denied(&self) {
        self.key_denied.get_or_create(&ByReason { why: "viewer" }).inc();
    }

    pub(crate) fn sampled(&self, name: &'static str) {
        self.sampled.get_or_create(&ByType { r#type: name }).inc();
    }

    pub(crate) fn mismatched(&self, why: &'static str) {
        self.mismatched.get_or_create(&ByReason { why }).inc();
    }

    pub(crate) fn sample(&self, age: Option<Duration>, floors: usize, (entries, bytes): (usize, u64)) {
        let figure = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        self.lease_age.set(age.map_or(f64::INFINITY, |age| age.as_secs_f64()));
        self.floors.set(figure(floors as u64));
        self.entries.set(figure(entries as u64));
        self.bytes.set(figure(bytes));
    }
}
