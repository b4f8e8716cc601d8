//! What the process is made of.
use crate::{
    cache::CacheStartError,
    commerce::{CommerceError, commerce},
    config::Config,
    metrics::Metrics,
    persisted::{Persisted, TrustedError},
};
use chrono::{DateTime, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use std::sync::Arc;
use tradewind_graphql::Engine;
use tradewind_persistence::{Db, DbError, pending_migrations};

/// The parts, wired. Tests build the same struct.
pub struct App {
    /// What it was told.
    pub config: Config,
    /// The pool.
    pub db: Db,
    /// Answers GraphQL.
    pub engine: Engine,
    /// Documents that clients name.
    pub(crate) persisted: Persisted,
    /// What it measures.
    pub metrics: Arc<Metrics>,
    /// The time of day.
    pub clock: fn() -> DateTime<Utc>,
}

/// Why the parts cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The database refuses; the text says which variable names it.
    #[error("DATABASE_URL: the database cannot be used: {0}")]
    Database(#[from] DbError),
    /// The schema is older than this binary.
    #[error("the database misses {0} migrations of this version: run `tradewind migrate`, then start again")]
    Pending(usize),
    /// The cache cannot be started.
    #[error(transparent)]
    Cache(#[from] CacheStartError),
    /// What mutations run on.
    #[error(transparent)]
    Commerce(#[from] CommerceError),
    /// Documents that could not run.
    #[error(transparent)]
    Trusted(#[from] TrustedError),
}

impl App {
    /// Opens the database, which must be migrated, and builds the schema on it.
    pub fn build(config: Config, clock: fn() -> DateTime<Utc>) -> BoxFuture<'static, Result<Self, AppError>> {
        Self::wire(config, clock).boxed()
    }

    async fn wire(config: Config, clock: fn() -> DateTime<Utc>) -> Result<Self, AppError> {
        let db = Db::connect(&config.database.pool()).await?;
        let pending = pending_migrations(&db).await?;
        if pending > 0 {
            return Err(AppError::Pending(pending));
        }
        let metrics = Arc::new(Metrics::new(&db, &config.metrics.operations));
        let loaders = Arc::clone(&metrics.loader);
        let redis = crate::cache::redis(&config.cache, &metrics)?;
        let cache = crate::cache::start(&config.cache, &config.database.pool(), &db, &metrics, redis.clone())?;
        let commerce = commerce(&config.shop, &config.payments, &config.cache, &db, redis.clone(), clock)?;
        let limits = config.graphql.limits.clone();
        let engine = Engine::start(db.clone(), limits, Some(loaders), cache, commerce).await?;
        let persisted =
            Persisted::start(&config.documents, &engine, redis.map(|kv| (kv, config.cache.namespace.as_str())))?;
        Ok(Self { config, db, engine, persisted, metrics, clock })
    }
}
