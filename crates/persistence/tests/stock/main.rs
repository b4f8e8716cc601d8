//! Stock: promises, sales, the ledger, and who is told; on SQLite and on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "helpers of tests are tests"
)]
#![allow(clippy::result_large_err, reason = "the error is proptest's")]
mod bugs;
mod cards;
mod changes;
mod crash;
mod holds;
mod law;
mod ledger;
mod market;
mod model;
mod oversell;
mod races;
mod retry;
mod statements;
mod throughput;

#[path = "../write/world.rs"]
#[allow(dead_code, reason = "shared with the tests of the write side")]
mod world;
