//! Deterministic, request-scoped batching: one fetch per loader and relation level, without a timer.
//!
//! A resolver asks a [`Loader`] for a key and waits. When every resolver that could run has run, all of them wait at a
//! load: that set is the *frontier*, and it is exactly one level of the query. [`Frontier::run`] notices that moment and
//! fetches the whole level, one batch per loader, side by side, in the same task.
//!
//! The number of batches is therefore a property of the operation and its data, never of timing or load.
//! `docs/batching.md` explains the design and the rules for a new loader.
//!
//! ```
//! use std::convert::Infallible;
//! use tradewind_loader::{Batch, Frontier, Loaded};
//!
//! struct Squares;
//!
//! impl Batch for Squares {
//!     const NAME: &'static str = "squares";
//!     type Key = u64;
//!     type Value = u64;
//!     type Error = Infallible;
//!
//!     async fn fetch(&self, numbers: Vec<u64>) -> Result<Loaded<u64, u64>, Infallible> {
//!         Ok(numbers.into_iter().map(|number| (number, number * number)).collect())
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let frontier = Frontier::new();
//! let squares = frontier.loader(Squares);
//! let both = frontier.run(async { tokio::join!(squares.load(2), squares.load(3)) }).await;
//! assert_eq!(both, (Ok(Some(4)), Ok(Some(9))));
//! assert_eq!(frontier.reports().len(), 1);
//! # });
//! ```

mod batch;
mod cell;
mod core;
mod driver;
mod error;
mod flight;
mod frontier;
mod gather;
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
pub use gather::Gathered;
pub use loader::Loader;
pub use metrics::LoaderMetrics;
pub use report::{BatchReport, Observer};
