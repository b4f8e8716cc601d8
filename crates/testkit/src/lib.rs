//! Dev only: a private, migrated database for each test, on SQLite always and on PostgreSQL where `DATABASE_URL` is
//! given (`./test` gives it).
//!
//! ```no_run
//! # async fn example() {
//! for db in tradewind_testkit::TestDb::each().await {
//!     // Open `db.url()` as the product does; `db.backend()` names it in messages.
//! }
//! # }
//! ```
//!
//! The schema is made once and cloned per test: a file copy on SQLite, `CREATE DATABASE ... TEMPLATE` on PostgreSQL.
//! Parallel processes agree on who makes it by a lock. A test database is removed when its [`TestDb`] is dropped.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot have its database must stop with the reason")]

mod backend;
#[cfg(unix)]
mod cluster;
mod manifest_dir;
mod postgres;
mod sqlite;
mod test_db;

pub use backend::Backend;
#[cfg(unix)]
pub use cluster::Cluster;
pub use manifest_dir::manifest_dir;
pub use test_db::TestDb;

/// Changes whenever the text of a migration changes.
const SCHEMA: &str = env!("TRADEWIND_SCHEMA");
