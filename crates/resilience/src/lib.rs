//! What keeps a failing dependency from failing the shop.
//!
//! A [`Breaker`] stands before one dependency: while it is open, calls end at once instead of waiting for a timeout.

mod breaker;
mod metrics;

pub use breaker::{Admitted, Breaker, BreakerConfig, Outcome, State};
pub use metrics::{Dependency, DependencyMetrics};
