//! A checkout that comes to nothing: its stock goes back, and so does the money of a payment that was under way.
use super::{
    BuyError, CheckoutCode, Checkouts,
    begin::{give_up, is_live},
    update::{illegal, not_found},
};
use crate::account::{Outcome, Token};
use chrono::{DateTime, Utc};
use tradewind_domain::checkout::{CheckoutEvent, CheckoutState, ReturnReason};
use tradewind_persistence::{
    failpoint,
    write::{
        Aggregate, Checkout, End, Event, WriteTx, lock_checkout, lock_checkout_by_token, lock_payments, release_hold,
        transact,
    },
};
use uuid::Uuid;

impl Checkouts {
    /// Gives a checkout up, in the caller's transaction. Money that a payment of it may still bring goes back by itself.
    pub async fn cancel(&self, tx: &WriteTx, token: &Token) -> Result<Outcome<(), CheckoutCode>, BuyError> {
        let now = self.sources.now();
        let Some(checkout) = lock_checkout_by_token(tx, &token.hash()).await? else { return Ok(Err(not_found())) };
        match checkout.state.transition(CheckoutEvent::Cancel, now) {
            Ok(state) => {
                self.end(tx, checkout, state, ReturnReason::Cancelled, now).await?;
                Ok(Ok(()))
            }
            Err(_) if checkout.state == CheckoutState::Cancelled => Ok(Ok(())),
            Err(error) => Ok(Err(illegal(&error))),
        }
    }

    /// Ends a checkout whose hold is over; the payments that are to be seen to.
    pub(super) async fn expire(&self, id: Uuid) -> Result<Option<Vec<Uuid>>, BuyError> {
        let now = self.sources.now();
        let done = transact(&self.db, |tx| async move {
            let Some(checkout) = lock_checkout(&tx, id).await? else { return Ok(End::RollBack(tx, Ok(None))) };
            let Ok(state) = checkout.state.transition(CheckoutEvent::Expire, now) else {
                return Ok(End::RollBack(tx, Ok(None)));
            };
            match self.end(&tx, checkout, state, ReturnReason::HoldExpired, now).await {
                Ok(payments) => {
                    failpoint::reach("expire", "before-commit");
                    Ok(End::Commit(tx, Ok(Some(payments))))
                }
                Err(BuyError::Database(error)) => Err(error),
                Err(error) => Ok(End::RollBack(tx, Err(error))),
            }
        });
        let expired = done.await?.value?;
        if expired.is_some() {
            failpoint::reach("expire", "committed");
        }
        Ok(expired)
    }

    async fn end(
        &self,
        tx: &WriteTx,
        mut checkout: Checkout,
        state: CheckoutState,
        reason: ReturnReason,
        now: DateTime<Utc>,
    ) -> Result<Vec<Uuid>, BuyError> {
        let mut payments = Vec::new();
        for mut live in lock_payments(tx, checkout.id).await?.into_iter().filter(is_live) {
            live.return_reason = Some(reason);
            payments.push(live.payment.id);
            give_up(tx, live, now).await?;
        }
        if let Some(hold_id) = checkout.hold_id {
            release_hold(tx, hold_id, now).await?;
        }
        checkout.state = state;
        self.save(tx, &mut checkout, now).await?;
        tx.publish(Event {
            id: self.sources.id(),
            topic: if reason == ReturnReason::Cancelled { "checkout.cancelled" } else { "checkout.expired" }.to_owned(),
            aggregate: Aggregate::new("Checkout", checkout.id),
            payload: serde_json::json!({ "cartId": checkout.cart_id }),
            at: now,
        });
        Ok(payments)
    }
}
