//! What the driver measures, for each thing that the rig did.
use crate::{cluster::INSTANCES, history::Nanos};
use std::collections::BTreeMap;

/// Figures of one phase; a fault that comes again adds to them.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhaseStats {
    /// Times that it came.
    pub(crate) times: usize,
    /// Microseconds of good reads.
    pub(crate) reads: Vec<u32>,
    /// Microseconds of acknowledged writes.
    pub(crate) writes: Vec<u32>,
    pub(crate) read_errors: u64,
    pub(crate) write_errors: u64,
    /// The longest time without a good answer of one instance, in nanoseconds.
    pub(crate) longest_gap: Nanos,
    /// The longest time from the beginning to an instance's first answer, in nanoseconds.
    pub(crate) first_answer: Nanos,
    /// The same to its first answer that was proven fresh.
    pub(crate) first_proven: Nanos,
    /// The most instances that gave no proven answer at all in one of the times.
    pub(crate) without_proof: usize,
    /// The longest time from the beginning to the first acknowledged write.
    pub(crate) first_write: Nanos,
    /// The first errors, for people.
    pub(crate) examples: Vec<String>,
}

/// All phases.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stats {
    pub(crate) phases: BTreeMap<String, PhaseStats>,
    /// Microseconds that acknowledged writes waited after their commit.
    pub(crate) commit_waits: Vec<u32>,
    phase: String,
    began: Nanos,
    last_good: [Nanos; INSTANCES],
    answered: [bool; INSTANCES],
    proven: [bool; INSTANCES],
    written: bool,
}

impl Stats {
    pub(super) fn begin(&mut self, name: &str, now: Nanos) {
        self.end();
        self.phase = name.to_owned();
        self.began = now;
        self.current().times += 1;
    }

    /// Ends what there was.
    pub(super) fn end(&mut self) {
        let without_proof = self.proven.iter().filter(|proven| !**proven).count();
        if let Some(phase) = self.phases.get_mut(&self.phase) {
            phase.without_proof = phase.without_proof.max(without_proof);
        }
        (self.answered, self.proven, self.written) = Default::default();
    }

    pub(super) fn good_read(&mut self, instance: usize, from: Nanos, to: Nanos, proven: bool) {
        let gap = to.saturating_sub(self.last_good[instance].max(self.began));
        self.last_good[instance] = to;
        let first = !std::mem::replace(&mut self.answered[instance], true);
        // What was on its way when the phase began says nothing of it.
        let first_proven = proven && from >= self.began && !std::mem::replace(&mut self.proven[instance], true);
        let since = to.saturating_sub(self.began);
        let phase = self.current();
        phase.longest_gap = phase.longest_gap.max(gap);
        if first {
            phase.first_answer = phase.first_answer.max(since);
        }
        if first_proven {
            phase.first_proven = phase.first_proven.max(since);
        }
        phase.reads.push(micros(to - from));
    }

    pub(super) fn bad_read(&mut self, error: impl FnOnce() -> String) {
        let phase = self.current();
        phase.read_errors += 1;
        if phase.examples.len() < 3 {
            phase.examples.push(error());
        }
    }

    pub(super) fn good_write(&mut self, from: Nanos, to: Nanos, waited: u32) {
        let first = from >= self.began && !std::mem::replace(&mut self.written, true);
        let since = to.saturating_sub(self.began);
        let phase = self.current();
        phase.writes.push(micros(to - from));
        if first {
            phase.first_write = phase.first_write.max(since);
        }
        self.commit_waits.push(waited);
    }

    pub(super) fn bad_write(&mut self) {
        self.current().write_errors += 1;
    }

    fn current(&mut self) -> &mut PhaseStats {
        if !self.phases.contains_key(&self.phase) {
            self.phases.insert(self.phase.clone(), PhaseStats::default());
        }
        self.phases.entry(self.phase.clone()).or_default()
    }
}

fn micros(nanos: Nanos) -> u32 {
    u32::try_from(nanos / 1000).unwrap_or(u32::MAX)
}
