use std::sync::atomic::{AtomicU64, Ordering};

/// What a write touches and a value depends on: the hash of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub u64);

/// What decides whether a value, or an answer made of values, may be used.
#[derive(Debug)]
pub struct Stamp {
    /// The database's history that it belongs to, numbered by this process; 0 = none.
    pub epoch: u32,
    /// Every transaction below it had ended before the value was read.
    pub as_of: u64,
    /// When it was read: microseconds of the cache's clock.
    pub born: u64,
    /// Until when it is young enough: microseconds of the cache's clock.
    pub soft: u64,
    /// Until when it may stand in where nothing newer can be had: microseconds of the cache's clock.
    pub hard: u64,
    /// All that it depends on.
    pub tags: Box<[Tag]>,
    /// The generation of the floors that it was last found above: spares the look at each tag.
    judged: AtomicU64,
}

impl Stamp {
    pub(crate) fn new(epoch: u32, as_of: u64, born: u64, soft: u64, hard: u64, tags: Box<[Tag]>) -> Self {
        Self { epoch, as_of, born, soft, hard, tags, judged: AtomicU64::new(0) }
    }

    pub(crate) fn is_judged(&self, generation: u64) -> bool {
        self.judged.load(Ordering::Relaxed) == generation
    }

    pub(crate) fn set_judged(&self, generation: u64) {
        self.judged.store(generation, Ordering::Relaxed);
    }
}

/// What a stamp is good for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Use it.
    Usable,
    /// Too old for its policy, but nothing newer was acknowledged: use it where a new one cannot be had.
    Expired,
    /// Too old for any use.
    Over,
    /// A newer write was acknowledged, or may have been: never use it.
    Superseded,
}
