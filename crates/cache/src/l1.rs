//! The first tier: all types in one map, bounded by bytes.

use crate::entry::Entry;
use quick_cache::{Weighter, sync::Cache};
use std::{mem::size_of_val, sync::Arc};

/// Bytes per entry besides its key, tags and value: its counters and what a slot of a full map takes, as
/// `benches/memory.rs` measures it.
const OVERHEAD: usize = 128;

#[derive(Clone)]
struct Slot {
    entry: Arc<Entry>,
    weight: u32,
}

#[derive(Clone)]
struct Bytewise;

impl Weighter<Arc<str>, Slot> for Bytewise {
    fn weight(&self, _: &Arc<str>, slot: &Slot) -> u64 {
        u64::from(slot.weight)
    }
}

pub(crate) struct L1 {
    map: Option<Cache<Arc<str>, Slot, Bytewise, foldhash::fast::RandomState>>,
}

impl L1 {
    /// A tier of at most `bytes`; 0 = none.
    pub(crate) fn new(bytes: u64) -> Self {
        let typical = usize::try_from(bytes / 512).unwrap_or(usize::MAX).clamp(1_024, 1 << 20);
        let map = (bytes > 0)
            .then(|| Cache::with(typical, bytes, Bytewise, foldhash::fast::RandomState::default(), Default::default()));
        Self { map }
    }

    pub(crate) fn get(&self, key: &str) -> Option<Arc<Entry>> {
        Some(self.map.as_ref()?.get(key)?.entry)
    }

    pub(crate) fn put(&self, key: Arc<str>, entry: Arc<Entry>, value_bytes: usize) {
        let Some(map) = &self.map else { return };
        let tags = size_of_val(&*entry.stamp.tags);
        let weight = OVERHEAD + size_of_val(&*entry) + key.len() + tags + value_bytes;
        map.insert(key, Slot { entry, weight: u32::try_from(weight).unwrap_or(u32::MAX) });
    }

    pub(crate) fn remove(&self, key: &str) {
        if let Some(map) = &self.map {
            map.remove(key);
        }
    }

    pub(crate) fn clear(&self) {
        if let Some(map) = &self.map {
            map.clear();
        }
    }

    /// Entries, and their bytes, roughly.
    pub(crate) fn size(&self) -> (usize, u64) {
        self.map.as_ref().map_or((0, 0), |map| (map.len(), map.weight()))
    }
}
