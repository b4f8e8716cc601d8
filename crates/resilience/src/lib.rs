//! What keeps a failing dependency from failing the shop.
//!
//! A [`Breaker`] stands before one dependency: while it is open, calls end at once instead of waiting for a timeout. A
//! [`Bulkhead`] bounds the calls that are under way and those that wait; a [`RetryBudget`] bounds second tries.

mod breaker;
mod budget;
mod bulkhead;
mod limits;
mod metrics;

pub use breaker::{Admitted, Breaker, BreakerConfig, Outcome, State};
pub use budget::{Retry, RetryBudget, Tries};
pub use bulkhead::{Bulkhead, Entered, Full};
pub use limits::LimitMetrics;
pub use metrics::{Dependency, DependencyMetrics};
