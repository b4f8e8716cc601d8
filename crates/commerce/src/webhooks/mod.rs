//! Events to others' servers: signed, at least once, in the order of each aggregate. docs/webhooks.md is the contract.
mod body;
mod dispatcher;
mod send;
mod sends;
mod signature;

pub use dispatcher::{Dispatcher, DispatcherConfig};
pub use signature::{SECRET_BYTES, new_secret};
