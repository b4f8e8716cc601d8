//! A store in this process, bounded by bytes: for tests, and where there is no Redis.

use crate::{Kv, KvError, Put};
use bytes::Bytes;
use futures_util::{FutureExt, future::BoxFuture, future::ready};
use quick_cache::{Weighter, sync::Cache};
use std::time::Duration;
use tokio::time::Instant;

/// Rough bytes of an entry besides its key and value.
const OVERHEAD: u64 = 96;

#[derive(Clone)]
struct Kept {
    value: Bytes,
    ends: Instant,
}

#[derive(Clone)]
struct Bytewise;

impl Weighter<String, Kept> for Bytewise {
    fn weight(&self, key: &String, kept: &Kept) -> u64 {
        OVERHEAD + (key.len() + kept.value.len()) as u64
    }
}

/// Keeps values in this process; drops some when they would take more than its limit.
pub struct Memory {
    values: Cache<String, Kept, Bytewise>,
    /// `set_nx` and `increment` look and write in one step.
    claims: parking_lot::Mutex<()>,
}

impl Memory {
    /// A store of at most `bytes`, roughly.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let typical = usize::try_from(bytes / 1024).unwrap_or(usize::MAX).clamp(64, 1 << 20);
        Self { values: Cache::with_weighter(typical, bytes, Bytewise), claims: parking_lot::Mutex::new(()) }
    }

    fn live(&self, key: &str) -> Option<Bytes> {
        let kept = self.values.get(key)?;
        (kept.ends > Instant::now()).then_some(kept.value)
    }

    fn keep(&self, key: String, value: Bytes, ttl: Duration) {
        self.values.insert(key, Kept { value, ends: Instant::now() + ttl.max(Duration::from_millis(1)) });
    }

    fn claim(&self, key: String, ttl: Duration) -> bool {
        let _one_at_a_time = self.claims.lock();
        if self.live(&key).is_some() {
            return false;
        }
        self.keep(key, Bytes::new(), ttl);
        true
    }

    /// As Redis does, the number is kept as text.
    fn count(&self, key: String, ttl: Duration) -> Result<u64, KvError> {
        let _one_at_a_time = self.claims.lock();
        let kept = self.values.get(&key).filter(|kept| kept.ends > Instant::now());
        let Some(kept) = kept else {
            self.keep(key, Bytes::from_static(b"1"), ttl);
            return Ok(1);
        };
        let number = std::str::from_utf8(&kept.value).ok().and_then(|text| text.parse::<u64>().ok());
        let number = number.ok_or_else(|| KvError::Failed("the value is not a number".to_owned()))?.saturating_add(1);
        self.values.insert(key, Kept { value: Bytes::from(number.to_string()), ends: kept.ends });
        Ok(number)
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").field("values", &self.values.len()).field("bytes", &self.values.weight()).finish()
    }
}

impl Kv for Memory {
    fn mget(&self, keys: Vec<String>) -> BoxFuture<'_, Result<Vec<Option<Bytes>>, KvError>> {
        ready(Ok(keys.iter().map(|key| self.live(key)).collect())).boxed()
    }

    fn set(&self, values: Vec<Put>) -> BoxFuture<'_, Result<(), KvError>> {
        for put in values {
            self.keep(put.key, put.value, put.ttl);
        }
        ready(Ok(())).boxed()
    }

    fn set_nx(&self, keys: Vec<String>, ttl: Duration) -> BoxFuture<'_, Result<Vec<bool>, KvError>> {
        ready(Ok(keys.into_iter().map(|key| self.claim(key, ttl)).collect())).boxed()
    }

    fn increment(&self, key: String, ttl: Duration) -> BoxFuture<'_, Result<u64, KvError>> {
        ready(self.count(key, ttl)).boxed()
    }

    fn ping(&self) -> BoxFuture<'_, Result<(), KvError>> {
        ready(Ok(())).boxed()
    }
}
