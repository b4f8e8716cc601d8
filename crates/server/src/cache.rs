//! Starts the cache that the configuration asks for.
use crate::{config::CacheConfig as Config, metrics::Metrics};
use secrecy::ExposeSecret;
use std::sync::Arc;
use std::time::Duration;
use tradewind_cache::{Cache, CacheConfig, Replicas};
use tradewind_graphql::{DatabaseLog, DatabaseReplicas};
use tradewind_kv::{Kv, KvError, Limits, Redis};
use tradewind_persistence::{
    Db, DbBackend, DbConfig, DbError,
    cache_log::{CacheLog, collect_garbage},
};

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

/// The Redis that instances share, if one is named. It may be away, now and later.
pub(crate) fn redis(config: &Config, metrics: &Metrics) -> Result<Option<Arc<dyn Kv>>, CacheStartError> {
    let Some(url) = &config.redis else { return Ok(None) };
    Ok(Some(Arc::new(Redis::connect(url.expose_secret(), Limits::default(), &metrics.dependencies)?)))
}

/// Begins to follow the database's log.
pub(crate) fn start(
    config: &Config,
    pool: &DbConfig,
    db: &Db,
    metrics: &Metrics,
    redis: Option<Arc<dyn Kv>>,
) -> Result<Option<Cache>, CacheStartError> {
    if !config.on {
        return Ok(None);
    }
    let log = DatabaseLog::new(CacheLog::open(pool)?);
    let replicas = DatabaseReplicas::of(db).map(|replicas| Arc::new(replicas) as Arc<dyn Replicas>);
    // One process has a SQLite file, and a copy of the file has the same history by name.
    let redis = redis.filter(|_| db.backend() == DbBackend::Postgres);
    let tiers = CacheConfig {
        environment: config.namespace.clone(),
        l1_bytes: config.memory,
        sample: config.sample,
        metrics: metrics.cache.clone(),
        #[cfg(feature = "rig")]
        mistake: config.mistake,
        #[cfg(feature = "rig")]
        fill_lease: config.fill_lease,
        ..CacheConfig::default()
    };
    Ok(Some(Cache::start(tiers, Arc::new(log), replicas, redis)))
}

/// How often the log is cleared.
const CLEARED: Duration = Duration::from_secs(60);
/// Longer than any kept value is used: an hour and a tenth, ten minutes while nothing newer can be had, and five more.
const KEPT: Duration = Duration::from_secs(66 * 60 + 10 * 60 + 5 * 60);

/// Deletes what no kept value can be judged by any more, again and again.
pub(crate) async fn tend(db: Db) {
    let mut every = tokio::time::interval(CLEARED);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // Instances that start together need not do it together.
    tokio::time::sleep(CLEARED.mul_f64(fastrand::f64())).await;
    loop {
        every.tick().await;
        if let Err(error) = collect_garbage(&db, KEPT).await {
            tracing::warn!(%error, "the cache log cannot be cleared: it grows until it can");
        }
    }
}
