//! What the database is like: indexes, plans, poolers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::disallowed_methods)]

mod indexes;
mod plans;
mod pooler;
mod queue_plans;
mod timeouts;
