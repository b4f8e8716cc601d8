//! What becomes of a guest's cart at log-in.
use crate::world::{self, Answer, CHANNEL, OTHER_CHANNEL, World, attributes, codes, customer, days, line, now, random};
use chrono::{DateTime, Utc};
use tradewind_commerce::{
    account::Moment,
    cart::{CartRef, Claimed, MergeWarning, NewLine},
};
use tradewind_domain::cart::CartErrorCode as Code;
use uuid::Uuid;

pub(crate) async fn claim(world: &World, at: &CartRef, customer_id: Uuid) -> Answer<Claimed> {
    claim_at(world, at, customer_id, now()).await
}

async fn claim_at(world: &World, at: &CartRef, customer_id: Uuid, time: DateTime<Utc>) -> Answer<Claimed> {
    let mut random = random();
    let moment = &mut Moment::new(time, &mut random);
    world.act(async |tx| world.carts.claim(tx, at, customer_id, moment).await).await
}

fn not_found() -> [(Code, String); 1] {
    [(Code::CartNotFound, "cartId".to_owned())]
}

#[tokio::test]
async fn without_another_one_it_becomes_the_customers() {
    for world in world::each().await {
        let cart = world.guest(&[line(1, 2)]).await;
        let claimed = claim(&world, &cart, customer(1)).await.unwrap();
        assert_eq!((claimed.change.cart_id, claimed.change.version), (cart.id, 1), "{}", world.on());
        let owned = CartRef { id: cart.id, token: None, customer_id: Some(customer(1)) };
        world.add(&owned, &[line(1, 1)]).await.unwrap();
        assert_eq!(codes(world.add(&cart, &[line(1, 1)]).await), not_found(), "{}: the token has ended", world.on());
        let again = claim(&world, &cart, customer(1)).await.unwrap();
        assert_eq!((again.change.cart_id, again.change.version), (cart.id, 2), "{}: again", world.on());
        assert_eq!(codes(claim(&world, &cart, customer(2)).await), not_found(), "{}", world.on());
        let stored = world.stored(cart.id).await.unwrap();
        assert_eq!(stored.expires_at, days(180), "{}", world.on());
    }
}

#[tokio::test]
async fn otherwise_it_is_put_into_the_customers() {
    for world in world::each().await {
        let (carts, own) = (world.carts, world.own(1, &[line(1, 2), line(2, 9_999)]).await);
        let gift = NewLine { attributes: attributes(&[("gift", "yes")]), ..line(1, 1) };
        let guest = world.guest(&[line(3, 1), line(2, 5), line(1, 1), gift]).await;
        for (cart, note, code) in [(&own, "old", "one"), (&guest, "new", "two")] {
            world.act(async |tx| carts.set_note(tx, cart, None, note, now()).await).await.unwrap();
            world.act(async |tx| carts.add_code(tx, cart, None, code, now()).await).await.unwrap();
        }
        let lines = world.stored(own.id).await.unwrap().cart.lines;
        let claimed = claim(&world, &guest, customer(1)).await.unwrap();
        assert_eq!((claimed.change.cart_id, claimed.change.version), (own.id, 4), "{}", world.on());
        let capped = MergeWarning::QuantityCapped { line_id: lines[1].id, wanted: 10_004, kept: 10_000 };
        assert_eq!(claimed.warnings, [capped], "{}", world.on());
        assert_eq!(claimed.change.line_ids.len(), 4);
        assert_eq!(world.content(own.id).await, [(1, 3), (2, 10_000), (3, 1), (1, 1)], "{}", world.on());
        let cart = world.stored(own.id).await.unwrap().cart;
        assert_eq!((cart.note.as_str(), cart.codes.len()), ("new", 2), "{}", world.on());
        assert!(world.stored(guest.id).await.is_none(), "{}", world.on());
        assert_eq!(world.count("cart_lines").await, 4, "{}: no line is left behind", world.on());
        world.add(&own, &[line(4, 1)]).await.unwrap();
        assert_eq!(world.content(own.id).await.last(), Some(&(4, 1)), "{}: behind the others", world.on());
    }
}

#[tokio::test]
async fn an_empty_one_changes_nothing() {
    for world in world::each().await {
        let (own, guest) = (world.own(1, &[line(1, 2)]).await, world.guest(&[]).await);
        let claimed = claim(&world, &guest, customer(1)).await.unwrap();
        assert_eq!((claimed.change.cart_id, claimed.change.version), (own.id, 1), "{}", world.on());
        assert_eq!(world.count("carts").await, 1);
    }
}

#[tokio::test]
async fn an_expired_or_foreign_cart_is_not_merged_with() {
    for world in world::each().await {
        let old = world.create(CHANNEL, Some(customer(1)), &[line(5, 5)], days(-181)).await.unwrap();
        let other = world.create(OTHER_CHANNEL, Some(customer(1)), &[line(1, 1)], now()).await.unwrap();
        world.own(2, &[line(7, 7)]).await;
        let guest = world.guest(&[line(1, 2)]).await;
        let claimed = claim(&world, &guest, customer(1)).await.unwrap();
        assert_eq!(claimed.change.cart_id, guest.id, "{}", world.on());
        assert_eq!(world.content(guest.id).await, [(1, 2)], "{}", world.on());
        assert!(world.stored(old.change.cart_id).await.is_none(), "{}: it made room", world.on());
        assert!(world.stored(other.change.cart_id).await.is_some());
    }
}

#[tokio::test]
async fn it_takes_the_token_and_an_open_account() {
    for world in world::each().await {
        let (guest, own) = (world.guest(&[line(1, 2)]).await, world.own(1, &[]).await);
        let without = CartRef { token: None, ..guest.clone() };
        assert_eq!(codes(claim(&world, &without, customer(1)).await), not_found());
        let other = world.guest(&[]).await;
        let wrong = CartRef { id: guest.id, ..other };
        assert_eq!(codes(claim(&world, &wrong, customer(1)).await), not_found());
        assert_eq!(codes(claim(&world, &own, customer(2)).await), not_found(), "{}: a customer's", world.on());
        assert_eq!(codes(claim(&world, &guest, Uuid::from_u128(9)).await), not_found());
        assert_eq!(codes(claim_at(&world, &guest, customer(1), days(31)).await), not_found(), "expired");
        world.test_db.sabotage("UPDATE customers SET disabled_at = created_at").await;
        assert_eq!(codes(claim(&world, &guest, customer(3)).await), not_found(), "{}: disabled", world.on());
        assert_eq!(world.content(guest.id).await, [(1, 2)], "{}", world.on());
    }
}
