//! Webhooks and jobs at work: dispatchers, runners and receivers that fail and die, on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "helpers of tests are tests")]
mod at_least_once;
mod delivery;
mod guard;
mod job_ends;
mod job_runs;
mod receiver;
mod support;
