//! Note, attributes, coupon codes and gift cards.
use crate::world::{self, World, attributes, codes, days, line, now, random};
use rand::Rng;
use tradewind_commerce::{cart::CartRef, pricing::new_gift_card};
use tradewind_domain::{cart::CartErrorCode as Code, currency::Currency, gift_card::GiftCardCode, money::Money};
use tradewind_persistence::write::insert_gift_cards;
use uuid::Uuid;

#[tokio::test]
async fn note_attributes_and_codes_are_kept() {
    for world in world::each().await {
        let (cart, carts) = (world.guest(&[line(1, 1)]).await, world.carts);
        let note = "  Please ring twice. ";
        let set = world.act(async |tx| carts.set_note(tx, &cart, Some(1), note, now()).await).await.unwrap();
        assert_eq!((set.version, set.line_ids.len()), (2, 0));
        let wrapped = attributes(&[("wrap", "red"), ("übermut", "\"ja\"")]);
        world.act(async |tx| carts.set_attributes(tx, &cart, None, wrapped.clone(), now()).await).await.unwrap();
        for (code, version) in [(" spring-10 ", 4), ("SPRING-10", 4), ("welcome", 5)] {
            let added = world.act(async |tx| carts.add_code(tx, &cart, None, code, now()).await).await.unwrap();
            assert_eq!(added.version, version, "{}: entering it again changes nothing", world.on());
        }
        let stored = world.stored(cart.id).await.unwrap().cart;
        assert_eq!(stored.note, "Please ring twice.", "{}", world.on());
        assert_eq!(stored.attributes, wrapped, "{}", world.on());
        assert_eq!(stored.codes.len(), 2, "{}", world.on());
        for code in ["Spring-10", "unknown"] {
            let removed = world.act(async |tx| carts.remove_code(tx, &cart, None, code, now()).await).await.unwrap();
            assert_eq!(removed.version, 6);
        }
        assert_eq!(world.stored(cart.id).await.unwrap().cart.codes.len(), 1);
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    for world in world::each().await {
        let (cart, carts) = (world.guest(&[]).await, world.carts);
        let long = "x".repeat(5_001);
        let note = world.act(async |tx| carts.set_note(tx, &cart, None, &long, now()).await).await;
        assert_eq!(codes(note), [(Code::NoteTooLong, "note".to_owned())]);
        let many = (0..26).map(|n| (n.to_string(), String::new())).collect();
        let set = world.act(async |tx| carts.set_attributes(tx, &cart, None, many, now()).await).await;
        assert_eq!(codes(set), [(Code::TooManyAttributes, "attributes".to_owned())]);
        let code = world.act(async |tx| carts.add_code(tx, &cart, None, "two words", now()).await).await;
        assert_eq!(codes(code), [(Code::InvalidCode, "code".to_owned())]);
        for number in 0..10 {
            let code = format!("code-{number}");
            world.act(async |tx| carts.add_code(tx, &cart, None, &code, now()).await).await.unwrap();
        }
        let code = world.act(async |tx| carts.add_code(tx, &cart, None, "more", now()).await).await;
        assert_eq!(codes(code), [(Code::TooManyCodes, "code".to_owned())]);
        assert_eq!(world.stored(cart.id).await.unwrap().version, 11, "{}", world.on());
    }
}

async fn new_card(world: &World, number: u128) -> (Uuid, String) {
    let mut bytes = [0; 10];
    random().fill_bytes(&mut bytes);
    let (id, code) = (Uuid::from_u128(5000 + number), GiftCardCode::from_random(bytes));
    let issued = Money { minor: 1000, currency: Currency::EUR };
    let card = new_gift_card(id, &code, issued, Some(days(100)));
    let tx = world.db.begin_write().await.unwrap();
    insert_gift_cards(&tx, &[card], now()).await.unwrap();
    tx.commit().await.unwrap();
    (id, code.grouped().to_lowercase())
}

async fn enter(world: &World, cart: &CartRef, code: &str) -> world::Answer<i64> {
    let done = world.act(async |tx| world.carts.add_gift_card(tx, cart, None, code, now()).await).await;
    done.map(|change| change.version)
}

#[tokio::test]
async fn gift_cards_are_known_by_their_codes() {
    for mut world in world::each().await {
        world.carts.gift_cards = 2;
        let cart = world.guest(&[line(1, 1)]).await;
        let ((one, first), (two, second), (_, third)) =
            (new_card(&world, 1).await, new_card(&world, 2).await, new_card(&world, 3).await);
        for wrong in ["", "no code at all", "0000-0000-0000-0000"] {
            let refused = codes(enter(&world, &cart, wrong).await);
            assert_eq!(refused, [(Code::GiftCardNotFound, "giftCard".to_owned())], "{}: {wrong}", world.on());
        }
        assert_eq!(enter(&world, &cart, &second).await, Ok(2));
        assert_eq!(enter(&world, &cart, &first).await, Ok(3));
        assert_eq!(enter(&world, &cart, &second).await, Ok(3), "{}: once", world.on());
        let refused = codes(enter(&world, &cart, &third).await);
        assert_eq!(refused, [(Code::TooManyGiftCards, "giftCard".to_owned())]);
        assert_eq!(world.stored(cart.id).await.unwrap().gift_card_ids, [two, one], "{}: in this order", world.on());
        let remove =
            async |id| world.act(async |tx| world.carts.remove_gift_card(tx, &cart, None, id, now()).await).await;
        assert_eq!(remove(two).await.unwrap().version, 4);
        assert_eq!(codes(remove(two).await), [(Code::GiftCardNotFound, "giftCard".to_owned())]);
        assert_eq!(world.stored(cart.id).await.unwrap().gift_card_ids, [one], "{}", world.on());
    }
}
