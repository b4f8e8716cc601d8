//! Arbitrary baskets and promotions.
use chrono::DateTime;
use proptest::prelude::*;
use std::collections::BTreeMap;
use tradewind_domain::currency::Currency;
use tradewind_domain::money::Money;
use tradewind_domain::promotion::{
    Action, AmountPer, Basket, BasketLine, BasketShipping, BuyGet, CombinesWith, Conditions, Discounts, ItemFilter,
    Promotion, Target, Trigger, UsageLimits,
};
use tradewind_domain::rate::Rate;
use tradewind_domain::tax::{TaxMode, TaxRate};
use tradewind_domain::totals::{Bill, BillGiftCard, BillLine, BillShipping};
use uuid::Uuid;

pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(crate) fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

/// A line of variant `variant`, which is the only one of the product of that number; its collection is even or odd.
pub(crate) fn line(number: u128, variant: u128, unit_price: i64, quantity: u32) -> BasketLine {
    BasketLine {
        id: id(number),
        variant_id: id(variant),
        product_id: id(variant),
        collection_ids: vec![id(variant % 2)],
        category_ids: vec![id(variant % 3)],
        unit_price,
        compare_at: None,
        quantity,
    }
}

pub(crate) fn basket(lines: Vec<BasketLine>) -> Basket {
    Basket {
        channel_id: id(1),
        currency: Currency::EUR,
        customer_group_ids: vec![],
        lines,
        shipping: None,
        codes: vec![],
        usage: BTreeMap::new(),
        now: DateTime::UNIX_EPOCH,
    }
}

/// An automatic promotion without conditions that combines with every other.
pub(crate) fn promotion(number: u128, action: Action) -> Promotion {
    Promotion {
        id: id(number),
        name: format!("promotion {number}"),
        trigger: Trigger::Automatic,
        action,
        conditions: Conditions::default(),
        priority: 0,
        combines_with: CombinesWith::ALL,
        limits: UsageLimits::default(),
    }
}

pub(crate) fn percent(text: &str) -> Rate {
    Rate::parse(text).unwrap()
}

/// Lines with ids of their own, of few variants, each with one price.
pub(crate) fn baskets() -> impl Strategy<Value = Basket> {
    let lines = prop::collection::btree_map(1..1_000u128, (0..6usize, 1..5u32), 1..12);
    let prices = prop::collection::vec(prop_oneof![Just(0), 1..20i64, 1..100_000i64], 6);
    let shipping = prop::option::of((0..3u128, 0..2_000i64));
    (lines, prices, shipping).prop_map(|(lines, prices, shipping)| {
        let of = |(number, (variant, quantity))| line(number, variant as u128, prices[variant], quantity);
        Basket {
            shipping: shipping.map(|(method, price)| BasketShipping { method_id: id(method), price }),
            ..basket(lines.into_iter().map(of).collect())
        }
    })
}

fn filters() -> impl Strategy<Value = ItemFilter> {
    (prop::option::of(0..2u128), prop::option::of(0..6u128)).prop_map(|(collection, product)| ItemFilter {
        collection_ids: collection.map(id).into_iter().collect(),
        product_ids: product.map(id).into_iter().collect(),
        ..ItemFilter::ALL
    })
}

fn targets() -> impl Strategy<Value = Target> {
    prop_oneof![Just(Target::Order), filters().prop_map(Target::Items)]
}

fn buy_gets() -> impl Strategy<Value = Action> {
    let figures = (1..4u32, 1..3u32, 0..=1_000_000u32, prop::option::of(0..3u32));
    (filters(), filters(), figures).prop_map(|(buy, get, (x, y, ppm, at_most))| {
        let [buy_quantity, get_quantity] = [x, y].map(|n| n.try_into().unwrap());
        let rate = Rate::from_ppm(ppm).unwrap();
        Action::BuyGet(BuyGet { buy, buy_quantity, get, get_quantity, rate, at_most })
    })
}

/// Every kind of action.
pub(crate) fn actions() -> impl Strategy<Value = Action> {
    let rate = (0..=1_200_000u32).prop_map(|ppm| Rate::from_ppm(ppm).unwrap());
    let per = prop_oneof![Just(AmountPer::Once), Just(AmountPer::Unit)];
    prop_oneof![
        (rate, targets()).prop_map(|(rate, target)| Action::PercentageOff { rate, target }),
        (0..5_000i64, per, targets()).prop_map(|(minor, per, target)| Action::AmountOff {
            amount: eur(minor),
            per,
            target
        }),
        buy_gets(),
        (prop::option::of(0..3u128), prop::option::of(0..2_000i64)).prop_map(|(method, most)| Action::FreeShipping {
            method_ids: method.map(id).into_iter().collect(),
            at_most: most.map(eur),
        }),
    ]
}

/// Some promotions with ids of their own.
pub(crate) fn promotions() -> impl Strategy<Value = Vec<Promotion>> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let rule = (actions(), 0..3i32, flags, prop::option::of(0..20_000i64), filters());
    prop::collection::btree_map(1..1_000u128, rule, 0..7).prop_map(|rules| {
        let of = |(number, (action, priority, (product, order, shipping), minimum, items))| Promotion {
            priority,
            combines_with: CombinesWith { product, order, shipping },
            conditions: Conditions {
                items,
                minimum_subtotal: Option::<i64>::map(minimum, eur),
                ..Conditions::default()
            },
            ..promotion(number, action)
        };
        rules.into_iter().map(of).collect()
    })
}

/// The bill of a basket; each variant is taxed at `rates` or, if its number is odd, at `reduced`.
pub(crate) fn bill<'a>(
    basket: &Basket,
    discounts: &'a Discounts,
    tax_mode: TaxMode,
    [rates, reduced]: [&[TaxRate]; 2],
    gift_cards: &[i64],
) -> Bill<'a> {
    let of = |line: &BasketLine| BillLine {
        id: line.id,
        unit_price: line.unit_price,
        compare_at: line.compare_at,
        quantity: line.quantity,
        tax_rates: if line.variant_id.as_u128().is_multiple_of(2) { rates } else { reduced }.to_vec(),
    };
    let card = |(number, spendable): (usize, &i64)| BillGiftCard {
        id: id(number as u128),
        spendable: *spendable,
        expires_at: None,
    };
    Bill {
        currency: basket.currency,
        tax_mode,
        lines: basket.lines.iter().map(of).collect(),
        shipping: basket.shipping.map(|shipping| BillShipping { price: shipping.price, tax_rates: rates.to_vec() }),
        discounts,
        gift_cards: gift_cards.iter().enumerate().map(card).collect(),
    }
}
