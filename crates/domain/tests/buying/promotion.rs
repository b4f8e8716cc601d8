use crate::shop::*;
use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tradewind_domain::currency::Currency;
use tradewind_domain::money::Money;
use tradewind_domain::promotion::*;
use uuid::Uuid;

fn all_off(rate: &str) -> Action {
    Action::PercentageOff { rate: percent(rate), target: Target::Order }
}

fn products_off(rate: &str, products: &[u128]) -> Action {
    let items = ItemFilter { product_ids: products.iter().copied().map(id).collect(), ..ItemFilter::ALL };
    Action::PercentageOff { rate: percent(rate), target: Target::Items(items) }
}

fn buy_get(buy: u32, get: u32, rate: &str, filters: [ItemFilter; 2]) -> Action {
    let [buy_items, get_items] = filters;
    Action::BuyGet(BuyGet {
        buy: buy_items,
        buy_quantity: buy.try_into().unwrap(),
        get: get_items,
        get_quantity: get.try_into().unwrap(),
        rate: percent(rate),
        at_most: None,
    })
}

/// (line, promotion, amount)
fn lines(found: &Discounts) -> Vec<(u128, u128, i64)> {
    found.lines.iter().map(|d| (d.line_id.as_u128(), d.promotion_id.as_u128(), d.amount)).collect()
}

fn product(number: u128) -> ItemFilter {
    ItemFilter { product_ids: vec![id(number)], ..ItemFilter::ALL }
}

#[test]
fn an_amount_is_split_over_the_lines_to_the_cent() {
    let basket = basket(vec![line(1, 1, 333, 1), line(2, 2, 333, 1), line(3, 3, 334, 1)]);
    let ten = Action::AmountOff { amount: eur(100), per: AmountPer::Once, target: Target::Order };
    let found = discounts(&[promotion(9, ten)], &basket).unwrap();
    assert_eq!(lines(&found), [(1, 9, 33), (2, 9, 33), (3, 9, 34)]);
    let each = Action::AmountOff { amount: eur(200), per: AmountPer::Unit, target: Target::Items(product(1)) };
    assert_eq!(lines(&discounts(&[promotion(9, each)], &basket).unwrap()), [(1, 9, 200)]);
}

#[test]
fn products_go_before_the_order_and_each_takes_of_what_is_left() {
    let basket = basket(vec![line(1, 1, 10_000, 1), line(2, 2, 1_000, 1)]);
    // The order's goes first by what it saves, and is applied behind the products' all the same.
    let rules = [promotion(8, all_off("30")), promotion(9, products_off("20", &[1]))];
    let found = discounts(&rules, &basket).unwrap();
    assert_eq!(lines(&found), [(1, 9, 2_000), (1, 8, 2_400), (2, 8, 300)]);
    assert_eq!(found.applied, [id(9), id(8)]);
}

#[test]
fn a_minimum_that_is_just_reached_is_reached() {
    let basket = basket(vec![line(1, 1, 1_000, 2)]);
    let conditions =
        Conditions { minimum_subtotal: Some(eur(2_000)), minimum_quantity: Some(2), ..Conditions::default() };
    let rule = Promotion { conditions, ..promotion(9, all_off("10")) };
    assert_eq!(lines(&discounts(&[rule], &basket).unwrap()), [(1, 9, 200)]);
}

#[test]
fn two_and_one_free_takes_the_cheapest_and_counts_as_often_as_units_suffice() {
    let three_for_two = |at_most| {
        let Action::BuyGet(rule) = buy_get(2, 1, "100", [ItemFilter::ALL, ItemFilter::ALL]) else { unreachable!() };
        promotion(9, Action::BuyGet(BuyGet { at_most, ..rule }))
    };
    let basket = basket(vec![line(1, 1, 500, 3), line(2, 2, 200, 1), line(3, 3, 300, 2)]);
    assert_eq!(lines(&discounts(&[three_for_two(None)], &basket).unwrap()), [(2, 9, 200), (3, 9, 300)]);
    assert_eq!(lines(&discounts(&[three_for_two(Some(1))], &basket).unwrap()), [(2, 9, 200)]);
}

#[test]
fn a_unit_serves_for_one_of_the_two_parts() {
    let rule = promotion(9, buy_get(1, 1, "50", [product(1), ItemFilter::ALL]));
    let alone = basket(vec![line(1, 1, 100, 1)]);
    assert_eq!(discounts(std::slice::from_ref(&rule), &alone).unwrap(), Discounts::default());
    // The cheap unit of product 1 must serve as bought, though it is the cheapest.
    let with_other = basket(vec![line(1, 1, 100, 1), line(2, 2, 400, 1)]);
    assert_eq!(lines(&discounts(std::slice::from_ref(&rule), &with_other).unwrap()), [(2, 9, 200)]);
    let pair = basket(vec![line(1, 1, 100, 2)]);
    assert_eq!(lines(&discounts(&[rule], &pair).unwrap()), [(1, 9, 50)]);
}

#[test]
fn what_does_not_combine_goes_by_priority_then_by_saving() {
    let basket = basket(vec![line(1, 1, 1_000, 1)]);
    let rule = |number, rate, priority, combines_with| Promotion {
        priority,
        combines_with,
        ..promotion(number, all_off(rate))
    };
    let applied = |rules: &[Promotion]| discounts(rules, &basket).unwrap().applied;
    let (none, all) = (CombinesWith::NONE, CombinesWith::ALL);
    assert_eq!(applied(&[rule(1, "5", 1, none), rule(2, "10", 0, all)]), [id(1)]);
    assert_eq!(applied(&[rule(1, "5", 0, none), rule(2, "10", 0, all)]), [id(2)]);
    assert_eq!(applied(&[rule(1, "5", 0, all), rule(2, "10", 0, all)]), [id(2), id(1)]);
    let only_shipping = CombinesWith { shipping: true, ..none };
    let shipping = Action::FreeShipping { method_ids: vec![], at_most: None };
    let free = Promotion { combines_with: CombinesWith { order: true, ..none }, ..promotion(3, shipping) };
    assert_eq!(applied(&[rule(1, "5", 0, only_shipping), free]), [id(1), id(3)]);
}

#[test]
fn a_code_that_does_nothing_says_why() {
    let now = DateTime::UNIX_EPOCH;
    let mut basket = basket(vec![line(1, 1, 1_000, 2)]);
    basket.usage.insert(id(7), Usage { total: 5, by_customer: 0 });
    let code =
        |number, conditions| Promotion { trigger: Trigger::Code, conditions, ..promotion(number, all_off("10")) };
    let conditions = Conditions::default;
    let (start, end) = (now + TimeDelta::days(1), now);
    let needed = eur(2_001);
    let rules = [
        code(1, Conditions { starts_at: Some(start), ..conditions() }),
        code(2, Conditions { ends_at: Some(end), ..conditions() }),
        code(3, Conditions { channel_ids: vec![id(9)], ..conditions() }),
        code(4, Conditions { customer_group_ids: vec![id(9)], ..conditions() }),
        code(5, Conditions { minimum_subtotal: Some(needed), ..conditions() }),
        code(6, Conditions { minimum_quantity: Some(3), ..conditions() }),
        Promotion { limits: UsageLimits { total: Some(5), per_customer: None }, ..code(7, conditions()) },
        Promotion { action: products_off("10", &[8]), ..code(8, conditions()) },
        Promotion { combines_with: CombinesWith::NONE, priority: -1, ..code(9, conditions()) },
        code(10, conditions()),
        code(11, Conditions { minimum_subtotal: Some(Money::new(1, Currency::USD)), ..conditions() }),
        code(12, conditions()),
    ];
    basket.codes = (1..12).map(|n| EnteredCode { code: format!("C{n}"), promotion_id: id(n) }).collect();
    let found = discounts(&rules, &basket).unwrap();
    let reasons: Vec<_> = found.refused.into_iter().map(|refused| refused.reason).collect();
    assert_eq!(
        reasons,
        [
            PromotionRefusal::NotStarted(start),
            PromotionRefusal::Ended(end),
            PromotionRefusal::OtherChannel,
            PromotionRefusal::OtherCustomers,
            PromotionRefusal::MinimumSubtotal { needed, has: eur(2_000) },
            PromotionRefusal::MinimumQuantity { needed: 3, has: 2 },
            PromotionRefusal::UsedUp,
            PromotionRefusal::NothingToDiscount,
            PromotionRefusal::NotCombinable { with: id(10) },
            PromotionRefusal::OtherCurrency,
        ]
    );
    assert_eq!(found.applied, [id(10)], "the code of 12 was not entered");
}

#[test]
fn free_shipping_counts_before_a_method_is_chosen() {
    let free = |method_ids, at_most| promotion(9, Action::FreeShipping { method_ids, at_most });
    let mut basket = basket(vec![line(1, 1, 1_000, 1)]);
    let found = discounts(&[free(vec![id(1)], None)], &basket).unwrap();
    assert_eq!((found.applied, found.shipping.len()), (vec![id(9)], 0));
    basket.shipping = Some(BasketShipping { method_id: id(1), price: 490 });
    let amount = |rule| discounts(&[rule], &basket).unwrap().shipping.first().map(|discount| discount.amount);
    assert_eq!(amount(free(vec![id(1)], None)), Some(490));
    assert_eq!(amount(free(vec![], Some(eur(300)))), Some(300));
    assert_eq!(amount(free(vec![id(2)], None)), None);
}

#[test]
fn reduced_lines_can_be_left_out() {
    let mut basket = basket(vec![line(1, 1, 1_000, 1), line(2, 2, 1_000, 1)]);
    basket.lines[0].compare_at = Some(1_200);
    let items = ItemFilter { full_price_only: true, ..ItemFilter::ALL };
    let rule = promotion(9, Action::PercentageOff { rate: percent("10"), target: Target::Items(items) });
    assert_eq!(lines(&discounts(&[rule], &basket).unwrap()), [(2, 9, 100)]);
}

#[test]
fn a_promotion_that_makes_no_sense_is_not_stored() {
    let now = DateTime::UNIX_EPOCH;
    assert_eq!(promotion(1, all_off("10")).mistakes(), []);
    let amount = |minor| Action::AmountOff { amount: eur(minor), per: AmountPer::Once, target: Target::Order };
    let bad = Promotion {
        name: String::new(),
        conditions: Conditions { starts_at: Some(now), ends_at: Some(now), ..Conditions::default() },
        limits: UsageLimits { total: Some(0), per_customer: None },
        ..promotion(1, amount(0))
    };
    use PromotionError::*;
    assert_eq!(bad.mistakes(), [Name(0), Amount(eur(0)), Period, Limit]);
    for rate in ["0", "100.0001"] {
        assert_eq!(promotion(1, all_off(rate)).mistakes(), [Rate(percent(rate))]);
    }
}

#[test]
fn what_is_stored_is_read() {
    let rules = [all_off("12.5"), buy_get(2, 1, "100", [product(1), ItemFilter::ALL])];
    for action in rules {
        let stored = serde_json::to_string(&promotion(1, action.clone())).unwrap();
        assert_eq!(serde_json::from_str::<Promotion>(&stored).unwrap().action, action, "{stored}");
    }
}

/// Each line's discount in all.
fn by_line(found: &Discounts) -> BTreeMap<Uuid, i64> {
    let mut sums = BTreeMap::new();
    for discount in &found.lines {
        *sums.entry(discount.line_id).or_default() += discount.amount;
    }
    sums
}

/// One line for each variant, with the smallest of its lines' ids.
fn merged(basket: &Basket) -> Basket {
    let mut lines: Vec<BasketLine> = Vec::new();
    for line in &basket.lines {
        match lines.iter_mut().find(|other| other.variant_id == line.variant_id) {
            Some(other) => other.quantity += line.quantity,
            None => lines.push(line.clone()),
        }
    }
    Basket { lines, ..basket.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_line_gets_more_off_than_it_costs(basket in baskets(), rules in promotions()) {
        let found = discounts(&rules, &basket).unwrap();
        let sums = by_line(&found);
        for line in &basket.lines {
            prop_assert!((0..=line.subtotal().unwrap()).contains(sums.get(&line.id).unwrap_or(&0)));
        }
        let shipping: i64 = found.shipping.iter().map(|discount| discount.amount).sum();
        prop_assert!((0..=basket.shipping.map_or(0, |s| s.price)).contains(&shipping));
        prop_assert!(found.lines.iter().all(|d| d.amount > 0) && found.shipping.iter().all(|d| d.amount > 0));
        let uses = found.lines.iter().map(|d| d.promotion_id).chain(found.shipping.iter().map(|d| d.promotion_id));
        for promotion in uses {
            prop_assert!(found.applied.contains(&promotion));
        }
    }

    #[test]
    fn what_counts_combines_pairwise(basket in baskets(), rules in promotions()) {
        let found = discounts(&rules, &basket).unwrap();
        let applied: Vec<_> = rules.iter().filter(|rule| found.applied.contains(&rule.id)).collect();
        for (at, a) in applied.iter().enumerate() {
            prop_assert!(applied[at + 1..].iter().all(|b| a.combines(b)));
        }
    }

    #[test]
    fn no_order_matters(
        basket in baskets(), rules in promotions(),
        seed in any::<u64>(),
    ) {
        let found = discounts(&rules, &basket).unwrap();
        let (mut other, mut others) = (basket.clone(), rules.clone());
        let key = |id: Uuid| id.as_u64_pair().1.wrapping_mul(seed | 1).rotate_left(17);
        other.lines.sort_by_key(|line| key(line.id));
        others.sort_by_key(|rule| key(rule.id));
        prop_assert_eq!(discounts(&others, &other).unwrap(), found);
    }

    #[test]
    fn one_promotion_takes_the_same_off_two_lines_of_a_variant_as_off_one(basket in baskets(), action in actions()) {
        let rule = [promotion(1, action)];
        let sum = |basket: &Basket| by_line(&discounts(&rule, basket).unwrap()).values().sum::<i64>();
        prop_assert_eq!(sum(&basket), sum(&merged(&basket)));
    }
}
