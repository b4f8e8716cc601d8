//! The number of statements does not depend on the number of lines.
use crate::world::{by, card_id, cart, country, each, eur, method, now, rule, ten, to_berlin, with_codes};
use tradewind_commerce::{checkout::Destination, pricing::Prices};
use tradewind_domain::{promotion::UsageLimits, zone::Zone};
use tradewind_persistence::{statements::record, write::StoredCart};

/// `many` lines of different variants, with a coupon and a gift card.
fn full(many: u32) -> StoredCart {
    let lines: Vec<_> = (0..many).map(|n| (n / 6, n % 6 + 1, 1)).collect();
    StoredCart { gift_card_ids: vec![card_id(0)], ..with_codes(cart(&lines), &["TEN", "NONE"]) }
}

#[tokio::test]
async fn fifty_lines_are_as_many_statements_as_one() {
    for world in each().await {
        world.promote(&[ten(0, UsageLimits { total: Some(5), per_customer: Some(5) })]).await;
        world.tax(&[rule(0, "VAT", Zone::country(country("DE")), None, "19")]).await;
        world.send_by(&[method(0)]).await;
        world.issue(0, eur(100)).await;
        let prices = Prices::of_tables();
        let tx = world.db.begin_write().await.unwrap();
        for many in [1, 10, 50] {
            let cart = full(many);
            for (destination, expected) in
                [(Destination::default(), 5), (to_berlin(), 7), (by(0, to_berlin()), 7), (by(1, to_berlin()), 7)]
            {
                let (priced, made) = record(false, prices.price((&tx).into(), &cart, &destination, now())).await;
                let priced = priced.unwrap();
                assert_eq!(made.count, expected, "{}: {many} lines, {destination:?}", world.on());
                assert_eq!((priced.quote.lines.len(), priced.line_ids.len()), (many as usize, many as usize));
                assert_eq!(priced.quote.promotions.len(), 1);
                assert_eq!(priced.quote.gift_cards[0].amount, 100);
            }
        }
    }
}
