//! The figures of `docs/buying.md` are those that the rules make.
use crate::shop::{basket, eur, id, line, percent, promotion};
use chrono::{DateTime, TimeDelta, Utc};
use std::fmt::Write as _;
use tradewind_domain::checkout::{CheckoutState, Decision, on_payment};
use tradewind_domain::country::Country;
use tradewind_domain::currency::Currency;
use tradewind_domain::payment::{Payment, PaymentEvent};
use tradewind_domain::promotion::*;
use tradewind_domain::shipping::{Parcel, ShippingMethod, ShippingPrice, ShippingZone, quotes};
use tradewind_domain::tax::{TaxMode, TaxRate};
use tradewind_domain::tax_table::{TaxRule, TaxTable};
use tradewind_domain::totals::{Bill, BillGiftCard, BillLine, BillShipping, Totals};
use tradewind_domain::word::Word;
use tradewind_domain::zone::{Place, Zone};

const NAMES: [&str; 3] = ["T-shirt", "Book", "Mug"];
const GERMANY: &str = "DE";

fn cart() -> Basket {
    let codes = vec![EnteredCode { code: "SPRING".into(), promotion_id: id(2) }];
    Basket { codes, ..basket(vec![line(1, 1, 1_999, 3), line(2, 2, 1_250, 1), line(3, 3, 845, 2)]) }
}

fn promotions() -> [Promotion; 2] {
    let shirts = ItemFilter { product_ids: vec![id(1)], ..ItemFilter::ALL };
    let (two, one) = (2.try_into().unwrap(), 1.try_into().unwrap());
    let three_for_two = BuyGet {
        buy: shirts.clone(),
        buy_quantity: two,
        get: shirts,
        get_quantity: one,
        rate: percent("100"),
        at_most: None,
    };
    let spring = Action::PercentageOff { rate: percent("10"), target: Target::Order };
    [promotion(1, Action::BuyGet(three_for_two)), Promotion { trigger: Trigger::Code, ..promotion(2, spring) }]
}

fn germany() -> Country {
    Country::parse(GERMANY).unwrap()
}

fn taxes() -> TaxTable {
    let rule = |number, category: Option<&str>, rate: &str| TaxRule {
        id: id(number),
        layer: "VAT".into(),
        zone: Zone::country(germany()),
        category: category.map(str::to_owned),
        rate: TaxRate { name: format!("VAT {rate}%"), rate: percent(rate) },
    };
    TaxTable { rules: vec![rule(1, None, "19"), rule(2, Some("books"), "7")] }
}

fn standard() -> ShippingMethod {
    ShippingMethod {
        id: id(1),
        name: "Standard".into(),
        channel_ids: vec![],
        currency: Currency::EUR,
        tax_category: "standard".into(),
        zones: vec![ShippingZone {
            zones: vec![Zone::country(germany())],
            price: ShippingPrice::Flat(490),
            free_from: Some(10_000),
            days_min: None,
            days_max: None,
        }],
        heaviest_grams: None,
        position: 1,
    }
}

/// What the cart costs, step by step as a checkout does it.
fn priced() -> (Discounts, Totals) {
    let (mut cart, place, table) = (cart(), Place::new(germany(), "", "10115"), taxes());
    let category = |line: &BasketLine| if line.product_id == id(2) { "books" } else { "standard" };
    let lines: Vec<BillLine> = cart
        .lines
        .iter()
        .map(|line| BillLine {
            id: line.id,
            unit_price: line.unit_price,
            compare_at: None,
            quantity: line.quantity,
            tax_rates: table.rates(&place, category(line)),
        })
        .collect();
    let gift_cards = vec![BillGiftCard { id: id(1), spendable: 2_000, expires_at: None }];
    let total = |discounts: &Discounts, shipping| {
        let (currency, tax_mode) = (Currency::EUR, TaxMode::Inclusive);
        let (lines, gift_cards) = (lines.clone(), gift_cards.clone());
        Totals::of(&Bill { currency, tax_mode, lines, shipping, discounts, gift_cards }).unwrap()
    };
    let before_shipping = total(&discounts(&promotions(), &cart).unwrap(), None);
    let parcel = Parcel {
        channel_id: cart.channel_id,
        currency: cart.currency,
        subtotal: before_shipping.goods(),
        weight_grams: 900,
    };
    let quote = quotes(&[standard()], &place, &parcel).remove(0);
    cart.shipping = Some(BasketShipping { method_id: quote.method_id, price: quote.price.minor });
    let found = discounts(&promotions(), &cart).unwrap();
    let shipping = BillShipping { price: quote.price.minor, tax_rates: table.rates(&place, &quote.tax_category) };
    let totals = total(&found, Some(shipping));
    (found, totals)
}

fn amount(minor: i64) -> String {
    eur(minor).amount()
}

fn lines_table() -> String {
    let (found, totals) = priced();
    let of = |line: usize, promotion| {
        let is = |d: &&LineDiscount| d.line_id == totals.lines[line].line_id && d.promotion_id == id(promotion);
        amount(found.lines.iter().find(is).map_or(0, |discount| discount.amount))
    };
    let mut table =
        "| line | price | 3 for 2 | `SPRING` | gross | tax | net |\n|---|--:|--:|--:|--:|--:|--:|\n".to_owned();
    for (at, line) in totals.lines.iter().enumerate() {
        let quantity = cart().lines[at].quantity;
        let [price, gross, tax, net] = [line.subtotal, line.taxed.gross, line.taxed.tax, line.taxed.net].map(amount);
        writeln!(
            table,
            "| {} × {quantity} | {price} | {} | {} | {gross} | {tax} | {net} |",
            NAMES[at],
            of(at, 1),
            of(at, 2)
        )
        .unwrap();
    }
    let shipping = &totals.taxed_shipping;
    let [price, gross, tax, net] = [totals.shipping, shipping.gross, shipping.tax, shipping.net].map(amount);
    writeln!(table, "| Standard shipping | {price} | | | {gross} | {tax} | {net} |").unwrap();
    table
}

fn totals_table() -> String {
    let (_, totals) = priced();
    let mut table = "| | |\n|---|--:|\n".to_owned();
    let mut row = |name: &str, minor| writeln!(table, "| {name} | {} |", amount(minor)).unwrap();
    row("subtotal", totals.subtotal);
    row("discount", totals.discount);
    row("shipping", totals.shipping);
    row("**total**", totals.total);
    for component in &totals.taxes {
        row(&format!("of it {} of {}", component.rate.name, amount(component.net)), component.tax);
    }
    row("tax", totals.tax);
    row("gift cards", totals.gift_cards);
    row("**due**", totals.due);
    table
}

fn decisions_table() -> String {
    let at = |seconds| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(seconds);
    let (alive, dead) = (at(60), at(0));
    let completed = |number| CheckoutState::Completed { payment_id: Some(id(number)) };
    let rows = [
        ("held or paying, before the hold ends", CheckoutState::Paying { expires_at: alive }, 1_000),
        ("the same, but the amount is not what is due", CheckoutState::Held { expires_at: alive }, 999),
        ("held or paying, from the end of the hold on", CheckoutState::Paying { expires_at: dead }, 1_000),
        ("expired", CheckoutState::Expired, 1_000),
        ("cancelled", CheckoutState::Cancelled, 1_000),
        ("open again", CheckoutState::Open, 1_000),
        ("completed by this payment", completed(1), 1_000),
        ("completed by another, or for free", completed(2), 1_000),
    ];
    let mut table = "| checkout | the gateway holds it | the shop has it |\n|---|---|---|\n".to_owned();
    for (name, checkout, amount) in rows {
        let decide = |event| {
            let payment = Payment::new(id(1), 1_000).apply(event).unwrap();
            match on_payment(checkout, payment, 1_000, at(0)).decision {
                Decision::Complete => "complete".to_owned(),
                Decision::Ignore => "nothing".to_owned(),
                Decision::Void(reason) => format!("void (`{}`)", reason.as_str()),
                Decision::Refund(reason) => format!("refund (`{}`)", reason.as_str()),
            }
        };
        let [held, had] = [PaymentEvent::Authorised { amount }, PaymentEvent::Captured { amount }].map(decide);
        writeln!(table, "| {name} | {held} | {had} |").unwrap();
    }
    table
}

#[test]
fn the_figures_of_the_documentation_are_those_of_the_rules() {
    let text = include_str!("../../../../docs/buying.md");
    for table in [lines_table(), totals_table(), decisions_table()] {
        assert!(text.contains(&table), "docs/buying.md does not have:\n{table}");
    }
}
