//! The only crate that speaks SQL. [`Db`] is the pool, and those of the replicas; [`read`] answers requests, [`mod@write`] changes the catalog and
//! everything precomputed from it in one transaction; [`changes`] tells which products that were, [`cache_log`] tells
//! caches, [`work`] wakes those who work on its queues.
pub mod cache_log;
pub mod changes;
mod db;
mod entity;
mod error;
pub mod failpoint;
mod guard;
pub mod ledger;
mod metrics;
mod pgbouncer;
pub mod read;
mod reader;
mod replica;
#[cfg(feature = "rig")]
pub mod rig;
mod row;
mod sql;
pub mod statements;
pub mod work;
pub mod write;

pub use db::{Db, DbConfig, migrate, pending_migrations};
pub use error::DbError;
pub use metrics::PoolMetrics;
pub use reader::PoolStatus;
pub use replica::{ReplicaState, Route};
pub use sea_orm::DbBackend;
