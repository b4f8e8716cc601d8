//! Lines: adding, changing, removing.
use crate::world::{
    self, BACKORDER, OTHER_CHANNEL, SCARCE, UNCOUNTED, attributes, codes, line, now, price, random, variant,
};
use tradewind_commerce::{
    account::Moment,
    cart::{CartRef, LineUpdate, NewLine},
};
use tradewind_domain::cart::CartErrorCode as Code;
use uuid::Uuid;

#[tokio::test]
async fn units_of_one_variant_and_attributes_are_one_line() {
    for world in world::each().await {
        let cart = world.guest(&[]).await;
        assert_eq!(world.stored(cart.id).await.unwrap().version, 1);
        let engraved = NewLine { attributes: attributes(&[("engraving", "Jo")]), ..line(1, 2) };
        let added = world.add(&cart, &[line(1, 1), engraved.clone(), line(1, 3), line(2, 1)]).await.unwrap();
        assert_eq!(added.version, 2, "{}", world.on());
        let ids = &added.line_ids;
        assert_eq!((ids.len(), ids[0] == ids[2], ids[0] == ids[1]), (4, true, false), "{}", world.on());
        assert_eq!(world.content(cart.id).await, [(1, 4), (1, 2), (2, 1)], "{}", world.on());
        let stored = world.stored(cart.id).await.unwrap();
        assert_eq!(stored.cart.lines[1].attributes, engraved.attributes);
        assert_eq!(stored.cart.lines[2].seen_price, price(2));
        let again = world.add(&cart, &[engraved]).await.unwrap();
        assert_eq!((again.version, &again.line_ids), (3, &vec![ids[1]]), "{}", world.on());
    }
}

#[tokio::test]
async fn lines_keep_their_order_whatever_goes_and_comes() {
    for world in world::each().await {
        let cart = world.guest(&[line(5, 1), line(3, 1), line(9, 1), line(1, 1)]).await;
        let ids: Vec<Uuid> = world.stored(cart.id).await.unwrap().cart.lines.iter().map(|line| line.id).collect();
        world.act(async |tx| world.carts.remove_lines(tx, &cart, None, &[ids[0], ids[2]], now()).await).await.unwrap();
        world.add(&cart, &[line(2, 1), line(3, 1)]).await.unwrap();
        world.add(&cart, &[line(4, 1)]).await.unwrap();
        assert_eq!(world.content(cart.id).await, [(3, 2), (1, 1), (2, 1), (4, 1)], "{}", world.on());
        assert_eq!(world.stored(cart.id).await.unwrap().version, 4);
    }
}

#[tokio::test]
async fn all_that_is_wrong_is_told_and_nothing_is_written() {
    for world in world::each().await {
        let cart = world.guest(&[line(1, 1)]).await;
        let unknown = NewLine { variant_id: Uuid::from_u128(9), quantity: 1, ..NewLine::default() };
        let bad = NewLine { attributes: attributes(&[(" ", "")]), ..line(2, 1) };
        let lines = [line(2, 1), line(3, 0), line(4, 10_001), unknown, bad];
        let expected = [
            (Code::QuantityTooSmall, "lines.1.quantity".to_owned()),
            (Code::QuantityTooLarge, "lines.2.quantity".to_owned()),
            (Code::NotAvailable, "lines.3.variantId".to_owned()),
            (Code::InvalidAttribute, "lines.4.attributes".to_owned()),
        ];
        assert_eq!(codes(world.add(&cart, &lines).await), expected, "{}", world.on());
        let scarce = [line(SCARCE, 2), line(2, 1), line(SCARCE, 2)];
        let expected = [(Code::InsufficientStock, "lines.0.quantity".to_owned())];
        assert_eq!(codes(world.add(&cart, &scarce).await), expected, "{}: two lines share a stock", world.on());
        let many: Vec<_> = (0..501).map(|_| line(1, 1)).collect();
        assert_eq!(codes(world.add(&cart, &many).await), [(Code::TooManyLines, "lines".to_owned())]);
        let stored = world.stored(cart.id).await.unwrap();
        assert_eq!((stored.version, stored.cart.lines.len()), (1, 1), "{}", world.on());
        world.add(&cart, &[line(SCARCE, 3), line(BACKORDER, 7), line(UNCOUNTED, 7)]).await.unwrap();
        // Of a cart that is not made nothing is left either.
        let refused = world.create(OTHER_CHANNEL, None, &[line(1, 1), line(2, 1)], now()).await;
        assert_eq!(codes(refused), [(Code::NotAvailable, "lines.1.variantId".to_owned())]);
        assert_eq!(world.count("carts").await, 1);
    }
}

#[tokio::test]
async fn a_full_cart_takes_no_further_line() {
    for mut world in world::each().await {
        world.carts.limits.lines = 3;
        let cart = world.guest(&[line(1, 1), line(2, 1)]).await;
        let refused = world.add(&cart, &[line(3, 1), line(4, 1), line(5, 1)]).await;
        assert_eq!(codes(refused), [(Code::TooManyLines, "lines".to_owned())], "{}: once", world.on());
        world.add(&cart, &[line(3, 1), line(1, 1)]).await.unwrap();
        assert_eq!(world.content(cart.id).await, [(1, 2), (2, 1), (3, 1)]);
    }
}

async fn update(world: &world::World, cart: &CartRef, updates: &[LineUpdate]) -> world::Answer<Vec<Uuid>> {
    let done = world.act(async |tx| world.carts.update_lines(tx, cart, None, updates, now()).await).await;
    done.map(|change| change.line_ids)
}

fn set(line_id: Uuid, quantity: i64) -> LineUpdate {
    LineUpdate { line_id, quantity: Some(quantity), attributes: None }
}

#[tokio::test]
async fn quantities_and_attributes_are_set() {
    for world in world::each().await {
        let gift = NewLine { attributes: attributes(&[("gift", "yes")]), ..line(1, 2) };
        let cart = world.guest(&[line(1, 1), gift, line(2, 5), line(3, 1)]).await;
        let ids: Vec<Uuid> = world.stored(cart.id).await.unwrap().cart.lines.iter().map(|line| line.id).collect();
        let plain = LineUpdate { line_id: ids[1], quantity: Some(4), attributes: Some(attributes(&[])) };
        let kept = update(&world, &cart, &[set(ids[2], 0), plain, set(ids[3], 9)]).await.unwrap();
        assert_eq!(kept, [ids[1], ids[3]], "{}", world.on());
        assert_eq!(world.content(cart.id).await, [(1, 5), (3, 9)], "{}: the same lines came together", world.on());
        let wrong = [set(ids[0], 1), set(ids[1], -1), set(ids[3], 10_001)];
        let expected = [
            (Code::LineNotFound, "lines.0.lineId".to_owned()),
            (Code::QuantityTooSmall, "lines.1.quantity".to_owned()),
            (Code::QuantityTooLarge, "lines.2.quantity".to_owned()),
        ];
        assert_eq!(codes(update(&world, &cart, &wrong).await), expected, "{}", world.on());
        let wrong = [ids[1], ids[0]];
        let removed = world.act(async |tx| world.carts.remove_lines(tx, &cart, None, &wrong, now()).await).await;
        assert_eq!(codes(removed), [(Code::LineNotFound, "lineIds.1".to_owned())], "{}", world.on());
        assert_eq!(world.content(cart.id).await.len(), 2);
    }
}

#[tokio::test]
async fn fewer_units_are_never_refused_more_are() {
    for world in world::each().await {
        let cart = world.guest(&[line(1, 10), line(2, 10)]).await;
        let ids: Vec<Uuid> = world.stored(cart.id).await.unwrap().cart.lines.iter().map(|line| line.id).collect();
        world.set_stock(1, 4).await;
        world.withdraw(2).await;
        world.set_price(1, 777).await;
        let refused = update(&world, &cart, &[set(ids[0], 11), set(ids[1], 11)]).await;
        let expected = [
            (Code::InsufficientStock, "lines.0.quantity".to_owned()),
            (Code::NotAvailable, "lines.1.variantId".to_owned()),
        ];
        assert_eq!(codes(refused), expected, "{}", world.on());
        update(&world, &cart, &[set(ids[0], 6), set(ids[1], 1)]).await.unwrap();
        assert_eq!(world.content(cart.id).await, [(1, 6), (2, 1)], "{}", world.on());
        let lines = world.stored(cart.id).await.unwrap().cart.lines;
        assert_eq!(
            (lines[0].seen_price, lines[1].seen_price),
            (777, price(2)),
            "the price of the moment, if there is one"
        );
    }
}

#[tokio::test]
async fn a_change_of_another_version_is_refused() {
    for world in world::each().await {
        let cart = world.guest(&[line(1, 1)]).await;
        let expected = [(Code::VersionConflict, "expectedVersion".to_owned())];
        for version in [0, 2] {
            assert_eq!(codes(world.add_expecting(&cart, Some(version), &[line(1, 1)]).await), expected);
        }
        assert_eq!(world.add_expecting(&cart, Some(1), &[line(1, 1)]).await.unwrap().version, 2);
        assert_eq!(codes(world.add_expecting(&cart, Some(1), &[line(1, 1)]).await), expected, "{}", world.on());
        let nothing = world.add_expecting(&cart, Some(2), &[]).await.unwrap();
        assert_eq!(nothing.version, 2, "{}: what changes nothing is no version", world.on());
    }
}

#[tokio::test]
async fn each_channel_has_its_own_prices() {
    for world in world::each().await {
        world.set_price(1, 1).await;
        let created = world.create(OTHER_CHANNEL, None, &[line(1, 1)], now()).await.unwrap();
        let mut random = random();
        let moment = &mut Moment::new(now(), &mut random);
        let cart = CartRef { id: created.change.cart_id, token: created.token, customer_id: None };
        let refused = world.act(async |tx| world.carts.add_lines(tx, &cart, None, &[line(2, 1)], moment).await).await;
        assert_eq!(codes(refused), [(Code::NotAvailable, "lines.0.variantId".to_owned())], "{}", world.on());
        assert_eq!(world.stored(cart.id).await.unwrap().cart.lines[0].variant_id, variant(1));
    }
}
