//! The seeded and the demo catalog: the aggregates themselves, and what both databases make of them.
#![allow(clippy::unwrap_used, reason = "helpers of tests stop with the reason, as tests do")]
mod demo;
mod invariants;
mod seed;
mod seed_database;
mod speed;
