//! The caches that a shop is read through.
use crate::shop::Shop;
use std::{sync::Arc, time::Duration};
use tradewind_cache::{Cache, CacheConfig, Use};
use tradewind_graphql::DatabaseLog;
use tradewind_kv::Redis;
use tradewind_persistence::{DbBackend, DbConfig, cache_log::CacheLog};
use tradewind_resilience::DependencyMetrics;

/// One cache in memory, and one that only has Redis.
#[allow(clippy::disallowed_methods, reason = "tests are told of their servers so")]
pub fn caches(config: &DbConfig, backend: DbBackend) -> Vec<(&'static str, Cache)> {
    let start = |l1_bytes, kv| {
        let log = DatabaseLog::new(CacheLog::open(config).unwrap());
        // How long a poll takes on a busy machine is not what these tests ask.
        let (poll_timeout, fence_timeout) = (Duration::from_secs(60), Duration::from_secs(120));
        let config = CacheConfig { l1_bytes, poll_timeout, fence_timeout, ..CacheConfig::default() };
        Cache::start(config, Arc::new(log), None, kv)
    };
    let mut caches = vec![("memory", start(64 << 20, None))];
    if backend != DbBackend::Postgres {
        // The copies of a file have one history by name, and are never shared.
        return caches;
    }
    match std::env::var("REDIS_URL") {
        Ok(url) => {
            let redis = Redis::connect(&url, tradewind_kv::Limits::default(), &DependencyMetrics::default()).unwrap();
            caches.push(("redis", start(0, Some(Arc::new(redis)))));
        }
        Err(_) => {
            assert!(std::env::var("TRADEWIND_REQUIRE_SERVICES").is_err(), "REDIS_URL names no Redis: run ./test");
            eprintln!("SKIPPED: Redis (REDIS_URL is not set; ./test starts one)");
        }
    }
    caches
}

impl Shop {
    /// What was committed until now is below the log's watermark of each cache, so that what is read of it is kept. On PostgreSQL
    /// that waits for older transactions of the whole server, also those of other tests.
    pub async fn settled(&self) {
        let log = CacheLog::open(&DbConfig::new(self.test.url())).unwrap();
        let committed = log.poll(None).await.unwrap().xmax;
        for (_, engine) in self.kept() {
            let cache = engine.cache().unwrap();
            // A view has the log read.
            while cache.view(None, Use::ReadWrite).watermark().as_of < committed {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
}
