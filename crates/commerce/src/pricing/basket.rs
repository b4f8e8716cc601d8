//! A cart as promotions see it.
use super::facts::Facts;
use chrono::{DateTime, Utc};
use tradewind_domain::{
    cart::CartLine,
    promotion::{Basket, BasketLine, BasketShipping},
    shipping::Parcel,
};
use tradewind_persistence::write::{SoldVariant, StoredCart};
use uuid::Uuid;

/// Nothing is to be sent: nothing can be taken off that.
pub(super) const NOTHING_SENT: BasketShipping = BasketShipping { method_id: Uuid::nil(), price: 0 };

pub(super) fn basket(facts: &Facts, cart: &StoredCart, shipping: Option<BasketShipping>, now: DateTime<Utc>) -> Basket {
    Basket {
        channel_id: cart.channel_id,
        currency: facts.channel.currency,
        customer_group_ids: Vec::new(),
        lines: facts.sold(cart).into_iter().map(|(line, sold)| basket_line(facts, line, sold)).collect(),
        shipping,
        codes: facts.live.codes.clone(),
        usage: facts.live.usage.clone(),
        now,
    }
}

fn basket_line(facts: &Facts, line: &CartLine, sold: &SoldVariant) -> BasketLine {
    // A scope is a collection or a category, and their ids are never the same.
    let scopes = facts.scopes_of(sold.product_id);
    BasketLine {
        id: line.id,
        variant_id: sold.id,
        product_id: sold.product_id,
        collection_ids: scopes.clone(),
        category_ids: scopes,
        unit_price: sold.amount,
        compare_at: sold.compare_at,
        quantity: line.quantity,
    }
}

/// Whether a variant is to be sent.
pub(super) fn is_sent(sold: &SoldVariant) -> bool {
    sold.needs_shipping.unwrap_or(true)
}

/// What is to be sent of a cart whose goods cost `goods`; None: nothing.
pub(super) fn parcel(facts: &Facts, cart: &StoredCart, goods: i64) -> Option<Parcel> {
    let lines = facts.sold(cart);
    let sent: Vec<_> = lines.iter().filter(|(_, sold)| is_sent(sold)).collect();
    let grams = |(line, sold): &&(&CartLine, &SoldVariant)| {
        sold.weight_grams.unwrap_or(0).max(0).saturating_mul(i64::from(line.quantity))
    };
    (!sent.is_empty()).then(|| Parcel {
        channel_id: cart.channel_id,
        currency: facts.channel.currency,
        subtotal: goods,
        weight_grams: sent.iter().map(grams).fold(0, i64::saturating_add),
    })
}
