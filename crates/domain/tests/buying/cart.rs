use crate::shop::id;
use proptest::prelude::*;
use std::collections::BTreeMap;
use tradewind_domain::cart::*;
use tradewind_domain::refusal::Refusal;
use tradewind_domain::stock::StockPolicy;
use uuid::Uuid;

const SMALL: CartLimits =
    CartLimits { lines: 4, quantity: 10, note: 20, attributes: 2, attribute_key: 8, attribute_value: 8, codes: 2 };

fn attributes(pairs: &[(&str, &str)]) -> Attributes {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn addition(line: u128, variant: u128, quantity: i64, engraved: &[(&str, &str)]) -> CartAddition {
    CartAddition { line_id: id(line), variant_id: id(variant), quantity, attributes: attributes(engraved), price: 100 }
}

#[test]
fn units_of_the_same_thing_share_a_line() {
    let mut cart = Cart::default();
    assert_eq!(cart.add(addition(1, 7, 2, &[]), &SMALL), Ok(id(1)));
    assert_eq!(cart.add(addition(2, 7, 3, &[]), &SMALL), Ok(id(1)));
    assert_eq!(cart.add(addition(3, 7, 1, &[("text", "Jo")]), &SMALL), Ok(id(3)));
    assert_eq!((cart.lines.len(), cart.lines[0].quantity, cart.quantity_of(id(7))), (2, 5, 6));
    cart.set_line_attributes(id(3), attributes(&[]), &SMALL).unwrap();
    assert_eq!((cart.lines.len(), cart.lines[0].id, cart.lines[0].quantity), (1, id(3), 6));
    cart.set_quantity(id(3), 0, &SMALL).unwrap();
    assert_eq!(cart, Cart::default());
}

#[test]
fn each_limit_is_a_refusal_with_a_field_and_a_code_and_changes_nothing() {
    let mut cart = Cart::default();
    for number in 1..=4 {
        cart.add(addition(number, number, 9, &[]), &SMALL).unwrap();
    }
    cart.codes = vec!["A".into(), "B".into()];
    let before = cart.clone();
    let key = |length: usize| Attributes::from([("k".repeat(length), String::new())]);
    type Change = Box<dyn Fn(&mut Cart) -> Result<(), CartError>>;
    let add = |addition: CartAddition| -> Change { Box::new(move |cart| cart.add(addition.clone(), &SMALL).map(drop)) };
    let many = attributes(&[("a", ""), ("b", ""), ("c", "")]);
    let changes: Vec<(Change, &str, CartErrorCode)> = vec![
        (add(addition(9, 1, 2, &[])), "quantity", CartErrorCode::QuantityTooLarge),
        (add(addition(9, 1, 0, &[])), "quantity", CartErrorCode::QuantityTooSmall),
        (add(addition(9, 1, i64::MAX, &[])), "quantity", CartErrorCode::QuantityTooLarge),
        (add(addition(9, 9, 1, &[])), "lines", CartErrorCode::TooManyLines),
        (
            add(CartAddition { attributes: key(9), ..addition(9, 1, 1, &[]) }),
            "attributes",
            CartErrorCode::InvalidAttribute,
        ),
        (Box::new(|cart| cart.set_quantity(id(9), 1, &SMALL)), "lineId", CartErrorCode::LineNotFound),
        (Box::new(|cart| cart.set_quantity(id(1), 11, &SMALL)), "quantity", CartErrorCode::QuantityTooLarge),
        (Box::new(|cart| cart.set_note(&"x".repeat(21), &SMALL)), "note", CartErrorCode::NoteTooLong),
        (
            Box::new(move |cart| cart.set_attributes(many.clone(), &SMALL)),
            "attributes",
            CartErrorCode::TooManyAttributes,
        ),
        (Box::new(move |cart| cart.set_attributes(key(0), &SMALL)), "attributes", CartErrorCode::InvalidAttribute),
        (Box::new(|cart| cart.add_code("two words", &SMALL).map(drop)), "code", CartErrorCode::InvalidCode),
        (Box::new(|cart| cart.add_code("C", &SMALL).map(drop)), "code", CartErrorCode::TooManyCodes),
    ];
    for (change, field, code) in changes {
        let error = change(&mut cart).unwrap_err();
        assert_eq!((error.field(), error.code()), (Some(field), code), "{error}");
        assert_eq!(cart, before, "{error}");
    }
    assert_eq!(cart.add_code(" a ", &SMALL), Ok("A".into()), "entered before");
    assert!(cart.remove_code("a") && !cart.remove_code("a"));
}

#[test]
fn a_guest_loses_nothing_by_logging_in() {
    let limits = CartLimits::default();
    let mut customer =
        Cart { note: "old".into(), attributes: attributes(&[("a", "old"), ("b", "old")]), ..Cart::default() };
    let mut guest = Cart { note: "new".into(), attributes: attributes(&[("a", "new")]), ..Cart::default() };
    customer.codes = vec!["A".into()];
    guest.codes = vec!["A".into(), "B".into()];
    customer.add(addition(1, 1, 9_999, &[]), &limits).unwrap();
    for number in 1..=65 {
        guest.add(addition(100 + number, number, 2, &[]), &limits).unwrap();
    }
    let Merged { cart, warnings } = merge(customer, guest, &limits);
    assert_eq!((cart.lines.len(), cart.lines[0].quantity, cart.lines[64].quantity), (65, 10_000, 2));
    assert_eq!(warnings, [CartWarning::QuantityCapped { line_id: id(1), wanted: 10_001, kept: 10_000 }]);
    assert_eq!((cart.note.as_str(), cart.codes), ("new", vec!["A".into(), "B".into()]));
    assert_eq!(cart.attributes, attributes(&[("a", "new"), ("b", "old")]));
}

#[test]
fn two_lines_of_one_variant_share_its_stock() {
    let mut cart = Cart::default();
    cart.add(addition(1, 7, 3, &[]), &SMALL).unwrap();
    cart.add(addition(2, 7, 3, &[("text", "Jo")]), &SMALL).unwrap();
    cart.add(addition(3, 8, 1, &[]), &SMALL).unwrap();
    let of = |price, policy, available| VariantFacts { price, tracked: true, policy, available };
    let facts = |facts| BTreeMap::from([(id(7), facts)]);
    let gone = CartWarning::NotAvailable { line_id: id(3) };
    let short = |line| CartWarning::InsufficientStock { line_id: id(line), quantity: 6, available: 5 };
    let found = warnings(&cart, &facts(of(100, StockPolicy::Deny, 5)));
    assert_eq!(found, [short(1), short(2), gone.clone()]);
    assert!(found.iter().all(CartWarning::blocks_checkout));
    let found = warnings(&cart, &facts(of(90, StockPolicy::Backorder, 5)));
    let cheaper = |line| CartWarning::PriceChanged { line_id: id(line), was: 100, now: 90 };
    assert_eq!(found, [cheaper(1), cheaper(2), gone.clone()]);
    let mut few = cart.clone();
    few.set_quantity(id(1), 2, &SMALL).unwrap();
    let low = |line| CartWarning::LowStock { line_id: id(line), available: 5 };
    assert_eq!(warnings(&few, &facts(of(100, StockPolicy::Deny, 5))), [low(1), low(2), gone]);
}

fn carts() -> impl Strategy<Value = Cart> {
    let line = (0..6u128, 1..=SMALL.quantity, prop::option::of(0..2u8));
    let lines = prop::collection::vec(line, 0..=SMALL.lines);
    (lines, any::<[u8; 2]>()).prop_map(|(lines, salt)| {
        let mut cart = Cart::default();
        for (number, (variant, quantity, engraved)) in lines.into_iter().enumerate() {
            let attributes = engraved.map(|text| ("text".to_owned(), text.to_string())).into_iter().collect();
            let line_id = Uuid::from_u128(u128::from(u16::from_be_bytes(salt)) << 64 | number as u128);
            let addition =
                CartAddition { line_id, variant_id: id(variant), quantity: quantity.into(), attributes, price: 1 };
            let _ = cart.add(addition, &SMALL);
        }
        cart
    })
}

proptest! {
    #[test]
    fn merging_keeps_every_line_of_the_customer_and_tells_of_every_unit_that_does_not_fit(a in carts(), b in carts()) {
        let Merged { cart, warnings } = merge(a.clone(), b.clone(), &SMALL);
        prop_assert!(cart.lines.len() <= SMALL.lines);
        for line in &a.lines {
            let kept = cart.lines.iter().find(|other| other.id == line.id).unwrap();
            prop_assert!(kept.quantity >= line.quantity && kept.quantity <= SMALL.quantity);
        }
        let units = |cart: &Cart| cart.lines.iter().map(|line| u64::from(line.quantity)).sum::<u64>();
        let lost: u64 = warnings.iter().map(|warning| match warning {
            CartWarning::QuantityCapped { wanted, kept, .. } => wanted - u64::from(*kept),
            CartWarning::LineDropped { quantity, .. } => u64::from(*quantity),
            other => panic!("{other:?}"),
        }).sum();
        prop_assert_eq!(units(&cart) + lost, units(&a) + units(&b));
        let mut kinds: Vec<_> = cart.lines.iter().map(|line| (line.variant_id, &line.attributes)).collect();
        kinds.sort();
        kinds.dedup();
        prop_assert_eq!(kinds.len(), cart.lines.len());
    }

    #[test]
    fn merging_nothing_changes_nothing(cart in carts()) {
        prop_assert_eq!(merge(cart.clone(), Cart::default(), &SMALL).cart, cart.clone());
        prop_assert_eq!(merge(Cart::default(), cart.clone(), &SMALL).cart, cart);
    }
}
