use crate::{Stamp, Tag, Use};
use std::time::Duration;

/// The most tags of one request; one that needs more cannot be kept as a whole.
pub(crate) const MAX_TAGS: usize = 16_384;

/// All that a request read through its [`View`](crate::View).
#[derive(Clone, Debug)]
pub struct Summary {
    /// What the answer depends on, sorted, each once.
    pub tags: Vec<Tag>,
    /// The smallest as-of of the values; `u64::MAX` where there were none.
    pub as_of: u64,
    /// When the first of them gets too old: microseconds of the cache's clock; `u64::MAX` where there were none.
    pub ends: u64,
    /// The history that all of them belong to; 0 where it changed meanwhile.
    pub epoch: u32,
    /// Some value was served without proof that nothing newer was acknowledged.
    pub unverified: bool,
    /// Some value was too old and stood in for one that could not be loaded.
    pub stale: bool,
    /// Some value is for one viewer only.
    pub private: bool,
    /// Some value was not cached, or cannot be judged as a part of a whole.
    pub uncached: bool,
    /// Time that the request waited for the log.
    pub fence: Duration,
}

impl Summary {
    pub(crate) fn of(usage: Use) -> Self {
        Self {
            tags: Vec::new(),
            as_of: u64::MAX,
            ends: u64::MAX,
            epoch: u32::MAX,
            unverified: false,
            stale: false,
            private: false,
            uncached: usage == Use::Rows,
            fence: Duration::ZERO,
        }
    }

    /// The stamp of an answer made of all of it, to be judged by [`Cache::judge`](crate::Cache::judge). `None` where
    /// nobody else may get it: nothing was cached, or some of it is private, unverified, stale or not cached.
    #[must_use]
    pub fn stamp(self, born: u64) -> Option<Stamp> {
        let kept = !(self.unverified || self.stale || self.private || self.uncached);
        let known = self.as_of != u64::MAX && self.epoch != 0 && self.epoch != u32::MAX;
        (kept && known)
            .then(|| Stamp::new(self.epoch, self.as_of, born, self.ends, self.ends, self.tags.into_boxed_slice()))
    }

    /// Adds what another part of the request read.
    pub(crate) fn merge(&mut self, other: Self) {
        self.as_of = self.as_of.min(other.as_of);
        self.ends = self.ends.min(other.ends);
        self.note_epoch(other.epoch);
        self.unverified |= other.unverified;
        self.stale |= other.stale;
        self.private |= other.private;
        self.uncached |= other.uncached;
        self.note_tags(&other.tags);
    }

    pub(crate) fn note(&mut self, stamp: &Stamp) {
        self.as_of = self.as_of.min(stamp.as_of);
        self.ends = self.ends.min(stamp.soft);
        self.note_epoch(stamp.epoch);
        self.note_tags(&stamp.tags);
    }

    fn note_epoch(&mut self, epoch: u32) {
        if self.epoch == u32::MAX {
            self.epoch = epoch;
        } else if self.epoch != epoch && epoch != u32::MAX {
            self.epoch = 0;
        }
    }

    /// They say when the whole must go, and so are of no use where it is not kept.
    fn note_tags(&mut self, tags: &[Tag]) {
        if self.uncached {
            return;
        }
        if self.tags.len() + tags.len() > MAX_TAGS {
            self.tidy();
        }
        if self.tags.len() + tags.len() > MAX_TAGS {
            self.uncached = true;
        } else {
            self.tags.extend_from_slice(tags);
        }
    }

    pub(crate) fn tidy(&mut self) {
        self.tags.sort_unstable();
        self.tags.dedup();
    }
}
