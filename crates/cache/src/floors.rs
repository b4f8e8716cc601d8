//! What the log said: per tag, the highest transaction that touched it.

use crate::{
    Poll, Stamp, Tag, Verdict,
    mistake::{Mistake, Mistakes},
};
use parking_lot::RwLock;
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

pub(crate) struct Floors {
    /// Rises with each change that could make a usable stamp unusable: while it stands still, verdicts stand too.
    generation: AtomicU64,
    inner: RwLock<Inner>,
    max: usize,
    mistakes: Mistakes,
}

struct Inner {
    /// Numbers the histories that this process has seen; 0 = none yet.
    epoch: u32,
    name: Arc<str>,
    /// Stamps below it cannot be judged: the log, or the map, has forgotten what touched their tags.
    base: u64,
    /// xmin of the last poll: the as-of of what the primary is asked from now on.
    watermark: u64,
    newest: u64,
    floors: HashMap<Tag, u64, foldhash::fast::RandomState>,
}

/// Up to where the log was applied: the as-of of what the primary is asked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watermark {
    /// The database's history that it belongs to, numbered by this process; 0 = none.
    pub epoch: u32,
    /// Every transaction below it has ended, and what it changed is in the floors.
    pub as_of: u64,
}

/// Where a poll has brought this process.
#[derive(Clone, Debug)]
pub(crate) struct Position {
    pub(crate) epoch: u32,
    pub(crate) name: Arc<str>,
    pub(crate) as_of: u64,
}

/// What a poll changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    /// Its rows are in the floors.
    Rows,
    /// As `Rows`, and it is the first of another history.
    NewEpoch,
    /// It belongs to another history than the poll before: read the log again from its horizon.
    Foreign,
}

impl Floors {
    pub(crate) fn new(max: usize, mistakes: Mistakes) -> Self {
        let inner = Inner {
            epoch: 0,
            name: Arc::from(""),
            base: u64::MAX,
            watermark: 0,
            newest: 0,
            floors: HashMap::default(),
        };
        Self { generation: AtomicU64::new(1), inner: RwLock::new(inner), max: max.max(1), mistakes }
    }

    /// What a stamp is good for. Whoever calls has made sure that the floors are new enough.
    pub(crate) fn judge(&self, stamp: &Stamp, now: u64) -> Verdict {
        if now >= stamp.hard {
            return Verdict::Over;
        }
        let generation = self.generation.load(Ordering::Acquire);
        if !stamp.is_judged(generation) {
            if !self.is_above(stamp) {
                return Verdict::Superseded;
            }
            stamp.set_judged(generation);
        }
        if now >= stamp.soft { Verdict::Expired } else { Verdict::Usable }
    }

    /// Whether nothing that it depends on was changed since, as far as the floors go.
    #[cold]
    pub(crate) fn is_above(&self, stamp: &Stamp) -> bool {
        if self.mistakes.is(Mistake::DeleteAfterCommit) {
            return true;
        }
        let inner = self.inner.read();
        let as_of = if self.mistakes.is(Mistake::FloorItself) { stamp.as_of + 1 } else { stamp.as_of };
        stamp.epoch == inner.epoch
            && as_of >= inner.base
            && stamp.tags.iter().all(|tag| inner.floors.get(tag).is_none_or(|floor| as_of > *floor))
    }

    /// The highest floor of `tags`: what is read at or below it is superseded already.
    pub(crate) fn highest(&self, tags: &[Tag]) -> u64 {
        let inner = self.inner.read();
        let floors = tags.iter().filter_map(|tag| inner.floors.get(tag).copied());
        floors.max().unwrap_or(0).max(inner.base.saturating_sub(1))
    }

    pub(crate) fn watermark(&self) -> Watermark {
        let inner = self.inner.read();
        Watermark { epoch: inner.epoch, as_of: inner.watermark }
    }

    pub(crate) fn position(&self) -> Position {
        let inner = self.inner.read();
        let newest = self.mistakes.is(Mistake::AsOfIsNewest);
        let as_of = if newest { inner.newest } else { inner.watermark };
        Position { epoch: inner.epoch, name: Arc::clone(&inner.name), as_of }
    }

    /// Since when to poll; `None` = from the horizon.
    pub(crate) fn since(&self) -> Option<u64> {
        let inner = self.inner.read();
        let newest = self.mistakes.is(Mistake::TailByNewest);
        let since = if newest { inner.newest } else { inner.watermark };
        (inner.base != u64::MAX).then_some(since)
    }

    pub(crate) fn apply(&self, poll: &Poll, since: Option<u64>) -> Applied {
        let mut inner = self.inner.write();
        let known = inner.base != u64::MAX && *inner.name == *poll.epoch;
        if since.is_some() && !known {
            inner.forget();
            self.generation.fetch_add(1, Ordering::Release);
            return Applied::Foreign;
        }
        let fresh = since.is_none();
        if fresh {
            inner.begin(poll);
        }
        let mut raised = fresh;
        for (xid, tag) in &poll.changes {
            let floor = inner.floors.entry(*tag).or_insert(0);
            if *xid > *floor {
                *floor = *xid;
                raised = true;
            }
        }
        raised |= inner.shrink(poll.horizon, self.max);
        inner.watermark = inner.watermark.max(poll.xmin);
        inner.newest = inner.newest.max(poll.xmax);
        if raised {
            self.generation.fetch_add(1, Ordering::Release);
        }
        if fresh { Applied::NewEpoch } else { Applied::Rows }
    }

    pub(crate) fn len(&self) -> usize {
        self.inner.read().floors.len()
    }
}

impl Inner {
    /// Nothing can be judged until the log is read again.
    fn forget(&mut self) {
        self.base = u64::MAX;
        self.watermark = 0;
        self.newest = 0;
        self.floors.clear();
    }

    fn begin(&mut self, poll: &Poll) {
        self.forget();
        self.epoch += 1;
        self.name = Arc::clone(&poll.epoch);
        self.base = poll.horizon;
    }

    /// Drops what the log has forgotten as well, once there is much, and all where there is too much.
    fn shrink(&mut self, horizon: u64, max: usize) -> bool {
        let before = self.base;
        if self.floors.len() > max / 2 && horizon > self.base {
            self.base = horizon;
            self.floors.retain(|_, floor| *floor >= horizon);
        }
        if self.floors.len() > max {
            let highest = self.floors.values().copied().max().unwrap_or(0);
            self.base = self.base.max(highest + 1);
            self.floors = HashMap::default();
        }
        self.base != before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: usize = 4;

    fn floors(horizon: u64, changes: &[(u64, u64)]) -> Floors {
        let floors = Floors::new(MAX, Mistakes::default());
        assert_eq!(poll(&floors, None, horizon, changes), Applied::NewEpoch);
        floors
    }

    fn poll(floors: &Floors, since: Option<u64>, horizon: u64, changes: &[(u64, u64)]) -> Applied {
        let changes = changes.iter().map(|(xid, tag)| (*xid, Tag(*tag))).collect();
        floors.apply(&Poll { epoch: "1".into(), xmin: 50, xmax: 50, horizon, changes, oldest_write: None }, since)
    }

    fn judge(floors: &Floors, as_of: u64, tag: u64) -> Verdict {
        floors.judge(&Stamp::new(1, as_of, 0, 10, 20, [Tag(tag)].into()), 5)
    }

    #[test]
    fn nothing_can_be_judged_before_the_first_poll_nor_from_before_its_horizon() {
        let cold = Floors::new(MAX, Mistakes::default());
        assert_eq!(judge(&cold, 100, 1), Verdict::Superseded);
        let floors = floors(20, &[]);
        assert_eq!((judge(&floors, 19, 1), judge(&floors, 20, 1)), (Verdict::Superseded, Verdict::Usable));
        assert_eq!(floors.highest(&[Tag(1)]), 19, "a replica must be as far as the horizon");
    }

    #[test]
    fn too_many_floors_collapse_into_one_below_which_nothing_is_used() {
        let floors = floors(0, &[(10, 1), (11, 2), (12, 3), (13, 4)]);
        assert_eq!((floors.len(), judge(&floors, 11, 1)), (4, Verdict::Usable));
        poll(&floors, Some(50), 0, &[(14, 5)]);
        assert_eq!(floors.len(), 0);
        for tag in [1, 2, 5, 6] {
            assert_eq!((judge(&floors, 14, tag), judge(&floors, 15, tag)), (Verdict::Superseded, Verdict::Usable));
            assert_eq!(floors.highest(&[Tag(tag)]), 14);
        }
    }

    #[test]
    fn what_the_log_has_forgotten_is_forgotten_first() {
        let floors = floors(0, &[(10, 1), (11, 2), (30, 3)]);
        assert_eq!((floors.len(), judge(&floors, 25, 1)), (3, Verdict::Usable));
        poll(&floors, Some(50), 20, &[(31, 4)]);
        assert_eq!(floors.len(), 2, "those below the horizon are gone");
        assert_eq!((judge(&floors, 19, 9), judge(&floors, 20, 9)), (Verdict::Superseded, Verdict::Usable));
        assert_eq!((judge(&floors, 30, 3), judge(&floors, 31, 3)), (Verdict::Superseded, Verdict::Usable));
    }

    #[test]
    fn a_verdict_stands_until_something_rises() {
        let floors = floors(0, &[(10, 1)]);
        let stamp = Stamp::new(1, 11, 0, 10, 20, [Tag(1)].into());
        let judge = |now| floors.judge(&stamp, now);
        assert_eq!((judge(5), judge(10), judge(20)), (Verdict::Usable, Verdict::Expired, Verdict::Over));
        let generation = floors.generation.load(Ordering::Acquire);
        poll(&floors, Some(50), 0, &[(10, 1)]);
        assert_eq!(floors.generation.load(Ordering::Acquire), generation, "it said nothing new");
        poll(&floors, Some(50), 0, &[(11, 1)]);
        assert_eq!((judge(5), judge(20)), (Verdict::Superseded, Verdict::Over));
    }
}
