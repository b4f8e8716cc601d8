//! Who may touch a cart.
use crate::world::{self, CHANNEL, World, codes, customer, days, line, now, random};
use tradewind_commerce::{
    account::{Moment, Token},
    cart::CartRef,
};
use tradewind_domain::cart::{Attributes, CartErrorCode as Code};
use tradewind_persistence::{
    read::cart::{carts_by_ids, carts_of_customers},
    write::close_cart,
};
use uuid::Uuid;

/// Every flow, as (its name, what it is refused with).
async fn all_flows(world: &World, at: &CartRef) -> Vec<(&'static str, Vec<(Code, String)>)> {
    let (carts, mut random) = (world.carts, random());
    let moment = &mut Moment::new(now(), &mut random);
    let id = Uuid::from_u128(9);
    let lines = [line(1, 1)];
    vec![
        ("add", codes(world.act(async |tx| carts.add_lines(tx, at, None, &lines, moment).await).await)),
        ("update", codes(world.act(async |tx| carts.update_lines(tx, at, None, &[], now()).await).await)),
        ("remove", codes(world.act(async |tx| carts.remove_lines(tx, at, None, &[id], now()).await).await)),
        ("note", codes(world.act(async |tx| carts.set_note(tx, at, None, "", now()).await).await)),
        (
            "attributes",
            codes(world.act(async |tx| carts.set_attributes(tx, at, None, Attributes::new(), now()).await).await),
        ),
        ("add code", codes(world.act(async |tx| carts.add_code(tx, at, None, "x", now()).await).await)),
        ("remove code", codes(world.act(async |tx| carts.remove_code(tx, at, None, "x", now()).await).await)),
        ("add card", codes(world.act(async |tx| carts.add_gift_card(tx, at, None, "x", now()).await).await)),
        ("remove card", codes(world.act(async |tx| carts.remove_gift_card(tx, at, None, id, now()).await).await)),
        ("version", codes(world.act(async |tx| carts.set_note(tx, at, Some(77), "", now()).await).await)),
    ]
}

/// It is as if there was no such cart.
async fn is_closed(world: &World, at: &CartRef, why: &str) {
    let before = world.stored(at.id).await;
    for (flow, refused) in all_flows(world, at).await {
        assert_eq!(refused, [(Code::CartNotFound, "cartId".to_owned())], "{}: {why}: {flow}", world.on());
    }
    let read = world.carts.cart_by_ref((&world.db).into(), at, now()).await.unwrap();
    assert!(read.is_none(), "{}: {why}", world.on());
    assert_eq!(world.stored(at.id).await, before, "{}: {why}", world.on());
}

async fn is_open(world: &World, at: &CartRef) {
    world.add(at, &[line(1, 1)]).await.unwrap();
    let read = world.carts.cart_by_ref((&world.db).into(), at, now()).await.unwrap();
    assert_eq!(read.unwrap().id, at.id, "{}", world.on());
}

#[tokio::test]
async fn a_guests_cart_is_its_token_holders() {
    for world in world::each().await {
        let cart = world.guest(&[line(1, 1)]).await;
        let other = world.guest(&[]).await;
        let at = |token: Option<Token>, customer_id| CartRef { id: cart.id, token, customer_id };
        is_open(&world, &cart).await;
        is_open(&world, &at(cart.token.clone(), Some(customer(1)))).await;
        is_closed(&world, &at(None, None), "no token").await;
        is_closed(&world, &at(other.token, None), "another cart's token").await;
        is_closed(&world, &at(Some(Token::sent("")), None), "an empty token").await;
        let hash = Token::sent(cart.token.as_ref().unwrap().hash());
        is_closed(&world, &at(Some(hash), None), "what the database has").await;
        is_closed(&world, &at(None, Some(customer(1))), "somebody logged in").await;
        is_closed(&world, &CartRef { id: Uuid::from_u128(8), ..cart.clone() }, "another id").await;
        let stored = world.test_db.texts("SELECT token_hash FROM carts").await;
        assert!(stored.iter().all(|hash| hash.len() == 64 && hash != cart.token.as_ref().unwrap().expose()));
    }
}

#[tokio::test]
async fn a_customers_cart_is_the_customers_alone() {
    for world in world::each().await {
        let cart = world.own(1, &[line(1, 1)]).await;
        is_open(&world, &cart).await;
        let at = |token: Option<Token>, customer_id| CartRef { id: cart.id, token, customer_id };
        is_closed(&world, &at(None, None), "nobody").await;
        is_closed(&world, &at(None, Some(customer(2))), "another customer").await;
        let guest = world.guest(&[]).await;
        is_closed(&world, &at(guest.token, Some(customer(2))), "a token").await;
    }
}

#[tokio::test]
async fn what_is_bought_or_expired_is_nobodys() {
    for world in world::each().await {
        let (bought, own) = (world.guest(&[line(1, 1)]).await, world.own(1, &[line(1, 1)]).await);
        for cart in [&bought, &own] {
            let tx = world.db.begin_write().await.unwrap();
            assert!(close_cart(&tx, cart.id, 1, now()).await.unwrap());
            tx.commit().await.unwrap();
            is_closed(&world, cart, "bought").await;
        }
        let next = world.own(1, &[]).await;
        assert_ne!(next.id, own.id, "{}: the customer has another one", world.on());
        let old = world.create(CHANNEL, None, &[line(1, 1)], days(-31)).await.unwrap();
        let old = CartRef { id: old.change.cart_id, token: old.token, customer_id: None };
        is_closed(&world, &old, "expired").await;
    }
}

#[tokio::test]
async fn a_customer_has_one_cart_in_each_channel() {
    for world in world::each().await {
        let first = world.own(1, &[line(1, 1)]).await;
        let again = world.own(1, &[line(2, 1)]).await;
        assert_eq!(first.id, again.id, "{}", world.on());
        assert_eq!(world.content(first.id).await, [(1, 1), (2, 1)], "{}", world.on());
        let other = world.create(world::OTHER_CHANNEL, Some(customer(1)), &[], now()).await.unwrap();
        assert_ne!(other.change.cart_id, first.id);
        let second = world.own(2, &[]).await;
        let customers = vec![customer(1), customer(2), customer(3)];
        let mut found: Vec<_> = carts_of_customers(&world.db, CHANNEL, customers.clone(), now()).await.unwrap();
        found.sort_by_key(|cart| cart.customer_id);
        let found: Vec<_> = found.iter().map(|cart| (cart.id, cart.cart.lines.len())).collect();
        assert_eq!(found, [(first.id, 2), (second.id, 0)], "{}", world.on());
        assert_eq!(carts_of_customers(&world.db, CHANNEL, customers, days(181)).await.unwrap(), []);
        let ids = vec![first.id, second.id, Uuid::from_u128(9)];
        let mut both = carts_by_ids(&world.db, ids).await.unwrap();
        both.sort_by_key(|cart| cart.customer_id);
        let stored = [world.stored(first.id).await.unwrap(), world.stored(second.id).await.unwrap()];
        assert_eq!(both, stored, "{}: both ways to read give the same", world.on());
        let nobody = world.create(CHANNEL, Some(customer(77)), &[], now()).await;
        assert_eq!(codes(nobody), [(Code::CartNotFound, "cartId".to_owned())], "{}", world.on());
    }
}
