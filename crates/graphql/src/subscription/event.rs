//! What happens, and why a root field is resolved.
use parking_lot::Mutex;
use std::sync::Arc;
use tradewind_persistence::changes::Wanted;
use uuid::Uuid;

/// Something that a subscription waits for.
#[derive(Clone, Debug)]
pub struct Event(pub(super) Happened);

#[derive(Clone, Debug)]
pub(super) enum Happened {
    /// A product changed.
    Product(Uuid),
    /// The stock of these variants changed, or is told for the first time.
    Stock(Vec<Uuid>),
}

/// What a root field waits for.
#[derive(Debug)]
pub(super) enum Topic {
    /// Products that change.
    Products(Wanted),
    /// Stock of these variants.
    Stock(Vec<Uuid>),
}

/// Why a root field is resolved.
pub(super) enum Cause {
    /// The subscription begins: the field says here what it waits for.
    Beginning(Mutex<Option<Topic>>),
    /// A product changed.
    ProductChanged {
        id: Uuid,
        /// The client asked for it by id.
        is_named: bool,
    },
    /// The stock of variants is to be told.
    StockChanged(Vec<Uuid>),
}

impl Cause {
    /// Notes what the field waits for, where the subscription begins.
    pub(super) fn begin(&self, topic: impl FnOnce() -> async_graphql::Result<Topic>) -> async_graphql::Result<()> {
        if let Self::Beginning(slot) = self {
            *slot.lock() = Some(topic()?);
        }
        Ok(())
    }
}

/// In the data of every request that runs a subscription.
pub(super) struct SharedCause(pub(super) Arc<Cause>);
