//! Driving a payment on: each step is stored before and after the gateway is asked.
use super::{
    BuyError, Checkouts,
    applied::{Applied, failed},
    begin::{Begun, is_live},
    todo::{Todo, todo},
};
use crate::payments::{Confirm, Create, Failure, GatewayError, NextAction, PaymentGateway, Told};
use std::sync::Arc;
use tradewind_domain::{currency::Currency, payment::PaymentStage};
use tradewind_persistence::{
    failpoint,
    write::{Conn, End, StoredPayment, end_refund, open_refunds, order_of_checkout, payment_by_id, transact},
};
use uuid::Uuid;

/// More steps than a payment can have; the sweeper goes on.
const STEPS: usize = 8;

type Gateway = Arc<dyn PaymentGateway>;

impl Checkouts {
    /// Tries to pay what [`begin_payment`](Self::begin_payment) stored, after its commit; then sees to whatever follows.
    /// What the shopper must do, where there is something.
    ///
    /// `return_url`: that of the input, which was checked with it.
    pub async fn drive(&self, begun: Begun, return_url: Option<&str>) -> Result<Option<NextAction>, BuyError> {
        let Some((stored, gateway)) = self.payment(begun.payment_id).await? else { return Ok(None) };
        let action = match begun.attempt {
            Some(attempt) => self.try_to_pay(stored, attempt, return_url, &gateway).await?,
            None => self.ask(&stored, &gateway).await?,
        };
        self.settle(begun.payment_id).await?;
        Ok(action)
    }

    async fn payment(&self, id: Uuid) -> Result<Option<(StoredPayment, Gateway)>, BuyError> {
        let Some(stored) = payment_by_id((&self.db).into(), id).await? else { return Ok(None) };
        let gateway = self.gateways.get(&stored.gateway).cloned();
        let missing = || BuyError::Failed(format!("the gateway {} is not configured", stored.gateway));
        let gateway = gateway.ok_or_else(missing)?;
        Ok(Some((stored, gateway)))
    }

    /// Prepares the payment, stores what the gateway calls it, and only then asks for money: a payment without that id has
    /// none.
    async fn try_to_pay(
        &self,
        stored: StoredPayment,
        attempt: i32,
        return_url: Option<&str>,
        gateway: &Gateway,
    ) -> Result<Option<NextAction>, BuyError> {
        let id = stored.payment.id;
        if stored.gateway_id.is_none() {
            let currency = Currency::parse(&stored.currency).map_err(|error| BuyError::Failed(error.to_string()))?;
            let create = Create { payment_id: id, amount: stored.payment.asked, currency };
            match gateway.create(&create).await {
                Ok(told) => self.store(id, &told, gateway).await?,
                Err(error) => {
                    tracing::warn!(payment = %id, %error, "a payment could not be prepared");
                    return Ok(None);
                }
            }
        }
        let Some((stored, _)) = self.payment(id).await? else { return Ok(None) };
        let open = is_live(&stored) && stored.attempt == attempt && stored.payment.stage == PaymentStage::Pending;
        let Some(gateway_id) = stored.gateway_id.clone().filter(|_| open) else { return Ok(None) };
        let key = format!("{id}:confirm:{attempt}");
        let confirm =
            Confirm { gateway_id, method: stored.method.clone(), return_url: return_url.map(str::to_owned), key };
        match gateway.confirm(&confirm).await {
            Ok(told) => {
                self.store(id, &told, gateway).await?;
                Ok(told.next_action)
            }
            Err(error) => self.after_failed_confirm(&stored, &confirm.gateway_id, error, gateway).await,
        }
    }

    async fn after_failed_confirm(
        &self,
        stored: &StoredPayment,
        gateway_id: &str,
        error: GatewayError,
        gateway: &Gateway,
    ) -> Result<Option<NextAction>, BuyError> {
        tracing::warn!(payment = %stored.payment.id, %error, "a payment was not confirmed");
        let failure = |text: &str| Failure { code: "not_possible".to_owned(), message: text.to_owned() };
        let told = match (error, gateway.retrieve(gateway_id).await) {
            (GatewayError::NotSent(_), _) => failed(gateway_id, failure("The payment is not possible now: try again.")),
            (GatewayError::Refused(_), Ok(told)) if told.event.is_none() => {
                failed(gateway_id, failure("The payment was refused: use another way to pay."))
            }
            (_, Ok(told)) => told,
            // The sweeper asks again.
            (_, Err(_)) => return Ok(None),
        };
        self.store(stored.payment.id, &told, gateway).await?;
        Ok(told.next_action)
    }

    /// Asks the gateway how far a payment has come, and stores that.
    pub(super) async fn ask(&self, stored: &StoredPayment, gateway: &Gateway) -> Result<Option<NextAction>, BuyError> {
        let Some(gateway_id) = &stored.gateway_id else { return Ok(None) };
        match gateway.retrieve(gateway_id).await {
            Ok(told) => {
                self.store(stored.payment.id, &told, gateway).await?;
                Ok(told.next_action)
            }
            Err(error) => {
                tracing::warn!(payment = %stored.payment.id, %error, "a payment could not be asked about");
                Ok(None)
            }
        }
    }

    /// Stores news; where they contradict what is known, those that the gateway gives when it is asked.
    pub(super) async fn store(&self, id: Uuid, told: &Told, gateway: &Gateway) -> Result<(), BuyError> {
        let Applied::Contradiction(first) = self.apply(id, told).await? else { return Ok(()) };
        tracing::warn!(payment = %id, %first, "news of a payment contradict what is known");
        let Some((stored, _)) = self.payment(id).await? else { return Ok(()) };
        let known = stored.gateway_id.unwrap_or_else(|| told.gateway_id.clone());
        if let Ok(told) = gateway.retrieve(&known).await
            && let Applied::Contradiction(text) = self.apply(id, &told).await?
        {
            tracing::error!(payment = %id, %text, "the gateway contradicts what is known of a payment: look at it there");
        }
        Ok(())
    }

    /// Asks the gateway for whatever is still to be done about a payment: to take, to drop, or to give back.
    pub async fn settle(&self, id: Uuid) -> Result<(), BuyError> {
        failpoint::reach("settle", "begun");
        let mut last = None;
        for _ in 0..STEPS {
            let Some((stored, gateway)) = self.payment(id).await? else { return Ok(()) };
            let Some(next) = self.next(&stored).await? else { return Ok(()) };
            if last.as_ref() == Some(&next) {
                return Ok(());
            }
            match next.ask(&gateway).await {
                Ok(told) => self.store(id, &told, &gateway).await?,
                Err(GatewayError::Refused(text)) => {
                    tracing::warn!(payment = %id, %text, "the gateway refused");
                    self.ask(&stored, &gateway).await?;
                    self.end_refused(&next, &stored).await?;
                }
                Err(error) => {
                    tracing::warn!(payment = %id, %error, "the gateway gave no answer: it is asked again later");
                    return Ok(());
                }
            }
            last = Some(next);
        }
        Ok(())
    }

    async fn next(&self, stored: &StoredPayment) -> Result<Option<Todo>, BuyError> {
        let conn = Conn::from(&self.db);
        let refunds = open_refunds(conn, stored.payment.id).await?;
        let order = match stored.payment.given_up {
            true => None,
            false => order_of_checkout(conn, stored.checkout_id).await?,
        };
        Ok(todo(stored, order.as_ref().map(|order| &order.state), &refunds, self.config.capture_at_once))
    }

    /// A refund that the gateway refuses, though it says nothing new of the payment, is not tried for ever.
    async fn end_refused(&self, next: &Todo, before: &StoredPayment) -> Result<(), BuyError> {
        let Todo::Refund(_, Some(refund)) = next else { return Ok(()) };
        let Some((after, _)) = self.payment(before.payment.id).await? else { return Ok(()) };
        if after.payment == before.payment {
            let (refund, now) = (*refund, self.sources.now());
            let done = transact(&self.db, |tx| async move {
                end_refund(&tx, refund, false, now).await?;
                Ok(End::Commit(tx, ()))
            });
            done.await?;
        }
        Ok(())
    }
}
