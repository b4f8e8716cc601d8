//! What a write promises beyond its own rows: outcomes of repeated requests, events, webhooks, jobs; on SQLite and on
//! PostgreSQL.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "helpers of tests are tests")]
mod delivery;
mod idempotency;
mod job;
mod outbox;
mod replay;
mod statements;
mod support;
