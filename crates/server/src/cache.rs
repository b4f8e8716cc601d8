//! Starts the cache that the configuration asks for.
use crate::config::CacheConfig as Config;
use secrecy::ExposeSecret;
use std::sync::Arc;
use tradewind_cache::{Cache, CacheConfig, Replicas};
use tradewind_graphql::{DatabaseLog, DatabaseReplicas};
use tradewind_kv::{Kv, KvError, Limits, Redis};
use tradewind_persistence::{Db, DbConfig, DbError, cache_log::CacheLog};
use tradewind_resilience::DependencyMetrics;

/// Why it cannot.
#[derive(Debug, thiserror::Error)]
pub enum CacheStartError {
    /// The address of the log's database.
    #[error("DATABASE_URL: {0}")]
    Log(#[from] DbError),
    /// The address of Redis.
    #[error("REDIS_URL: {0}")]
    Redis(#[from] KvError),
}

/// Begins to follow the database's log. Redis may be away, now and later.
pub(crate) fn start(
    config: &Config,
    pool: &DbConfig,
    db: &Db,
    dependencies: &DependencyMetrics,
) -> Result<Option<Cache>, CacheStartError> {
    if !config.on {
        return Ok(None);
    }
    let log = DatabaseLog::new(CacheLog::open(pool)?);
    let replicas = DatabaseReplicas::of(db).map(|replicas| Arc::new(replicas) as Arc<dyn Replicas>);
    let redis = config.redis.as_ref().map(|url| Redis::connect(url.expose_secret(), Limits::default(), dependencies));
    let redis = redis.transpose()?.map(|redis| Arc::new(redis) as Arc<dyn Kv>);
    let tiers = CacheConfig {
        environment: config.namespace.clone(),
        l1_bytes: config.memory,
        #[cfg(feature = "rig")]
        mistake: config.mistake,
        ..CacheConfig::default()
    };
    Ok(Some(Cache::start(tiers, Arc::new(log), replicas, redis)))
}
