//! What the checker says.
use super::register::Right;
use crate::history::{Nanos, Outcome};
use serde::Serialize;
use std::collections::BTreeMap;

/// Violations that are kept word for word; all are counted.
const EXAMPLES: usize = 20;

/// What a read must not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// Older than a write that was acknowledged before the read began.
    Stale,
    /// STRICT: older than what another read had shown before it began.
    NewThenOld,
    /// STRICT: the same, within one session.
    SessionWentBack,
    /// The value of a write that failed.
    FailedWrite,
    /// A value that nobody had written yet.
    Unwritten,
}

/// One read that broke the promise.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Violation {
    pub(crate) kind: Kind,
    pub(crate) key: String,
    /// What the rig did at that time.
    pub(crate) phase: String,
    pub(crate) session: u32,
    pub(crate) instance: u8,
    /// Nanoseconds since the run began.
    pub(crate) from: Nanos,
    pub(crate) to: Nanos,
    pub(crate) seen: String,
    /// The oldest number that would have been right.
    pub(crate) expected: Option<u64>,
    /// How long before the read the first write that it misses was acknowledged.
    pub(crate) stale_by: Nanos,
}

/// For how long after an acknowledgement a write was still missed: one figure for each write.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Staleness {
    pub(crate) writes: usize,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

impl Staleness {
    pub(super) fn of(mut ages: Vec<Nanos>) -> Self {
        ages.sort_unstable();
        let at = |percent: usize| ages.get(ages.len().saturating_sub(1) * percent / 100).copied().map_or(0.0, ms);
        Self { writes: ages.len(), p50_ms: at(50), p99_ms: at(99), max_ms: at(100) }
    }
}

/// What was read while the rig did one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct PhaseCount {
    pub(crate) reads: u64,
    pub(crate) unverified: u64,
    pub(crate) violations: u64,
}

/// The verdict over a history. A read is one value of one key.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Verdict {
    pub(crate) violations: u64,
    pub(crate) by_kind: BTreeMap<Kind, u64>,
    /// Of the stale ones, the worst.
    pub(crate) worst_stale_ms: f64,
    pub(crate) reads: u64,
    pub(crate) requests: u64,
    pub(crate) acknowledged: u64,
    pub(crate) failed: u64,
    pub(crate) unknown: u64,
    /// Answers that said that they could not be proven fresh.
    pub(crate) unverified: u64,
    pub(crate) unverified_stale: u64,
    pub(crate) unverified_worst_ms: f64,
    /// BOUNDED: new, then old, while the write was not acknowledged.
    pub(crate) inversions: u64,
    pub(crate) inversions_in_session: u64,
    pub(crate) inversion_worst_ms: f64,
    /// Writers that answer at once.
    pub(crate) without_waiting: Staleness,
    /// Writers that answer after the commit-wait: without a violation all are 0.
    pub(crate) with_waiting: Staleness,
    pub(crate) phases: BTreeMap<String, PhaseCount>,
    pub(crate) examples: Vec<Violation>,
}

impl Verdict {
    pub(super) fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Acknowledged => self.acknowledged += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::Unknown => self.unknown += 1,
        }
    }

    pub(super) fn note_values(&mut self, phase: &str, reads: u64, unverified: u64, violations: u64) {
        self.reads += reads;
        if !self.phases.contains_key(phase) {
            self.phases.insert(phase.to_owned(), PhaseCount::default());
        }
        if let Some(count) = self.phases.get_mut(phase) {
            count.reads += reads;
            count.unverified += unverified;
            count.violations += violations;
        }
    }

    pub(super) fn note_unverified(&mut self, age: Nanos) {
        self.unverified += 1;
        self.unverified_stale += u64::from(age > 0);
        self.unverified_worst_ms = self.unverified_worst_ms.max(ms(age));
    }

    pub(super) fn note_inversion(&mut self, right: Right) {
        if let Some(age) = right.inversion {
            self.inversions += 1;
            self.inversions_in_session += u64::from(right.in_session);
            self.inversion_worst_ms = self.inversion_worst_ms.max(ms(age));
        }
    }

    pub(super) fn note_violation(&mut self, violation: Violation) {
        self.violations += 1;
        *self.by_kind.entry(violation.kind).or_default() += 1;
        self.worst_stale_ms = self.worst_stale_ms.max(ms(violation.stale_by));
        if self.examples.len() < EXAMPLES {
            self.examples.push(violation);
        }
    }
}

/// Milliseconds.
#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
pub(crate) fn ms(nanos: Nanos) -> f64 {
    nanos as f64 / 1e6
}
