//! Starting a checkout: the stock is held, and the quote frozen.
use super::{BuyError, CheckoutCode, Checkouts, Destination, Quote, Quoted, update::not_possible};
use crate::account::{
    Moment, Outcome, Token,
    refusal::{refused, refused_field},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_domain::checkout::{CheckoutEvent, CheckoutState};
use tradewind_persistence::write::{
    Checkout, Line, NewHold, Reference, Reserved, WriteTx, insert_checkout, release_hold, reserve, save_checkout,
};
use uuid::Uuid;

/// What is bought, and by whom. That the cart is the client's has been checked.
#[derive(Clone, Debug)]
pub struct StartInput {
    /// The cart.
    pub cart_id: Uuid,
    /// None: a guest.
    pub customer_id: Option<Uuid>,
    /// The address of the customer's account, in the form in which it is compared; a guest gives one later.
    pub email: Option<String>,
    /// BCP 47.
    pub locale: String,
}

/// A checkout as its shopper sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Started {
    /// Row id.
    pub checkout_id: Uuid,
    /// Whoever holds it may go on with the checkout; None: it is known already.
    pub token: Option<Token>,
    /// Goods and prices are held until then.
    pub expires_at: DateTime<Utc>,
    /// What it costs.
    pub quote: Quote,
    /// Goes up with each change.
    pub version: i64,
}

type Answer<T> = Result<Outcome<T, CheckoutCode>, BuyError>;

impl Checkouts {
    /// Holds the stock of a cart and freezes what it costs, until a time; in the caller's transaction, which is rolled back
    /// where it is refused.
    pub async fn start(&self, tx: &WriteTx, input: &StartInput, moment: &mut Moment<'_>) -> Answer<Started> {
        let (token, now) = (Token::new(moment), moment.now());
        let mut checkout = Checkout {
            id: moment.id(),
            token_hash: token.hash(),
            cart_id: input.cart_id,
            cart_version: 0,
            channel_id: Uuid::nil(),
            customer_id: input.customer_id,
            state: CheckoutState::Open,
            expires_at: now + self.config.hold,
            hold_id: None,
            email: input.email.clone(),
            locale: input.locale.clone(),
            shipping_address: None,
            billing_address: None,
            shipping_method_id: None,
            quote: None,
            due: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let quoted = match self.quoted(tx, &checkout, now).await? {
            Ok(quoted) => quoted,
            Err(refused) => return Ok(Err(refused)),
        };
        checkout.channel_id = quoted.channel_id;
        insert_checkout(tx, &checkout).await?;
        let frozen = self.freeze(tx, &mut checkout, quoted, now).await?;
        Ok(frozen.map(|quote| Started { token: Some(token), ..started(&checkout, quote) }))
    }

    /// The price of the checkout's cart, unless something stands in the way.
    pub(super) async fn quoted(&self, tx: &WriteTx, checkout: &Checkout, now: DateTime<Utc>) -> Answer<Quoted> {
        let destination = Destination {
            address: checkout.shipping_address.clone(),
            shipping_method_id: checkout.shipping_method_id,
            email: checkout.email.clone(),
            customer_id: checkout.customer_id,
        };
        let Some(quoted) = self.pricing.quote(tx, checkout.cart_id, &destination, now).await? else {
            return Ok(Err(refused(CheckoutCode::CartEmpty, "There is nothing in the cart: put something in.")));
        };
        if quoted.blocked.is_empty() {
            return Ok(Ok(quoted));
        }
        let refused = |it: &super::Blocked| refused_field(CheckoutCode::CartBlocked, it.field, &it.message);
        Ok(Err(quoted.blocked.iter().flat_map(refused).collect()))
    }

    /// Holds what the quote lists, in place of what was held before, and stores both.
    pub(super) async fn freeze(
        &self,
        tx: &WriteTx,
        checkout: &mut Checkout,
        quoted: Quoted,
        now: DateTime<Utc>,
    ) -> Answer<Quote> {
        let keeps = checkout.hold_id.is_some() && checkout.cart_version == quoted.cart_version;
        if !keeps {
            if let Some(hold_id) = checkout.hold_id.take() {
                release_hold(tx, hold_id, now).await?;
            }
            let hold_id = self.sources.id();
            let hold = NewHold {
                id: hold_id,
                owner: Reference { kind: "checkout", id: checkout.id },
                channel_id: checkout.channel_id,
                expires_at: checkout.expires_at,
            };
            if let Reserved::Refused(shortages) = reserve(tx, &hold, &lines(&quoted.quote), now).await? {
                let message = format!("{} of the goods are not there in that number: take fewer.", shortages.len());
                return Ok(Err(refused_field(CheckoutCode::InsufficientStock, "quantity", &message)));
            }
            checkout.hold_id = Some(hold_id);
        }
        let event = CheckoutEvent::Hold { expires_at: checkout.expires_at };
        match checkout.state.transition(event, now) {
            Ok(state) => checkout.state = state,
            Err(error) => return Ok(Err(not_possible(checkout, &error))),
        }
        checkout.cart_version = quoted.cart_version;
        checkout.due = Some(quoted.quote.due);
        checkout.quote = Some(serde_json::to_value(&quoted.quote)?);
        save_checkout(tx, checkout).await?;
        Ok(Ok(quoted.quote))
    }
}

/// Units of one variant are added up.
fn lines(quote: &Quote) -> Vec<Line> {
    let mut units: BTreeMap<Uuid, i64> = BTreeMap::new();
    for line in &quote.lines {
        *units.entry(line.variant_id).or_default() += i64::from(line.quantity);
    }
    units.into_iter().map(|(variant_id, quantity)| Line { variant_id, quantity }).collect()
}

pub(super) fn started(checkout: &Checkout, quote: Quote) -> Started {
    let Checkout { id, expires_at, version, .. } = checkout;
    Started { checkout_id: *id, token: None, expires_at: *expires_at, quote, version: *version }
}
