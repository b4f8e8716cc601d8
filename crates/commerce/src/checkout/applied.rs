//! What a gateway told, stored: the payment, its checkout, and the order, in one transaction.
use super::{BuyError, Checkouts, begin::is_live, place::Placed, todo::todo};
use crate::{orders::OrderChange, payments::Told};
use chrono::{DateTime, TimeDelta, Utc};
use tradewind_domain::{
    checkout::{CheckoutState, Decision, on_payment},
    order::{OrderEvent, OrderState, Units},
    payment::{Payment, PaymentEvent, PaymentStage},
};
use tradewind_persistence::{
    failpoint,
    write::{
        Checkout, End, Refund, StoredPayment, WriteTx, end_refund, lock_checkout, lock_payments, open_refunds,
        order_of_checkout, payment_by_id, save_checkout, save_payment, transact,
    },
};
use uuid::Uuid;

/// What became of news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Applied {
    /// Stored, or known already.
    Stored,
    /// Both cannot be true: the gateway must be asked.
    Contradiction(String),
    /// There is no such payment.
    Unknown,
}

impl Checkouts {
    /// Stores what a gateway told of a payment, and everything that follows of it. Told twice, it does nothing the second
    /// time.
    pub(super) async fn apply(&self, payment_id: Uuid, told: &Told) -> Result<Applied, BuyError> {
        let done = transact(&self.db, |tx| async move {
            match self.apply_in(&tx, payment_id, told).await {
                Ok(Applied::Stored) => {
                    failpoint::reach("news", "before-commit");
                    Ok(End::Commit(tx, Ok(Applied::Stored)))
                }
                Ok(other) => Ok(End::RollBack(tx, Ok(other))),
                Err(BuyError::Database(error)) => Err(error),
                Err(error) => Ok(End::RollBack(tx, Err(error))),
            }
        });
        let applied = done.await?.value;
        failpoint::reach("news", "committed");
        applied
    }

    async fn apply_in(&self, tx: &WriteTx, payment_id: Uuid, told: &Told) -> Result<Applied, BuyError> {
        let now = self.sources.now();
        let Some(known) = payment_by_id(tx.into(), payment_id).await? else { return Ok(Applied::Unknown) };
        let Some(mut checkout) = lock_checkout(tx, known.checkout_id).await? else { return Ok(Applied::Unknown) };
        let payments = lock_payments(tx, checkout.id).await?;
        let Some(mut stored) = payments.into_iter().find(|it| it.payment.id == payment_id) else {
            return Ok(Applied::Unknown);
        };
        if stored.gateway_id.as_ref().is_some_and(|id| *id != told.gateway_id) {
            return Ok(Applied::Contradiction(format!("it is {} and not {}", told.gateway_id, payment_id)));
        }
        let before = stored.payment;
        let after = match told.event.map_or(Ok(before), |event| before.apply(event)) {
            Ok(after) => after,
            Err(error) => return Ok(Applied::Contradiction(error.to_string())),
        };
        let same = after == before && stored.gateway_id.is_some();
        stored.gateway_id = Some(told.gateway_id.clone());
        stored.payment = after;
        if after.stage == PaymentStage::Failed {
            stored.failure = told.failure.as_ref().map(|failure| failure.message.clone()).or(stored.failure);
        }
        let order = if paid_by(&checkout, payment_id) {
            self.of_order(tx, &checkout, before, &stored, now).await?
        } else {
            self.decide(tx, &mut checkout, &mut stored, now).await?
        };
        self.schedule(tx, &checkout, &mut stored, order.as_ref(), same, now).await?;
        save_payment(tx, &stored).await?;
        Ok(Applied::Stored)
    }

    /// Looks at the payment as it is now; makes the order, or gives the payment up.
    async fn decide(
        &self,
        tx: &WriteTx,
        checkout: &mut Checkout,
        stored: &mut StoredPayment,
        now: DateTime<Utc>,
    ) -> Result<Option<OrderState>, BuyError> {
        let verdict = on_payment(checkout.state, stored.payment, checkout.due.unwrap_or(-1), now);
        match verdict.decision {
            Decision::Complete => {
                let savepoint = tx.savepoint().await?;
                let mut complete = checkout.clone();
                complete.state = verdict.checkout;
                match self.place(tx, &complete, Some(&verdict.payment), now).await? {
                    Placed::Order(state) => {
                        *checkout = complete;
                        stored.payment = verdict.payment;
                        self.save(tx, checkout, now).await?;
                        failpoint::reach("place", "before-commit");
                        return Ok(Some(*state));
                    }
                    Placed::Refused(reason) => {
                        tx.rollback_to(&savepoint).await?;
                        back_to_held(checkout);
                        stored.payment.given_up = true;
                        stored.return_reason = Some(reason);
                        self.save(tx, checkout, now).await?;
                    }
                }
            }
            Decision::Void(reason) | Decision::Refund(reason) => {
                stored.payment = verdict.payment;
                stored.return_reason = stored.return_reason.or(Some(reason));
            }
            Decision::Ignore => {
                stored.payment = verdict.payment;
                // Another payment may be under way for it.
                if verdict.checkout != checkout.state && is_live_or_voided(stored) {
                    checkout.state = verdict.checkout;
                    self.save(tx, checkout, now).await?;
                }
            }
        }
        Ok(None)
    }

    pub(super) async fn save(&self, tx: &WriteTx, checkout: &mut Checkout, now: DateTime<Utc>) -> Result<(), BuyError> {
        checkout.version += 1;
        checkout.updated_at = now;
        Ok(save_checkout(tx, checkout).await?)
    }

    /// What a change of the payment means for the order that it paid for.
    async fn of_order(
        &self,
        tx: &WriteTx,
        checkout: &Checkout,
        before: Payment,
        stored: &StoredPayment,
        now: DateTime<Utc>,
    ) -> Result<Option<OrderState>, BuyError> {
        let Some(order) = order_of_checkout(tx.into(), checkout.id).await? else { return Ok(None) };
        let mut events = OrderEvent::of_payment(&before, &stored.payment);
        for event in &mut events {
            if let OrderEvent::Refunded { amount, units } = event {
                *units = end_refunds(tx, stored.payment.id, *amount, now).await?;
            }
        }
        if events.is_empty() {
            return Ok(Some(order.state));
        }
        let change = OrderChange { events, ..OrderChange::default() };
        match self.change_order(tx, order, change, now).await? {
            Ok(changed) => Ok(Some(changed.state)),
            Err(refused) => Err(BuyError::Failed(format!("an order does not take what its payment tells: {refused}"))),
        }
    }

    /// When the sweeper asks about it: as long as something is open, each time later.
    async fn schedule(
        &self,
        tx: &WriteTx,
        checkout: &Checkout,
        stored: &mut StoredPayment,
        order: Option<&OrderState>,
        same: bool,
        now: DateTime<Utc>,
    ) -> Result<(), BuyError> {
        let refunds = open_refunds(tx.into(), stored.payment.id).await?;
        let is_todo = todo(stored, order, &refunds, self.config.capture_at_once).is_some();
        let waits = matches!(stored.payment.stage, PaymentStage::Pending | PaymentStage::RequiresAction)
            && checkout.state.holds_stock();
        // A declined payment can still be paid at the gateway, as long as it was not cancelled there.
        let declined = stored.payment.stage == PaymentStage::Failed && is_live(stored);
        if !same {
            stored.checks = 0;
            stored.updated_at = now;
        }
        stored.check_at = match is_todo || waits || declined {
            false => None,
            true if declined && checkout.expires_at > now => Some(checkout.expires_at),
            true => Some(now + self.pause(stored.checks)),
        };
        Ok(())
    }

    pub(super) fn pause(&self, checks: i32) -> TimeDelta {
        let doublings = u32::try_from(checks).unwrap_or(0).min(16);
        (self.config.patience * 2i32.pow(doublings)).min(self.config.longest_patience)
    }
}

pub(super) fn paid_by(checkout: &Checkout, payment_id: Uuid) -> bool {
    checkout.state == CheckoutState::Completed { payment_id: Some(payment_id) }
}

fn is_live_or_voided(stored: &StoredPayment) -> bool {
    is_live(stored) || (stored.payment.stage == PaymentStage::Voided && !stored.payment.given_up)
}

/// The quote is void: the shopper must look at it again.
fn back_to_held(checkout: &mut Checkout) {
    if let CheckoutState::Paying { expires_at } = checkout.state {
        checkout.state = CheckoutState::Held { expires_at };
    }
    checkout.quote = None;
    checkout.due = None;
}

/// Ends the refunds that were wanted and are done by this amount, the oldest first; their units.
async fn end_refunds(tx: &WriteTx, payment_id: Uuid, amount: i64, now: DateTime<Utc>) -> Result<Units, BuyError> {
    let (mut left, mut units) = (amount, Units::new());
    for Refund { id, amount, units: wanted, .. } in open_refunds(tx.into(), payment_id).await? {
        if amount > left {
            break;
        }
        end_refund(tx, id, true, now).await?;
        left -= amount;
        for (line, count) in wanted {
            *units.entry(line).or_default() += count;
        }
    }
    Ok(units)
}

/// As if the gateway had said so.
pub(super) fn failed(gateway_id: &str, failure: crate::payments::Failure) -> Told {
    Told {
        gateway_id: gateway_id.to_owned(),
        payment_id: None,
        event: Some(PaymentEvent::Failed),
        next_action: None,
        failure: Some(failure),
    }
}
