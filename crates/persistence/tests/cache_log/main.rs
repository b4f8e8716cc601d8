//! The log that caches are judged by, on SQLite and on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "helpers of tests are tests"
)]
#![allow(clippy::result_large_err, reason = "the error is proptest's")]
mod accounts;
mod check;
mod cost;
mod entries;
mod garbage;
mod law;
mod lists;
mod log;
mod replica;
mod transaction;
mod upgrade;

#[path = "../write/edit.rs"]
mod edit;
#[path = "../write/random.rs"]
mod random;
#[path = "../write/world.rs"]
#[allow(dead_code, reason = "shared with the tests of the write side")]
mod world;
