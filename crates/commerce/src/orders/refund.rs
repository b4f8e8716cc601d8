//! Giving money back: to the payment first, then to the gift cards that paid.
use super::{
    Bill,
    change::{Answer, By, OrderChange},
};
use crate::checkout::{BuyError, CardAmount, Checkouts};
use chrono::{DateTime, Utc};
use tradewind_domain::order::{OrderEvent, OrderState, Units};
use tradewind_persistence::write::{
    Refund, StoredOrder, StoredPayment, WriteTx, insert_refund, lock_order, lock_payments, open_refunds,
};
use uuid::Uuid;

/// Money to give back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefundInput {
    /// In minor units of the order's currency.
    pub amount: i64,
    /// Whose price it is, by line: units that were handed over or cancelled. None: goodwill.
    pub units: Units,
}

/// Where an order's money is. Amounts are minor units.
pub(super) struct Money {
    payment: Option<StoredPayment>,
    /// Refunds that are wanted and not known to be done.
    open: Vec<Refund>,
    cards: Vec<CardAmount>,
    /// What went back to cards.
    cards_back: i64,
}

impl Money {
    pub(super) async fn of(tx: &WriteTx, order: &StoredOrder) -> Result<Self, BuyError> {
        let payments = lock_payments(tx, order.checkout_id).await?;
        let payment = payments.into_iter().find(|it| !it.payment.given_up && it.payment.captured > 0);
        let open = match &payment {
            Some(stored) => open_refunds(tx.into(), stored.payment.id).await?,
            None => Vec::new(),
        };
        let bill: Bill = serde_json::from_value(order.bill.clone())?;
        let by_payment = payment.as_ref().map_or(0, |stored| stored.payment.refunded);
        let cards_back = order.state.refunded - by_payment;
        Ok(Self { payment, open, cards: bill.quote.gift_cards, cards_back })
    }

    /// What can go back to the payment.
    fn of_payment(&self) -> i64 {
        let open: i64 = self.open.iter().map(|refund| refund.amount).sum();
        self.payment.as_ref().map_or(0, |stored| stored.payment.refundable() - open)
    }

    fn of_cards(&self) -> i64 {
        self.cards.iter().map(|card| card.amount).sum::<i64>() - self.cards_back
    }

    /// All that can go back.
    pub(super) fn all(&self) -> i64 {
        self.of_payment() + self.of_cards()
    }

    /// So much to cards: the last one that paid first, after what went back before.
    fn to_cards(&self, amount: i64) -> Vec<CardAmount> {
        let (mut before, mut left) = (self.cards_back, amount);
        let mut parts = Vec::new();
        for card in self.cards.iter().rev() {
            let done = before.min(card.amount);
            let part = left.min(card.amount - done);
            (before, left) = (before - done, left - part);
            if part > 0 {
                parts.push(CardAmount { gift_card_id: card.gift_card_id, amount: part });
            }
        }
        parts
    }
}

/// Units whose price was not given back.
pub(super) fn all_units(state: &OrderState) -> Units {
    let left = |line: &tradewind_domain::order::OrderLineState| line.cancelled.saturating_sub(line.refunded);
    state.lines.iter().map(|(id, line)| (*id, left(line))).filter(|(_, units)| *units > 0).collect()
}

impl Checkouts {
    /// Gives money back. What goes to a gift card is there at once; what goes through a gateway is wanted now, and told to
    /// it after the commit.
    pub async fn refund(&self, tx: &WriteTx, order_id: Uuid, input: RefundInput, by: By) -> Answer {
        let now = self.sources.now();
        let Some(order) = lock_order(tx, order_id).await? else { return Ok(Err(super::refusal::not_found())) };
        let money = Money::of(tx, &order).await?;
        // As if those that are open were done: what is wanted now must be possible beside them.
        let mut state = order.state.clone();
        let open = money.open.iter().map(|refund| (refund.amount, refund.units.clone()));
        for (amount, units) in open.chain([(input.amount, input.units.clone())]) {
            match state.transition(&OrderEvent::Refunded { amount, units }) {
                Ok(next) => state = next,
                Err(error) => return Ok(Err(super::refusal::illegal(&error))),
            }
        }
        let events = self.give_back(tx, &order, &money, input.amount, input.units, &by.reason, now).await?;
        self.changed(tx, order, OrderChange { events, actor: by.actor, ..OrderChange::default() }, None).await
    }

    /// Stores what goes through the gateway, and gives the rest to cards; what happened of it at once.
    #[allow(clippy::too_many_arguments, reason = "whose money, how much, for what, why, when")]
    pub(super) async fn give_back(
        &self,
        tx: &WriteTx,
        order: &StoredOrder,
        money: &Money,
        amount: i64,
        units: Units,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<OrderEvent>, BuyError> {
        let through_gateway = amount.min(money.of_payment());
        let to_cards = amount - through_gateway;
        let mut units = Some(units);
        if let Some(stored) = money.payment.as_ref().filter(|_| through_gateway > 0) {
            let refund = Refund {
                id: self.sources.id(),
                payment_id: stored.payment.id,
                amount: through_gateway,
                units: units.take().unwrap_or_default(),
                reason: reason.to_owned(),
                is_open: true,
                created_at: now,
            };
            insert_refund(tx, &refund).await?;
        }
        if to_cards <= 0 {
            return Ok(Vec::new());
        }
        self.pricing.refund_cards(tx, order.id, &money.to_cards(to_cards), now).await?;
        Ok(vec![OrderEvent::Refunded { amount: to_cards, units: units.unwrap_or_default() }])
    }
}
