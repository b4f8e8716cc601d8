//! The write side, on SQLite and on PostgreSQL.
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
