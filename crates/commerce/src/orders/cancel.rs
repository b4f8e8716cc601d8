//! Cancelling: the whole order in two steps, or units that have not left.
use super::{
    change::{Answer, By, OrderChange},
    refund::{Money, all_units},
};
use crate::checkout::{BuyError, Checkouts};
use std::collections::BTreeMap;
use tradewind_domain::order::{OrderEvent, Units};
use tradewind_persistence::write::{WriteTx, lock_order, order_variants, restock};
use uuid::Uuid;

impl Checkouts {
    /// Cancels an order of which nothing has left: at once it is *cancelling*, its units are sold to others again, and its
    /// money goes back; *cancelled* it is when all of it has gone.
    pub async fn cancel_order(&self, tx: &WriteTx, order_id: Uuid, by: By) -> Answer {
        let now = self.sources.now();
        let Some(order) = lock_order(tx, order_id).await? else { return Ok(Err(super::refusal::not_found())) };
        let open: Units = order.state.lines.keys().map(|id| (*id, order.state.open(*id))).collect();
        let requested = match order.state.transition(&OrderEvent::CancellationRequested) {
            Ok(requested) => requested,
            Err(error) => return Ok(Err(super::refusal::illegal(&error))),
        };
        let money = Money::of(tx, &order).await?;
        let mut events = vec![OrderEvent::CancellationRequested];
        let units = all_units(&requested);
        events.extend(self.give_back(tx, &order, &money, money.all(), units, &by.reason, now).await?);
        self.pricing.release_uses(tx, order_id).await?;
        let change = OrderChange { events, actor: by.actor.clone(), ..OrderChange::default() };
        let changed = self.changed(tx, order, change, None).await?;
        if changed.is_ok() {
            let units = by_variant(tx, order_id, &open).await?;
            restock(tx, order_id, &units, Some("cancelled".to_owned()), by.actor, now).await?;
        }
        Ok(changed)
    }

    /// Cancels units that have not left, while others go on. Their price is given back by [`refund`](Self::refund).
    pub async fn cancel_units(&self, tx: &WriteTx, order_id: Uuid, units: Units, by: By) -> Answer {
        let events = vec![OrderEvent::UnitsCancelled { units: units.clone() }];
        let change = OrderChange { events, actor: by.actor.clone(), ..OrderChange::default() };
        let changed = self.with_order(tx, order_id, change, None).await?;
        if changed.is_ok() {
            let units = by_variant(tx, order_id, &units).await?;
            restock(tx, order_id, &units, Some("cancelled".to_owned()), by.actor, self.sources.now()).await?;
        }
        Ok(changed)
    }
}

/// Units of lines, by what they are of.
pub(super) async fn by_variant(tx: &WriteTx, order_id: Uuid, units: &Units) -> Result<BTreeMap<Uuid, i64>, BuyError> {
    let mut sums = BTreeMap::new();
    for (line_id, variant_id) in order_variants(tx, order_id).await? {
        if let Some(units) = units.get(&line_id) {
            *sums.entry(variant_id).or_insert(0) += i64::from(*units);
        }
    }
    Ok(sums)
}
