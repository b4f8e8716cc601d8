//! The intent to pay, stored before the gateway is asked.
use super::{
    BuyError, CheckoutCode, Checkouts, Quote,
    update::{not_found, not_possible},
};
use crate::{
    account::{
        Outcome, Token,
        refusal::{Refused, refused, refused_field},
    },
    outbound::{Reach, check_url},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tradewind_domain::{
    checkout::{CheckoutEvent, CheckoutState, ReturnReason},
    payment::{Payment, PaymentStage},
};
use tradewind_persistence::write::{
    Checkout, StoredPayment, WriteTx, insert_payment, lock_checkout_by_token, lock_payments, save_checkout,
    save_payment,
};
use uuid::Uuid;

/// With what somebody wants to pay.
#[derive(Clone)]
pub struct PayInput {
    /// One of the shop's gateways.
    pub gateway: String,
    /// The gateway's token of what the shopper pays with.
    pub method: String,
    /// What the shopper was shown to be due, in minor units; None: whatever it is.
    pub amount: Option<i64>,
    /// Where the shopper comes back to from a page of the bank; `https`, or `http` while a storefront is built.
    pub return_url: Option<String>,
}

/// Its token is the shopper's.
impl std::fmt::Debug for PayInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayInput").field("gateway", &self.gateway).field("amount", &self.amount).finish_non_exhaustive()
    }
}

/// A payment that is to be driven on, after the commit: [`Checkouts::drive`]. It serialises, so that a repeated request
/// drives the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The payment.
    pub payment_id: Uuid,
    /// The try that this request stored; None: another request's is under way.
    pub attempt: Option<i32>,
}

/// Characters of a gateway's token.
const LONGEST_METHOD: usize = 255;
/// Characters of an address to come back to, as browsers take them everywhere.
const LONGEST_URL: usize = 2048;

impl Checkouts {
    /// Stores that a checkout is to be paid. Of several at once one is stored, and the others get the same payment.
    pub async fn begin_payment(
        &self,
        tx: &WriteTx,
        token: &Token,
        input: &PayInput,
    ) -> Result<Outcome<Begun, CheckoutCode>, BuyError> {
        let now = self.sources.now();
        let Some(mut checkout) = lock_checkout_by_token(tx, &token.hash()).await? else { return Ok(Err(not_found())) };
        if let CheckoutState::Completed { payment_id: Some(payment_id) } = checkout.state {
            return Ok(Ok(Begun { payment_id, attempt: None }));
        }
        let (quote, due) = match ready(&checkout)? {
            Ok(ready) => ready,
            Err(refused) => return Ok(Err(refused)),
        };
        if let Some(wrong) = self.wrong_input(input, due) {
            return Ok(Err(wrong));
        }
        match checkout.state.transition(CheckoutEvent::Pay, now) {
            Ok(state) => checkout.state = state,
            Err(error) => return Ok(Err(not_possible(&checkout, &error))),
        }
        let live = lock_payments(tx, checkout.id).await?.into_iter().find(is_live);
        let begun = match live {
            Some(live) if self.is_under_way(&live, now) => Begun { payment_id: live.payment.id, attempt: None },
            Some(live) if may_try_again(&live, input, due) => self.try_again(tx, live, input, now).await?,
            live => {
                if let Some(old) = live {
                    give_up(tx, old, now).await?;
                }
                self.new_payment(tx, &checkout, &quote, input, now).await?
            }
        };
        checkout.updated_at = now;
        save_checkout(tx, &checkout).await?;
        Ok(Ok(begun))
    }

    fn wrong_input(&self, input: &PayInput, due: i64) -> Option<Vec<Refused<CheckoutCode>>> {
        if self.gateways.get(&input.gateway).is_none() || input.method.len() > LONGEST_METHOD {
            let message = "That way to pay is not one of this shop's: choose another.";
            return Some(refused_field(CheckoutCode::UnknownGateway, "gateway", message));
        }
        let is_good = |url: &String| url.len() <= LONGEST_URL && check_url(url, Reach::Anywhere).is_ok();
        if input.return_url.as_ref().is_some_and(|url| !is_good(url)) {
            let message = "The address to come back to must be absolute, such as https://shop.example/checkout/back.";
            return Some(refused_field(CheckoutCode::InvalidReturnUrl, "returnUrl", message));
        }
        let changed = input.amount.is_some_and(|amount| amount != due);
        let message = || format!("{due} minor units are due: look at the quote again.");
        changed.then(|| refused_field(CheckoutCode::AmountChanged, "amount", &message()))
    }

    /// Somebody asked the gateway a moment ago.
    fn is_under_way(&self, live: &StoredPayment, now: DateTime<Utc>) -> bool {
        let is_young = now < live.updated_at + self.config.patience;
        match live.payment.stage {
            PaymentStage::Pending => is_young,
            PaymentStage::Authorised | PaymentStage::Captured => true,
            _ => false,
        }
    }

    async fn try_again(
        &self,
        tx: &WriteTx,
        mut live: StoredPayment,
        input: &PayInput,
        now: DateTime<Utc>,
    ) -> Result<Begun, BuyError> {
        live.attempt += 1;
        live.method = input.method.clone();
        live.payment.stage = PaymentStage::Pending;
        (live.failure, live.checks) = (None, 0);
        (live.check_at, live.updated_at) = (Some(now + self.config.patience), now);
        save_payment(tx, &live).await?;
        Ok(Begun { payment_id: live.payment.id, attempt: Some(live.attempt) })
    }

    async fn new_payment(
        &self,
        tx: &WriteTx,
        checkout: &Checkout,
        quote: &Quote,
        input: &PayInput,
        now: DateTime<Utc>,
    ) -> Result<Begun, BuyError> {
        let payment = Payment::new(self.sources.id(), quote.due);
        let stored = StoredPayment {
            payment,
            checkout_id: checkout.id,
            gateway: input.gateway.clone(),
            gateway_id: None,
            method: input.method.clone(),
            attempt: 1,
            currency: quote.currency.clone(),
            return_reason: None,
            failure: None,
            checks: 0,
            check_at: Some(now + self.config.patience),
            created_at: now,
            updated_at: now,
        };
        insert_payment(tx, &stored).await?;
        Ok(Begun { payment_id: payment.id, attempt: Some(1) })
    }
}

/// The quote and what is due by it, of a checkout that lacks nothing.
fn ready(checkout: &Checkout) -> Result<Outcome<(Quote, i64), CheckoutCode>, BuyError> {
    let quote = match lacks(checkout)? {
        Ok(quote) => quote,
        Err(refused) => return Ok(Err(refused)),
    };
    if quote.due == 0 {
        let message = "Nothing is due: complete the checkout without a payment.";
        return Ok(Err(refused(CheckoutCode::PaymentNotRequired, message)));
    }
    let due = quote.due;
    Ok(Ok((quote, due)))
}

/// The quote of a checkout that lacks nothing.
pub(super) fn lacks(checkout: &Checkout) -> Result<Outcome<Quote, CheckoutCode>, BuyError> {
    let Some(quote) = checkout.quote.clone() else {
        let message = "The price has changed: look at the checkout again.";
        return Ok(Err(refused(CheckoutCode::QuoteOutdated, message)));
    };
    let quote: Quote = serde_json::from_value(quote)?;
    let mut missing = Vec::new();
    let mut needs = |is_there: bool, code, field, message| {
        if !is_there {
            missing.extend(refused_field(code, field, message));
        }
    };
    needs(checkout.email.is_some(), CheckoutCode::EmailRequired, "email", "Say where letters go.");
    let sent = !quote.needs_shipping;
    let there = sent || checkout.shipping_address.is_some();
    needs(there, CheckoutCode::AddressRequired, "shippingAddress", "Say where the goods go.");
    let chosen = sent || quote.shipping_method.is_some();
    needs(chosen, CheckoutCode::ShippingMethodRequired, "shippingMethodId", "Choose how the goods go.");
    Ok(if missing.is_empty() { Ok(quote) } else { Err(missing) })
}

/// It may still make the order.
pub(super) fn is_live(stored: &StoredPayment) -> bool {
    !stored.payment.given_up && stored.payment.stage != PaymentStage::Voided
}

/// The gateway takes another try for the same payment.
fn may_try_again(live: &StoredPayment, input: &PayInput, due: i64) -> bool {
    live.payment.stage == PaymentStage::Failed && live.payment.asked == due && live.gateway == input.gateway
}

/// It never makes an order any more; the sweeper, or whoever hears of it first, sees to its money.
pub(super) async fn give_up(tx: &WriteTx, mut old: StoredPayment, now: DateTime<Utc>) -> Result<(), BuyError> {
    old.payment.given_up = true;
    old.return_reason = old.return_reason.or(Some(ReturnReason::GivenUp));
    old.check_at = Some(now);
    old.updated_at = now;
    save_payment(tx, &old).await?;
    Ok(())
}
