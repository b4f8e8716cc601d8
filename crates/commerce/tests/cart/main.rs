//! Carts, on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]
mod buying;
mod claim;
mod concurrency;
mod details;
mod expiry;
mod lines;
mod pricing;
mod statements;
mod who;
mod world;
