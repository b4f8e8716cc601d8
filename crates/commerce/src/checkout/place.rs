//! Placing the order, in the transaction that completes the checkout.
use super::{BuyError, Buyer, Checkouts, Quote};
use crate::{
    account::Token,
    mail::{OrderNews, OrderNewsKind},
    orders::Bill,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use tradewind_domain::{
    checkout::ReturnReason,
    order::{OrderEvent, OrderState, PaymentTerms, Units},
    payment::Payment,
};
use tradewind_persistence::write::{
    Checkout, HoldEnd, NewOrder, NewOrderLine, Reference, WriteTx, commit_hold, insert_order,
};

/// What became of the wish to place an order.
pub(super) enum Placed {
    /// It is placed.
    Order(Box<OrderState>),
    /// It cannot be: the caller undoes what was written.
    Refused(ReturnReason),
}

impl Checkouts {
    /// Uses up promotions and gift cards, sells the stock, and writes the order with its history, its event and its letter.
    pub(super) async fn place(
        &self,
        tx: &WriteTx,
        checkout: &Checkout,
        payment: Option<&Payment>,
        now: DateTime<Utc>,
    ) -> Result<Placed, BuyError> {
        let (Some(quote), Some(email)) = (checkout.quote.clone(), checkout.email.clone()) else {
            return Ok(Placed::Refused(ReturnReason::WrongAmount));
        };
        let quote: Quote = serde_json::from_value(quote)?;
        let order_id = self.sources.id();
        let buyer = Buyer { order_id, customer_id: checkout.customer_id, email: email.clone() };
        if !self.pricing.use_up(tx, &quote, &buyer, now).await? {
            return Ok(Placed::Refused(ReturnReason::WrongAmount));
        }
        let Some(hold_id) = checkout.hold_id else { return Ok(Placed::Refused(ReturnReason::NotHeld)) };
        let sold_as = Some(Reference { kind: "order", id: order_id });
        if commit_hold(tx, hold_id, sold_as, now).await? != HoldEnd::Done {
            return Ok(Placed::Refused(ReturnReason::HoldExpired));
        }
        let lines: Vec<NewOrderLine> = self.lines(&quote);
        let (state, events) = placed(&quote, &lines, payment)?;
        let token = order_token(&checkout.token_hash);
        let new = NewOrder {
            id: order_id,
            token: token.expose().to_owned(),
            token_hash: token.hash(),
            checkout_id: checkout.id,
            channel_id: checkout.channel_id,
            customer_id: checkout.customer_id,
            email,
            locale: checkout.locale.clone(),
            currency: quote.currency.clone(),
            state,
            bill: serde_json::to_value(Bill::of(checkout, &quote))?,
            lines,
            hold_id: Some(hold_id),
            placed_at: now,
        };
        let number = insert_order(tx, &new).await?;
        self.note_placed(tx, &new, number, &events, now).await?;
        self.pricing.close_cart(tx, checkout.cart_id, checkout.cart_version).await?;
        let total = super::super::orders::amount(&quote.currency, quote.total);
        let news = OrderNews { number, what: OrderNewsKind::Placed { total: &total } };
        self.write_to(tx, &new.email, &new.locale, new.customer_id, token.expose(), news, now).await?;
        Ok(Placed::Order(Box::new(new.state)))
    }

    fn lines(&self, quote: &Quote) -> Vec<NewOrderLine> {
        let line = |line: &super::QuoteLine| NewOrderLine {
            id: self.sources.id(),
            variant_id: line.variant_id,
            product_id: line.product_id,
            sku: line.sku.clone(),
            title: line.title.clone(),
            variant_title: line.variant_title.clone(),
            unit_price: line.unit_price,
            quantity: line.quantity,
            subtotal: line.subtotal,
            discount: line.discount,
            tax: line.tax,
            total: line.total,
            attributes: line.attributes.clone(),
        };
        quote.lines.iter().map(line).collect()
    }
}

/// The order's state with its payment and its gift cards, and how it came to that.
fn placed(
    quote: &Quote,
    lines: &[NewOrderLine],
    payment: Option<&Payment>,
) -> Result<(OrderState, Vec<OrderEvent>), BuyError> {
    let units: Units = lines.iter().map(|line| (line.id, line.quantity)).collect();
    let mut events = Vec::new();
    match quote.paid_by_cards() {
        0 => {}
        amount => events.push(OrderEvent::Captured { amount, held: 0 }),
    }
    if let Some(payment) = payment {
        events.extend(OrderEvent::of_payment(&Payment::new(payment.id, payment.asked), payment));
    }
    let mut state = OrderState::placed(quote.total, PaymentTerms::Prepaid, &units);
    for event in &events {
        let told = |error: tradewind_domain::order::IllegalTransition| BuyError::Failed(error.to_string());
        state = state.transition(event).map_err(told)?;
    }
    Ok((state, events))
}

/// Whoever holds the checkout's token can work it out, and nobody else but the database: so the order's letters link to it,
/// and the transaction that places the order needs no random source.
pub(super) fn order_token(checkout_token_hash: &str) -> Token {
    let digest = Sha256::new().chain_update("order of checkout ").chain_update(checkout_token_hash).finalize();
    Token::sent(URL_SAFE_NO_PAD.encode(digest))
}
