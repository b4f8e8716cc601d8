//! The engine through its public interface.

mod basics;
mod cancellation;
mod graphql;
mod levels;
mod metrics;
mod nested;
mod panics;
mod stream;
mod support;
mod trees;
mod wakes;
