//! Goods that come back.
use super::{
    cancel::by_variant,
    change::{Answer, By, OrderChange},
};
use crate::checkout::Checkouts;
use tradewind_domain::order::{OrderEvent, Units};
use tradewind_persistence::write::{PartDetails, WriteTx, lock_order, restock};
use uuid::Uuid;

impl Checkouts {
    /// The customer asks to send units back that were handed over.
    pub async fn request_return(&self, tx: &WriteTx, order_id: Uuid, units: Units, by: By) -> Answer {
        let return_id = self.sources.id();
        let details = PartDetails { reason: by.reason, ..PartDetails::default() };
        let events = vec![OrderEvent::ReturnRequested { return_id, units }];
        self.with_order(tx, order_id, OrderChange { events, details, actor: by.actor }, Some(return_id)).await
    }

    /// The shop agrees.
    pub async fn approve_return(&self, tx: &WriteTx, order_id: Uuid, return_id: Uuid, by: By) -> Answer {
        self.event(tx, order_id, OrderEvent::ReturnApproved { return_id }, by).await
    }

    /// The shop does not agree.
    pub async fn decline_return(&self, tx: &WriteTx, order_id: Uuid, return_id: Uuid, by: By) -> Answer {
        self.event(tx, order_id, OrderEvent::ReturnDeclined { return_id }, by).await
    }

    /// The customer does not want to send them back any more.
    pub async fn cancel_return(&self, tx: &WriteTx, order_id: Uuid, return_id: Uuid, by: By) -> Answer {
        self.event(tx, order_id, OrderEvent::ReturnCancelled { return_id }, by).await
    }

    /// The goods are back; to be sold again, or not. Their price is given back by [`refund`](Self::refund).
    pub async fn receive_return(
        &self,
        tx: &WriteTx,
        order_id: Uuid,
        return_id: Uuid,
        sell_again: bool,
        by: By,
    ) -> Answer {
        let Some(order) = lock_order(tx, order_id).await? else { return Ok(Err(super::refusal::not_found())) };
        let units = order.state.returns.get(&return_id).map(|back| back.units.clone()).unwrap_or_default();
        let events = vec![OrderEvent::ReturnReceived { return_id }];
        let change = OrderChange { events, actor: by.actor.clone(), ..OrderChange::default() };
        let changed = self.changed(tx, order, change, None).await?;
        if changed.is_ok() && sell_again {
            let units = by_variant(tx, order_id, &units).await?;
            restock(tx, order_id, &units, Some("returned".to_owned()), by.actor, self.sources.now()).await?;
        }
        Ok(changed)
    }
}
