//! Deterministic, request-scoped batching: one fetch per loader and relation level, without a timer.
//!
//! A resolver asks a [`Loader`] for a key and waits. When every resolver that could run has run, all of them wait at a
//! load: that set is the *frontier*, and it is exactly one level of the query. [`Frontier::run`] notices that moment and
//! fetches the whole level, one batch per loader, side by side, in the same task.
//!
//! The number of batches is therefore a property of the operation and its data, never of timing or load.
//! `docs/batching.md` explains the design and the rules for a new loader.

mod batch;
mod cell;
mod core;
mod driver;
mod error;
mod flight;
mod frontier;
mod loader;
pub mod metrics;
mod phase;
mod queue;
mod report;
mod signal;
mod state;

pub use batch::{Batch, Loaded};
pub use error::LoadError;
pub use frontier::Frontier;
pub use loader::Loader;
pub use metrics::LoaderMetrics;
pub use report::{BatchReport, Observer};
