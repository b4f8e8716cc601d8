//! Checkouts, payments and orders, on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]
mod cancel;
mod crash;
mod expiry;
mod flow;
mod history;
mod race;
mod refund;
mod returns;
mod shop;
mod steps;
mod stripe;
mod stripe_double;
mod till;
mod world;
