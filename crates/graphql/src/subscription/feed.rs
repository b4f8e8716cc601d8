//! What tells a subscription that something happened.
use super::{
    event::{Cause, Event, Happened, Topic},
    inventory_feed::InventoryFeed,
};
use std::time::Duration;
use tradewind_persistence::{
    Db,
    changes::{ChangeReader, Missed},
};

pub(super) enum Feed {
    Products(ChangeReader),
    Inventory(InventoryFeed),
}

impl Feed {
    /// Waits for a topic from now on; for products from where it is.
    pub(super) fn on(self, topic: Topic, db: &Db) -> Self {
        match (self, topic) {
            (Self::Products(mut reader), Topic::Products(wanted)) => {
                reader.narrow(wanted);
                Self::Products(reader)
            }
            (_, Topic::Products(wanted)) => Self::Products(db.product_changes().subscribe(wanted)),
            (_, Topic::Stock(variants)) => Self::Inventory(InventoryFeed::new(variants, db)),
        }
    }

    /// Waits for the next event. Dropping the future loses nothing.
    pub(super) async fn next(&mut self, db: &Db) -> Result<Event, Missed> {
        Ok(Event(match self {
            Self::Products(reader) => Happened::Product(reader.next().await?),
            Self::Inventory(feed) => Happened::Stock(feed.next(db).await),
        }))
    }

    /// The last event was run; `is_told`: without an error.
    pub(super) fn ran(&mut self, is_told: bool) {
        if let (Self::Inventory(feed), true) = (self, is_told) {
            feed.told();
        }
    }

    /// How long to wait after an event before the next one is asked for.
    pub(super) fn rest(&self) -> Duration {
        match self {
            Self::Products(_) => Duration::ZERO,
            Self::Inventory(feed) => feed.rest(),
        }
    }

    pub(super) fn cause(&self, event: Event) -> Cause {
        match event.0 {
            Happened::Product(id) => {
                let is_named = !matches!(self, Self::Products(reader) if reader.wants_all());
                Cause::ProductChanged { id, is_named }
            }
            Happened::Stock(variants) => Cause::StockChanged(variants),
        }
    }
}
