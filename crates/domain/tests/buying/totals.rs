use crate::shop::*;
use crate::tax::rates;
use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;
use tradewind_domain::pricing_error::PricingError;
use tradewind_domain::promotion::{Basket, Discounts, LineDiscount, discounts};
use tradewind_domain::rate::Rate;
use tradewind_domain::tax::{TaxMode, TaxRate};
use tradewind_domain::totals::{BillGiftCard, Totals};

fn vat(percent: &str) -> Vec<TaxRate> {
    vec![TaxRate { name: "VAT".into(), rate: Rate::parse(percent).unwrap() }]
}

#[test]
fn a_free_order_is_an_order() {
    let basket = basket(vec![line(1, 2, 0, 1)]);
    let none = Discounts::default();
    let totals = Totals::of(&bill(&basket, &none, TaxMode::Exclusive, [&vat("19"), &[]], &[500])).unwrap();
    assert_eq!((totals.total, totals.due, totals.redemptions.len()), (0, 0, 0));
}

#[test]
fn gift_cards_pay_after_tax_and_the_one_that_ends_first_pays_first() {
    let basket = basket(vec![line(1, 2, 10_000, 1)]);
    let none = Discounts::default();
    let mut bill = bill(&basket, &none, TaxMode::Exclusive, [&vat("19"), &[]], &[1_000, 500, 20_000]);
    bill.gift_cards[2] =
        BillGiftCard { expires_at: Some(DateTime::UNIX_EPOCH), spendable: 2_000, ..bill.gift_cards[2] };
    bill.gift_cards.push(BillGiftCard {
        id: id(9),
        spendable: 300,
        expires_at: Some(DateTime::UNIX_EPOCH + TimeDelta::days(1)),
    });
    let totals = Totals::of(&bill).unwrap();
    assert_eq!((totals.tax, totals.total, totals.gift_cards, totals.due), (1_900, 11_900, 3_800, 8_100));
    let order: Vec<_> = totals.redemptions.iter().map(|r| (r.gift_card_id.as_u128(), r.amount)).collect();
    assert_eq!(order, [(2, 2_000), (9, 300), (1, 500), (0, 1_000)]);
}

#[test]
fn what_is_struck_through_is_told_and_changes_nothing() {
    let mut basket = basket(vec![line(1, 2, 1_000, 3)]);
    basket.lines[0].compare_at = Some(1_250);
    let none = Discounts::default();
    let totals = Totals::of(&bill(&basket, &none, TaxMode::Inclusive, [&vat("19"), &[]], &[])).unwrap();
    assert_eq!((totals.lines[0].saved, totals.discount, totals.total, totals.tax), (750, 0, 3_000, 479));
}

#[test]
fn wrong_figures_are_errors_not_totals() {
    let of = |basket: &Basket, discounts: &Discounts| {
        Totals::of(&bill(basket, discounts, TaxMode::Exclusive, [&vat("19"), &[]], &[]))
    };
    let none = Discounts::default();
    let half = i64::MAX / 2 + 1;
    assert_eq!(of(&basket(vec![line(1, 2, half, 2)]), &none), Err(PricingError::Overflow));
    assert_eq!(of(&basket(vec![line(1, 2, half, 1), line(2, 2, half, 1)]), &none), Err(PricingError::Overflow));
    assert_eq!(of(&basket(vec![line(1, 2, i64::MAX, 1)]), &none), Err(PricingError::Overflow), "the tax");
    assert_eq!(of(&basket(vec![line(1, 2, -1, 1)]), &none), Err(PricingError::NegativePrice(id(1))));
    assert_eq!(of(&basket(vec![line(1, 2, 1, 1), line(1, 2, 1, 1)]), &none), Err(PricingError::BadLine(id(1))));
    let discount = |line, amount| Discounts {
        lines: vec![LineDiscount { line_id: id(line), promotion_id: id(7), amount }],
        ..Discounts::default()
    };
    let one = || discount(1, 1).lines;
    let twice = Discounts { lines: [one(), one()].concat(), ..Discounts::default() };
    for bad in [discount(2, 1), discount(1, 2), discount(1, -1), twice] {
        let error = PricingError::BadDiscount { promotion_id: id(7) };
        assert_eq!(of(&basket(vec![line(1, 2, 1, 1)]), &bad), Err(error));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_parts_add_up_and_nothing_is_negative(
        basket in baskets(), rules in promotions(), inclusive: bool, tax_a in rates(), tax_b in rates(),
        cards in prop::collection::vec(0..50_000i64, 0..3),
    ) {
        let found = discounts(&rules, &basket).unwrap();
        let totals = Totals::of(&bill(&basket, &found, TaxMode::of_channel(inclusive), [&tax_a, &tax_b], &cards)).unwrap();
        let on_top = if inclusive { 0 } else { totals.tax };
        prop_assert_eq!(totals.total, totals.subtotal - totals.discount + totals.shipping + on_top);
        prop_assert_eq!(totals.due, totals.total - totals.gift_cards);
        prop_assert_eq!(totals.gift_cards, totals.redemptions.iter().map(|r| r.amount).sum::<i64>());
        prop_assert_eq!(totals.gift_cards, totals.total.min(cards.iter().sum()));
        let of_lines = |figure: fn(&tradewind_domain::totals::LineTotals) -> i64| totals.lines.iter().map(figure).sum::<i64>();
        prop_assert_eq!(of_lines(|l| l.subtotal), totals.subtotal);
        prop_assert_eq!(of_lines(|l| l.discount) + totals.shipping_discount, totals.discount);
        prop_assert_eq!(of_lines(|l| l.taxed.tax) + totals.taxed_shipping.tax, totals.tax);
        prop_assert_eq!(of_lines(|l| l.taxed.gross) + totals.taxed_shipping.gross, totals.total);
        prop_assert_eq!(totals.taxes.iter().map(|component| component.tax).sum::<i64>(), totals.tax);
        for line in &totals.lines {
            prop_assert_eq!(line.taxed.net + line.taxed.tax, line.taxed.gross);
            prop_assert!(line.discount >= 0 && line.discount <= line.subtotal && line.taxed.net >= 0 && line.taxed.tax >= 0);
        }
        let figures = [totals.subtotal, totals.discount, totals.shipping, totals.tax, totals.total, totals.gift_cards, totals.due];
        prop_assert!(figures.iter().all(|figure| *figure >= 0));
    }

    #[test]
    fn the_order_of_lines_and_cards_does_not_matter(
        basket in baskets(), rules in promotions(), inclusive: bool, tax_a in rates(), tax_b in rates(),
        cards in prop::collection::vec(0..50_000i64, 0..3),
    ) {
        let of = |basket: &Basket, turned: bool| {
            let found = discounts(&rules, basket).unwrap();
            let mut bill = bill(basket, &found, TaxMode::of_channel(inclusive), [&tax_a, &tax_b], &cards);
            if turned {
                bill.gift_cards.reverse();
            }
            let mut totals = Totals::of(&bill).unwrap();
            totals.lines.sort_by_key(|line| line.line_id);
            totals
        };
        let mut turned = basket.clone();
        turned.lines.reverse();
        prop_assert_eq!(of(&basket, false), of(&turned, true));
    }

    #[test]
    fn two_lines_of_a_variant_cost_what_one_does_but_for_the_rounding_of_tax(
        lines in prop::collection::vec((1..5_000i64, 1..5u32, 1..5u32), 1..6), inclusive: bool, tax_a in rates(), tax_b in rates(),
    ) {
        let none = Discounts::default();
        let of = |basket: &Basket| Totals::of(&bill(basket, &none, TaxMode::of_channel(inclusive), [&tax_a, &tax_b], &[])).unwrap();
        let numbered = || (1..).zip(&lines);
        let split = numbered().flat_map(|(n, (price, a, b))| [line(2 * n, n, *price, *a), line(2 * n + 1, n, *price, *b)]);
        let (one, two) = (basket(numbered().map(|(n, (price, a, b))| line(n, n, *price, a + b)).collect()), basket(split.collect()));
        let (one, two) = (of(&one), of(&two));
        prop_assert_eq!(one.subtotal, two.subtotal);
        let vanished = i64::try_from(lines.len()).unwrap();
        prop_assert!((one.tax - two.tax).abs() <= vanished);
        prop_assert_eq!(one.total - two.total, if inclusive { 0 } else { one.tax - two.tax });
    }
}
