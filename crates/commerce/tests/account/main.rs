//! Accounts, on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]
mod addresses;
mod concurrency;
mod deletion;
mod email_change;
mod enumeration;
mod expiry;
mod export;
mod log_in;
mod mail_queue;
mod passwords;
mod profile;
mod registration;
mod sessions;
mod smtp;
mod throttling;
mod world;
