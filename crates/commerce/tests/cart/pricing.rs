//! What the checkout asks of carts.
use crate::world::{self, World, attributes, line, now, price};
use tradewind_commerce::{
    Sources,
    cart::{CartPricing, NewLine},
    checkout::{Destination, Pricing, Quoted},
    pricing::Prices,
};
use uuid::Uuid;

fn pricing() -> CartPricing {
    CartPricing { prices: Prices::of_tables(), sources: Sources::new(now, Uuid::now_v7, || 0.0) }
}

async fn quote(world: &World, cart_id: Uuid) -> Option<Quoted> {
    let tx = world.db.begin_write().await.unwrap();
    let quoted = pricing().quote(&tx, cart_id, &Destination::default(), now()).await.unwrap();
    tx.commit().await.unwrap();
    quoted
}

async fn close(world: &World, cart_id: Uuid, version: i64) -> bool {
    let tx = world.db.begin_write().await.unwrap();
    pricing().close_cart(&tx, cart_id, version).await.unwrap();
    tx.commit().await.unwrap();
    world.stored(cart_id).await.unwrap().bought_at.is_some()
}

#[tokio::test]
async fn a_cart_costs_what_its_lines_cost() {
    for world in world::each().await {
        let gift = NewLine { attributes: attributes(&[("gift", "yes")]), ..line(3, 1) };
        let cart = world.guest(&[line(1, 2), line(3, 4), gift.clone()]).await;
        world.act(async |tx| world.carts.set_note(tx, &cart, None, "Ring twice.", now()).await).await.unwrap();
        let quoted = quote(&world, cart.id).await.unwrap();
        assert_eq!((quoted.channel_id, quoted.cart_version), (world::CHANNEL, 2), "{}", world.on());
        assert_eq!(quoted.blocked, [], "{}", world.on());
        let lines: Vec<_> = quoted.quote.lines.iter().map(|line| (line.unit_price, line.quantity)).collect();
        assert_eq!(lines, [(price(1), 2), (price(3), 4), (price(3), 1)], "{}", world.on());
        assert_eq!(quoted.quote.lines[2].attributes, gift.attributes);
        assert_eq!((quoted.quote.subtotal, quoted.quote.note.as_str()), (1700, "Ring twice."), "{}", world.on());
        world.set_price(1, 1).await;
        assert_eq!(quote(&world, cart.id).await.unwrap().quote.subtotal, 1502, "{}: the price of now", world.on());
        world.withdraw(1).await;
        let blocked = quote(&world, cart.id).await.unwrap().blocked;
        assert_eq!(blocked.len(), 1, "{}: {blocked:?}", world.on());
    }
}

#[tokio::test]
async fn what_is_empty_unknown_or_bought_has_no_quote() {
    for world in world::each().await {
        let (empty, full) = (world.guest(&[]).await, world.guest(&[line(1, 1)]).await);
        assert!(quote(&world, empty.id).await.is_none());
        assert!(quote(&world, Uuid::from_u128(9)).await.is_none());
        assert!(quote(&world, full.id).await.is_some());
        assert!(close(&world, full.id, 1).await);
        assert!(quote(&world, full.id).await.is_none(), "{}", world.on());
    }
}

#[tokio::test]
async fn a_cart_that_has_changed_since_stays() {
    for world in world::each().await {
        let cart = world.guest(&[line(1, 1)]).await;
        world.add(&cart, &[line(2, 1)]).await.unwrap();
        assert!(!close(&world, cart.id, 1).await, "{}", world.on());
        world.add(&cart, &[line(2, 1)]).await.unwrap();
        assert!(close(&world, cart.id, 3).await, "{}", world.on());
        assert!(world.add(&cart, &[line(2, 1)]).await.is_err(), "{}", world.on());
    }
}
