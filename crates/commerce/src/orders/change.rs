//! A change of an order: its state, its history, its events and letters, in one transaction.
use super::refusal::Refusals;
use crate::{
    account::Outcome,
    checkout::{BuyError, Checkouts},
    orders::OrderCode,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_domain::{
    order::{IllegalTransition, OrderEvent, OrderStage},
    word::Word,
};
use tradewind_persistence::write::{
    Aggregate, Event, NewOrder, OrderEventRow, PartDetails, StoredOrder, WriteTx, insert_order_events, lock_order,
    lock_payments, save_order, save_payment,
};
use uuid::Uuid;

/// Who changes an order; `actor` names a member of staff, else it is the customer or the shop itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub actor: Option<String>,
    /// In their words; may be empty.
    pub reason: String,
}

/// What happens to an order.
#[derive(Clone, Debug, Default)]
pub(crate) struct OrderChange {
    pub(crate) events: Vec<OrderEvent>,
    pub(crate) details: PartDetails,
    pub(crate) actor: Option<String>,
}

/// A changed order. It serialises, so that a repeated request gets the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Which.
    pub order_id: Uuid,
    /// The fulfilment or return that the change made.
    pub part_id: Option<Uuid>,
    /// Payments that are to be seen to after the commit.
    pub settle: Vec<Uuid>,
}

pub(super) type Answer = Result<Outcome<Changed, OrderCode>, BuyError>;

impl Checkouts {
    /// Changes an order whose checkout is locked. An order that is being cancelled is cancelled as soon as none of its money
    /// is here.
    pub(crate) async fn change_order(
        &self,
        tx: &WriteTx,
        order: StoredOrder,
        change: OrderChange,
        now: DateTime<Utc>,
    ) -> Result<Result<StoredOrder, IllegalTransition>, BuyError> {
        let OrderChange { mut events, details, actor } = change;
        let mut state = order.state.clone();
        for event in &events {
            match state.transition(event) {
                Ok(next) => state = next,
                Err(error) => return Ok(Err(error)),
            }
        }
        if state.stage == OrderStage::Cancelling
            && let Ok(next) = state.transition(&OrderEvent::Cancelled)
        {
            state = next;
            events.push(OrderEvent::Cancelled);
        }
        save_order(tx, &order, &state, &details, now).await?;
        let after = StoredOrder { state, version: order.version + 1, ..order };
        self.tell(tx, &after, &events, actor, now).await?;
        self.write_letters(tx, &after, &events, &details, now).await?;
        Ok(Ok(after))
    }

    /// History and outbox.
    async fn tell(
        &self,
        tx: &WriteTx,
        order: &StoredOrder,
        events: &[OrderEvent],
        actor: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<(), BuyError> {
        let row = |event: &OrderEvent| OrderEventRow {
            id: self.sources.id(),
            order_id: order.id,
            kind: event.kind().as_str().to_owned(),
            data: json!(event),
            actor: actor.clone(),
            at: now,
        };
        let rows: Vec<OrderEventRow> = events.iter().map(row).collect();
        if rows.is_empty() {
            return Ok(());
        }
        insert_order_events(tx, &rows).await?;
        let statuses = order.state.statuses();
        for row in rows {
            let payload = json!({
                "number": order.number,
                "status": statuses.order,
                "paymentStatus": statuses.payment,
                "fulfilmentStatus": statuses.fulfilment,
                "returnStatus": statuses.returns,
                "event": row.data,
            });
            self.publish(tx, order.id, &row.kind, payload, now);
        }
        Ok(())
    }

    fn publish(&self, tx: &WriteTx, order_id: Uuid, kind: &str, payload: serde_json::Value, now: DateTime<Utc>) {
        tx.publish(Event {
            id: self.sources.id(),
            topic: format!("order.{kind}"),
            aggregate: Aggregate::new("Order", order_id),
            payload,
            at: now,
        });
    }

    /// The beginning of an order's history.
    pub(crate) async fn note_placed(
        &self,
        tx: &WriteTx,
        order: &NewOrder,
        number: i64,
        events: &[OrderEvent],
        now: DateTime<Utc>,
    ) -> Result<(), BuyError> {
        let row = |kind: &str, data| OrderEventRow {
            id: self.sources.id(),
            order_id: order.id,
            kind: kind.to_owned(),
            data,
            actor: None,
            at: now,
        };
        let mut rows = vec![row("placed", json!({ "total": order.state.total, "currency": order.currency }))];
        rows.extend(events.iter().map(|event| row(event.kind().as_str(), json!(event))));
        insert_order_events(tx, &rows).await?;
        let statuses = order.state.statuses();
        let payload = json!({
            "number": number,
            "total": order.state.total,
            "currency": order.currency,
            "status": statuses.order,
            "paymentStatus": statuses.payment,
        });
        self.publish(tx, order.id, "placed", payload, now);
        Ok(())
    }

    /// Reads an order, lets something happen to it, and tells which payments are to be seen to.
    pub(super) async fn with_order(
        &self,
        tx: &WriteTx,
        order_id: Uuid,
        change: OrderChange,
        part_id: Option<Uuid>,
    ) -> Answer {
        let Some(order) = lock_order(tx, order_id).await? else { return Ok(Err(super::refusal::not_found())) };
        self.changed(tx, order, change, part_id).await
    }

    pub(super) async fn changed(
        &self,
        tx: &WriteTx,
        order: StoredOrder,
        change: OrderChange,
        part_id: Option<Uuid>,
    ) -> Answer {
        let (order_id, checkout_id, now) = (order.id, order.checkout_id, self.sources.now());
        match self.change_order(tx, order, change, now).await? {
            Ok(_) => {
                let settle = self.wake_payments(tx, checkout_id, now).await?;
                Ok(Ok(Changed { order_id, part_id, settle }))
            }
            Err(error) => Ok(Err(super::refusal::illegal(&error) as Refusals)),
        }
    }

    /// Whatever the change means for the payment of the order is done after the commit, by the sweeper at the latest.
    async fn wake_payments(&self, tx: &WriteTx, checkout_id: Uuid, now: DateTime<Utc>) -> Result<Vec<Uuid>, BuyError> {
        let mut woken = Vec::new();
        for mut stored in lock_payments(tx, checkout_id).await? {
            if stored.payment.given_up || (stored.payment.held() == 0 && stored.payment.refundable() == 0) {
                continue;
            }
            (stored.check_at, stored.checks) = (Some(now), 0);
            woken.push(stored.payment.id);
            save_payment(tx, &stored).await?;
        }
        Ok(woken)
    }
}
