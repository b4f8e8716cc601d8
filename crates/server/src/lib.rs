//! The server: config, wiring, HTTP, telemetry, commands. The only crate that reads the environment and the clock.
pub mod app;
pub mod cache;
pub mod cli;
pub mod commands;
mod commerce;
pub mod config;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod graphiql;
mod http;
mod mail;
mod metrics;
mod persisted;
#[cfg(feature = "rig")]
mod rig;
pub mod server;
mod session_uses;
pub mod signal;
mod stream_metrics;
pub mod telemetry;
pub mod worker;

pub use commerce::CommerceError;
pub use persisted::TrustedError;
