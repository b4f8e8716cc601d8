//! Carts, and a gift card for each order, in memory: what the checkout asks of them, and nothing of how they work.
use crate::shop::{CHANNEL, price, variant};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};
use tradewind_commerce::checkout::{
    Blocked, Buyer, CardAmount, Destination, Pricing, Quote, QuoteLine, QuoteShipping, Quoted, Step,
};
use tradewind_domain::tax::TaxMode;
use tradewind_persistence::write::WriteTx;
use uuid::Uuid;

pub(crate) const METHOD: Uuid = Uuid::from_u128(50);
pub(crate) const SHIPPING: i64 = 490;
pub(crate) const CARDS: [Uuid; 2] = [Uuid::from_u128(51), Uuid::from_u128(52)];

/// A cart: (number of the variant, units).
#[derive(Clone, Default)]
pub(crate) struct Basket {
    pub(crate) lines: Vec<(u32, u32)>,
    pub(crate) version: i64,
    /// What each of the cards pays.
    pub(crate) cards: [i64; 2],
}

#[derive(Default)]
pub(crate) struct Till {
    pub(crate) carts: Mutex<BTreeMap<Uuid, Basket>>,
    /// Somebody else has used everything up.
    pub(crate) used_up: Mutex<bool>,
    /// What went back to cards, by order.
    pub(crate) back: Mutex<Vec<(Uuid, Vec<CardAmount>)>>,
    pub(crate) released: Mutex<BTreeSet<Uuid>>,
}

impl Till {
    pub(crate) fn cart(&self, lines: &[(u32, u32)]) -> Uuid {
        let id = Uuid::now_v7();
        self.carts.lock().insert(id, Basket { lines: lines.to_vec(), ..Basket::default() });
        id
    }
}

fn quote(basket: &Basket, destination: &Destination) -> Quote {
    let line = |(number, quantity): &(u32, u32)| {
        let total = price(*number) * i64::from(*quantity);
        QuoteLine {
            variant_id: variant(*number),
            product_id: Uuid::from_u128(4),
            sku: format!("SKU-{number}"),
            title: "Shirt".into(),
            variant_title: format!("Size {number}"),
            unit_price: price(*number),
            quantity: *quantity,
            subtotal: total,
            discount: 0,
            tax: 0,
            total,
            attributes: BTreeMap::new(),
        }
    };
    let lines: Vec<QuoteLine> = basket.lines.iter().map(line).collect();
    let subtotal: i64 = lines.iter().map(|line| line.total).sum();
    let shipping_method = destination.shipping_method_id.map(|id| QuoteShipping { id, name: "Post".into() });
    let shipping = if shipping_method.is_some() { SHIPPING } else { 0 };
    let mut due = subtotal + shipping;
    let mut card = |(gift_card_id, amount): (Uuid, i64)| {
        let amount = amount.min(due);
        due -= amount;
        CardAmount { gift_card_id, amount }
    };
    let cards: Vec<CardAmount> =
        CARDS.into_iter().zip(basket.cards).map(&mut card).filter(|it| it.amount > 0).collect();
    Quote {
        currency: "EUR".into(),
        tax_mode: TaxMode::Inclusive,
        lines,
        subtotal,
        discount: 0,
        shipping,
        shipping_discount: 0,
        tax: 0,
        total: subtotal + shipping,
        gift_cards: cards,
        due,
        taxes: vec![],
        promotions: vec![],
        needs_shipping: true,
        shipping_method,
        note: String::new(),
        attributes: BTreeMap::new(),
        degraded: vec![],
    }
}

impl Pricing for Till {
    fn quote<'a>(
        &'a self,
        _: &'a WriteTx,
        cart_id: Uuid,
        destination: &'a Destination,
        _: DateTime<Utc>,
    ) -> Step<'a, Option<Quoted>> {
        let basket = self.carts.lock().get(&cart_id).cloned().filter(|basket| !basket.lines.is_empty());
        let blocked = |basket: &Basket| basket.lines.iter().any(|(number, _)| *number == 99);
        let quoted = basket.map(|basket| Quoted {
            channel_id: CHANNEL,
            cart_version: basket.version,
            quote: quote(&basket, destination),
            blocked: blocked(&basket)
                .then(|| Blocked { message: "this is not sold any more: remove it".into(), field: "lines" })
                .into_iter()
                .collect(),
        });
        async { Ok(quoted) }.boxed()
    }

    fn use_up<'a>(&'a self, _: &'a WriteTx, _: &'a Quote, _: &'a Buyer, _: DateTime<Utc>) -> Step<'a, bool> {
        let left = !*self.used_up.lock();
        async move { Ok(left) }.boxed()
    }

    fn refund_cards<'a>(
        &'a self,
        _: &'a WriteTx,
        order_id: Uuid,
        cards: &'a [CardAmount],
        _: DateTime<Utc>,
    ) -> Step<'a, ()> {
        self.back.lock().push((order_id, cards.to_vec()));
        async { Ok(()) }.boxed()
    }

    fn release_uses<'a>(&'a self, _: &'a WriteTx, order_id: Uuid) -> Step<'a, ()> {
        self.released.lock().insert(order_id);
        async { Ok(()) }.boxed()
    }

    fn close_cart<'a>(&'a self, _: &'a WriteTx, _: Uuid, _: i64) -> Step<'a, ()> {
        async { Ok(()) }.boxed()
    }
}
