//! Handing goods over.
use super::change::{Answer, By, OrderChange};
use crate::checkout::Checkouts;
use tradewind_domain::order::{OrderEvent, Units};
use tradewind_persistence::write::{PartDetails, WriteTx};
use uuid::Uuid;

/// How units leave. Texts may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parcel {
    /// Units by line.
    pub units: Units,
    /// Who brings them.
    pub carrier: String,
    /// The carrier's number.
    pub tracking_number: String,
    /// Where the carrier shows it.
    pub tracking_url: String,
}

impl Checkouts {
    /// Units leave. What the gateway holds is then taken, where it was not before.
    pub async fn fulfil(&self, tx: &WriteTx, order_id: Uuid, parcel: Parcel, by: By) -> Answer {
        let fulfilment_id = self.sources.id();
        let Parcel { units, carrier, tracking_number, tracking_url } = parcel;
        let details = PartDetails { carrier, tracking_number, tracking_url, reason: String::new() };
        let events = vec![OrderEvent::Fulfilled { fulfilment_id, units }];
        self.with_order(tx, order_id, OrderChange { events, details, actor: by.actor }, Some(fulfilment_id)).await
    }

    /// A fulfilment has arrived.
    pub async fn deliver(&self, tx: &WriteTx, order_id: Uuid, fulfilment_id: Uuid, by: By) -> Answer {
        self.event(tx, order_id, OrderEvent::FulfilmentDelivered { fulfilment_id }, by).await
    }

    /// A fulfilment is called back: its units are to be handed over again.
    pub async fn call_back(&self, tx: &WriteTx, order_id: Uuid, fulfilment_id: Uuid, by: By) -> Answer {
        self.event(tx, order_id, OrderEvent::FulfilmentCancelled { fulfilment_id }, by).await
    }

    pub(super) async fn event(&self, tx: &WriteTx, order_id: Uuid, event: OrderEvent, by: By) -> Answer {
        let change = OrderChange { events: vec![event], actor: by.actor, ..OrderChange::default() };
        self.with_order(tx, order_id, change, None).await
    }
}
