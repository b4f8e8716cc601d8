//! The engine through its public interface.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod basics;
mod cancellation;
mod gather;
mod graphql;
mod levels;
mod metrics;
mod nested;
mod panics;
mod stream;
mod support;
mod trees;
mod wakes;
