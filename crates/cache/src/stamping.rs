use crate::{Stamp, Tag, cache::Core, clock::micros, floors::Position, kind::Kind};
use std::time::{Duration, SystemTime};

/// What the entries of one load have in common.
pub(crate) struct Stamping {
    pub(crate) position: Position,
    pub(crate) ended: u64,
    born: u64,
    soft: u64,
    hard: u64,
}

impl Stamping {
    /// `expires`: when the values change by themselves.
    pub(crate) fn new(
        core: &Core,
        kind: &Kind,
        expires: Option<SystemTime>,
        position: Position,
        (born, ended): (u64, u64),
    ) -> Self {
        let boundary = expires.map_or(u64::MAX, |time| core.clock.of_calendar(time));
        let soft = core.soft_end(born, kind.policy.max_age);
        let hard = soft + micros(Duration::from_secs(kind.policy.stale_if_error.into()));
        Self { position, born, ended, soft: soft.min(boundary), hard: hard.min(boundary) }
    }

    pub(crate) fn stamp(&self, tags: &mut Vec<Tag>) -> Stamp {
        tags.sort_unstable();
        tags.dedup();
        let (epoch, as_of) = (self.position.epoch, self.position.as_of);
        Stamp::new(epoch, as_of, self.born, self.soft, self.hard, tags.as_slice().into())
    }

    /// Microseconds that the load took.
    pub(crate) fn cost(&self) -> u32 {
        u32::try_from(self.ended - self.born).unwrap_or(u32::MAX)
    }
}
