//! The write side, on SQLite and on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "helpers of tests are tests"
)]
#![allow(clippy::result_large_err, reason = "the error is proptest's")]
mod changes;
mod concurrency;
mod derived;
mod edit;
mod law;
mod performance;
mod product;
mod random;
mod review;
mod round_trip;
mod shop;
mod statements;
mod stock;
mod world;
