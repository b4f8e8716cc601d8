//! How far a checkout has come, for its shopper; and its end, with or without a payment.
use super::{
    Begun, BuyError, CheckoutCode, Checkouts, PayInput,
    begin::lacks,
    place::{Placed, order_token},
    update::{illegal, not_found, not_possible},
};
use crate::{
    account::{Outcome, Token, refusal::refused},
    payments::NextAction,
};
use serde::{Deserialize, Serialize};
use tradewind_domain::{
    checkout::{CheckoutError, CheckoutEvent, CheckoutState},
    payment::PaymentStatus,
};
use tradewind_persistence::{
    read::{order::orders_by_checkouts, order_parts::payments_by_checkouts},
    write::{End, WriteTx, checkout_by_token, lock_checkout_by_token, payment_by_id, transact},
};
use uuid::Uuid;

/// An order, for whoever placed it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlacedOrder {
    /// Row id.
    pub id: Uuid,
    /// What people call it.
    pub number: i64,
    /// Whoever holds it may see the order.
    pub token: Token,
}

/// How far the payment of a checkout has come.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The payment.
    pub payment_id: Uuid,
    /// How far it has come.
    pub status: PaymentStatus,
    /// What the shopper must do.
    pub next_action: Option<NextAction>,
    /// Why it was declined.
    pub failure: Option<String>,
    /// The order that it made.
    pub order: Option<PlacedOrder>,
}

/// What became of the wish to complete a checkout.
pub type Finished = Outcome<PlacedOrder, CheckoutCode>;

impl Checkouts {
    /// Pays: stores that, asks the gateway, and sees to what follows. Where the answer is lost, call it or
    /// [`complete`](Self::complete) again: nothing is paid twice.
    pub async fn pay(&self, token: &Token, input: &PayInput) -> Result<Outcome<Progress, CheckoutCode>, BuyError> {
        let begun = self.in_transaction(|tx| async move {
            let outcome = self.begin_payment(&tx, token, input).await;
            (tx, outcome)
        });
        match begun.await? {
            Ok(begun) => {
                let action = self.drive(begun, input.return_url.as_deref()).await?;
                Ok(self.progress(token, begun, action).await?.ok_or_else(not_found))
            }
            Err(refused) => Ok(Err(refused)),
        }
    }

    /// Commits what was accepted, and begins again where another transaction was in the way.
    pub(crate) async fn in_transaction<T, C, F>(&self, body: impl Fn(WriteTx) -> F) -> Result<Outcome<T, C>, BuyError>
    where
        F: Future<Output = (WriteTx, Result<Outcome<T, C>, BuyError>)>,
    {
        let done = transact(&self.db, |tx| {
            let body = body(tx);
            async move {
                match body.await {
                    (tx, Ok(Ok(value))) => Ok(End::Commit(tx, Ok(Ok(value)))),
                    (_, Err(BuyError::Database(error))) => Err(error),
                    (tx, other) => Ok(End::RollBack(tx, other)),
                }
            }
        });
        done.await?.value
    }

    /// How far it has come, by what is stored.
    pub async fn progress(
        &self,
        token: &Token,
        begun: Begun,
        next_action: Option<NextAction>,
    ) -> Result<Option<Progress>, BuyError> {
        let Some(checkout) = checkout_by_token((&self.db).into(), &token.hash()).await? else { return Ok(None) };
        let Some(stored) = payment_by_id((&self.db).into(), begun.payment_id).await? else { return Ok(None) };
        let order = match checkout.state {
            CheckoutState::Completed { .. } => self.placed_order(&checkout.id, token).await?,
            _ => None,
        };
        Ok(Some(Progress {
            payment_id: begun.payment_id,
            status: stored.payment.status(),
            next_action,
            failure: stored.failure,
            order,
        }))
    }

    async fn placed_order(&self, checkout_id: &Uuid, token: &Token) -> Result<Option<PlacedOrder>, BuyError> {
        let order = orders_by_checkouts(&self.db, vec![*checkout_id]).await?.pop();
        let placed = |id, number| PlacedOrder { id, number, token: order_token(&token.hash()) };
        Ok(order.map(|row| placed(row.id, row.number)))
    }

    /// Completes a checkout: at once, where nothing is due; else by the payment that was begun, about which the gateway is
    /// asked. Completed before, it is the same order.
    pub async fn complete(&self, token: &Token) -> Result<Finished, BuyError> {
        let free = self.in_transaction(|tx| async move {
            let outcome = self.complete_free(&tx, token).await;
            (tx, outcome)
        });
        let wants_payment = match free.await? {
            Ok(()) => None,
            Err(refused) if refused.iter().any(|it| it.code == CheckoutCode::PaymentRequired) => Some(refused),
            Err(refused) => return Ok(Err(refused)),
        };
        let Some(checkout) = checkout_by_token((&self.db).into(), &token.hash()).await? else {
            return Ok(Err(not_found()));
        };
        if let Some(refused) = wants_payment {
            let payments = payments_by_checkouts(&self.db, vec![checkout.id]).await?;
            let Some(payment) = payments.get(&checkout.id).and_then(|all| all.last()) else { return Ok(Err(refused)) };
            self.drive(Begun { payment_id: payment.id, attempt: None }, None).await?;
        }
        match self.placed_order(&checkout.id, token).await? {
            Some(order) => Ok(Ok(order)),
            None => self.not_completed(token).await,
        }
    }

    /// In the caller's transaction, which is rolled back where it is refused.
    pub async fn complete_free(&self, tx: &WriteTx, token: &Token) -> Result<Outcome<(), CheckoutCode>, BuyError> {
        let now = self.sources.now();
        let Some(mut checkout) = lock_checkout_by_token(tx, &token.hash()).await? else { return Ok(Err(not_found())) };
        match checkout.state {
            CheckoutState::Completed { .. } => return Ok(Ok(())),
            CheckoutState::Paying { .. } => {
                return Ok(Err(illegal(&CheckoutError::PaymentRequired(checkout.due.unwrap_or(0)))));
            }
            _ => {}
        }
        let quote = match lacks(&checkout)? {
            Ok(quote) => quote,
            Err(refused) => return Ok(Err(refused)),
        };
        match checkout.state.transition(CheckoutEvent::CompleteWithoutPayment { due: quote.due }, now) {
            Ok(state) => checkout.state = state,
            Err(error) => return Ok(Err(not_possible(&checkout, &error))),
        }
        if let Placed::Refused(_) = self.place(tx, &checkout, None, now).await? {
            let message = "What pays for it is used up, or the goods are gone: look at the checkout again.";
            return Ok(Err(refused(CheckoutCode::QuoteOutdated, message)));
        }
        self.save(tx, &mut checkout, now).await?;
        Ok(Ok(()))
    }

    async fn not_completed(&self, token: &Token) -> Result<Finished, BuyError> {
        let Some(checkout) = checkout_by_token((&self.db).into(), &token.hash()).await? else {
            return Ok(Err(not_found()));
        };
        let refusal = match checkout.state {
            CheckoutState::Expired => illegal(&CheckoutError::HoldExpired(checkout.expires_at)),
            CheckoutState::Paying { .. } => {
                refused(CheckoutCode::PaymentPending, "The payment is under way: ask again in a moment.")
            }
            CheckoutState::Held { .. } if checkout.quote.is_none() => {
                refused(CheckoutCode::QuoteOutdated, "The price has changed: look at the checkout again.")
            }
            _ => illegal(&CheckoutError::PaymentRequired(checkout.due.unwrap_or(0))),
        };
        Ok(Err(refusal))
    }
}
