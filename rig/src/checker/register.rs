//! One key: its writes, and what a read of it may show.
use crate::history::{Effect, KeySpec, Mode, Nanos, Outcome, Seen};
use std::collections::HashMap;

/// A write of the key. Its position in [`Register::writes`] is its place in the database's order.
#[derive(Debug)]
struct Write {
    number: u64,
    effect: Effect,
    invoked: Nanos,
    outcome: Option<Outcome>,
    /// When it was acknowledged.
    acknowledged: Option<Nanos>,
    /// The longest time after the acknowledgement at which a read without it began.
    last_old: Nanos,
}

#[derive(Debug)]
pub(super) struct Register {
    mode: Mode,
    slack: Nanos,
    /// The first is what the key begins with: number 0, set.
    writes: Vec<Write>,
    /// From this time on this write, or a later one, must be shown. Both rise.
    floors: Vec<(Nanos, usize)>,
    /// A read that ended at this time has shown this write, or a later one. Both rise.
    shown: Vec<(Nanos, usize)>,
    /// The newest write that a session has seen.
    sessions: HashMap<u32, usize>,
}

/// What is wrong with a read of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Older than a write that was acknowledged before the read began.
    Stale {
        /// The oldest write that may be shown.
        floor: u64,
        /// How long before the read the first write that it misses was acknowledged.
        by: Nanos,
    },
    /// Older than what an earlier read showed.
    NewThenOld {
        /// What was shown before.
        shown: u64,
        /// The same session had seen it.
        in_session: bool,
    },
    /// The value of a write that failed.
    Failed,
    /// No write that was invoked before the read's end leaves this.
    Unwritten,
}

/// A read that is as it should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Right {
    /// An earlier read showed more: BOUNDED allows that as long as the write is not acknowledged. How long ago it ended.
    pub(super) inversion: Option<Nanos>,
    /// The same session had seen more.
    pub(super) in_session: bool,
}

impl Register {
    pub(super) fn new(spec: &KeySpec) -> Self {
        let first = Write {
            number: 0,
            effect: Effect::Set,
            invoked: 0,
            outcome: Some(Outcome::Acknowledged),
            acknowledged: None,
            last_old: 0,
        };
        Self {
            mode: spec.mode,
            slack: spec.slack,
            writes: vec![first],
            floors: Vec::new(),
            shown: Vec::new(),
            sessions: HashMap::new(),
        }
    }

    pub(super) fn invoke(&mut self, number: u64, effect: Effect, at: Nanos) -> Result<(), String> {
        let last = self.writes.last().map_or(0, |write| write.number);
        if number <= last {
            return Err(format!("write {number} is not higher than {last}, which was invoked before it"));
        }
        self.writes.push(Write { number, effect, invoked: at, outcome: None, acknowledged: None, last_old: 0 });
        Ok(())
    }

    pub(super) fn finish(&mut self, number: u64, outcome: Outcome, at: Nanos) -> Result<(), String> {
        let index = self.index(number).ok_or_else(|| format!("write {number} ended and was not invoked"))?;
        let write = &mut self.writes[index];
        if write.outcome.is_some() {
            return Err(format!("write {number} ended twice"));
        }
        write.outcome = Some(outcome);
        if outcome == Outcome::Acknowledged {
            write.acknowledged = Some(at);
            if self.floors.last().is_none_or(|(_, last)| *last < index) {
                self.floors.push((at, index));
            }
        }
        Ok(())
    }

    /// Judges a read that was answered with proof. Reads come in the order of their ends.
    pub(super) fn read(&mut self, session: u32, from: Nanos, to: Nanos, seen: Seen) -> Result<Right, Wrong> {
        let floor = self.floor(from, self.slack);
        let index = self.oldest(floor, to, seen).map_err(|wrong| self.explain(wrong, from))?;
        self.note_age(index, from);
        let before = newest_before(&self.shown, from);
        let mine = self.sessions.get(&session).copied().unwrap_or(0);
        let (index, right) = if index >= before {
            (index, Right::default())
        } else if let Ok(later) = self.oldest(before, to, seen) {
            (later, Right::default())
        } else if self.mode == Mode::Strict {
            return Err(Wrong::NewThenOld { shown: self.writes[before].number, in_session: mine > index });
        } else {
            let first = self.shown.partition_point(|(_, shown)| *shown <= index);
            let inversion = self.shown.get(first).map(|(end, _)| from.saturating_sub(*end));
            (index, Right { inversion, in_session: mine > index })
        };
        if self.shown.last().is_none_or(|(_, last)| *last < index) {
            self.shown.push((to, index));
        }
        let mine = self.sessions.entry(session).or_default();
        *mine = (*mine).max(index);
        Ok(right)
    }

    /// How stale a read is that promised nothing.
    pub(super) fn age(&self, from: Nanos, to: Nanos, seen: Seen) -> Nanos {
        match self.oldest(self.floor(from, 0), to, seen).map_err(|wrong| self.explain(wrong, from)) {
            Err(Wrong::Stale { by, .. }) => by,
            _ => 0,
        }
    }

    /// How long each acknowledged write was still missed.
    pub(super) fn last_old(&self) -> impl Iterator<Item = Nanos> {
        self.writes.iter().filter(|write| write.acknowledged.is_some()).map(|write| write.last_old)
    }

    pub(super) fn slack(&self) -> Nanos {
        self.slack
    }

    /// The newest write that was acknowledged, `slack` ago or longer, when a read began.
    fn floor(&self, from: Nanos, slack: Nanos) -> usize {
        newest_before(&self.floors, from.saturating_sub(slack))
    }

    /// The oldest write from `floor` on that a read may have shown.
    fn oldest(&self, floor: usize, to: Nanos, seen: Seen) -> Result<usize, Miss> {
        let end = self.writes.partition_point(|write| write.invoked < to);
        if let Seen::Number(number) = seen {
            return match self.index(number) {
                Some(index) if self.writes[index].effect == Effect::Remove || index >= end => Err(Miss::Unwritten),
                Some(index) if self.writes[index].outcome == Some(Outcome::Failed) => Err(Miss::Failed),
                Some(index) if index < floor => Err(Miss::Old(index, floor)),
                Some(index) => Ok(index),
                None => Err(Miss::Unwritten),
            };
        }
        let effect = if seen == Seen::Absent { Effect::Remove } else { Effect::Set };
        let leaves = |write: &Write| write.effect == effect && write.outcome != Some(Outcome::Failed);
        if let Some(index) = (floor..end).find(|index| leaves(&self.writes[*index])) {
            return Ok(index);
        }
        match (0..floor.min(end)).rev().find(|index| leaves(&self.writes[*index])) {
            Some(index) => Err(Miss::Old(index, floor)),
            None => Err(Miss::Unwritten),
        }
    }

    fn explain(&self, miss: Miss, from: Nanos) -> Wrong {
        match miss {
            Miss::Failed => Wrong::Failed,
            Miss::Unwritten => Wrong::Unwritten,
            Miss::Old(index, floor) => {
                let first = self.floors.partition_point(|(_, acknowledged)| *acknowledged <= index);
                let by = self.floors.get(first).map_or(0, |(at, _)| from.saturating_sub(*at));
                Wrong::Stale { floor: self.writes[floor].number, by }
            }
        }
    }

    /// A value that is allowed and older than an acknowledged write: how long that went on.
    fn note_age(&mut self, index: usize, from: Nanos) {
        let newest = self.floor(from, 0);
        for write in self.writes.iter_mut().take(newest + 1).skip(index + 1) {
            if let Some(at) = write.acknowledged.filter(|at| *at < from) {
                write.last_old = write.last_old.max(from - at);
            }
        }
    }

    fn index(&self, number: u64) -> Option<usize> {
        self.writes.binary_search_by_key(&number, |write| write.number).ok()
    }
}

/// Why no write fits.
#[derive(Clone, Copy, Debug)]
enum Miss {
    /// This one does, and is below the floor.
    Old(usize, usize),
    Failed,
    Unwritten,
}

/// The write of the last entry before a time; the first write if there is none.
fn newest_before(entries: &[(Nanos, usize)], time: Nanos) -> usize {
    let count = entries.partition_point(|(at, _)| *at < time);
    count.checked_sub(1).and_then(|last| entries.get(last)).map_or(0, |(_, index)| *index)
}
