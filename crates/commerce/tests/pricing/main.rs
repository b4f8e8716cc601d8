//! What carts cost, and what orders use up, on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]
mod carts;
mod coupons;
mod demo;
mod gift_cards;
mod limits;
mod outside;
mod shipping;
mod statements;
mod taxes;
mod world;
