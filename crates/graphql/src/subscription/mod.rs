//! Subscriptions: the root type, and the stream that runs an operation once per event.
//!
//! As in the specification (section 6.2.3): the operation is validated and its root field resolved once, which says what
//! to wait for; then each event runs the operation like a query, with that event as its root, loaders and frontier of
//! its own, and the time of the event.
mod event;
mod feed;
mod inventory;
mod inventory_feed;
mod product_change;
mod root_field;
mod root_type;
mod stream;

pub use event::Event;
pub(crate) use inventory::InventoryOf;
pub(crate) use root_type::Subscription;
pub use stream::EventStream;
