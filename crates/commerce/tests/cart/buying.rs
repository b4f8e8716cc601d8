//! From a cart to an order, through the real checkout and the real prices.
use crate::world::{self, PRODUCT, World, line, now, price, random};
use std::sync::Arc;
use tradewind_commerce::{
    Sources,
    account::{Moment, Token},
    cart::{CartPricing, CartRef},
    checkout::{Changes, CheckoutConfig, Checkouts, PayInput, StartInput},
    mail::{Links, Post},
    payments::{Gateways, TestGateway},
    pricing::Prices,
};
use tradewind_persistence::{
    read::order::orders_by_ids,
    write::{ProductTerms, STANDARD_TAX, save_product_terms},
};
use uuid::Uuid;

fn checkouts(world: &World) -> Checkouts {
    let sources = Sources::new(now, Uuid::now_v7, || 0.5);
    Checkouts {
        db: world.db.clone(),
        gateways: Gateways::new([Arc::new(TestGateway::default()) as Arc<_>]),
        pricing: Arc::new(CartPricing { prices: Prices::of_tables(), sources: sources.clone() }),
        post: Post::new("Tea & Co", Links::of_storefront("https://shop.example")).unwrap(),
        sources,
        config: CheckoutConfig::default(),
    }
}

/// A cart of what needs not be sent, held, with an address for letters.
async fn ready(world: &World, checkouts: &Checkouts, cart: &CartRef) -> Token {
    let terms = ProductTerms { product_id: PRODUCT, tax_category: STANDARD_TAX.to_owned(), needs_shipping: false };
    let tx = world.db.begin_write().await.unwrap();
    save_product_terms(&tx, &[terms]).await.unwrap();
    let mut random = random();
    let moment = &mut Moment::new(now(), &mut random);
    let input = StartInput { cart_id: cart.id, customer_id: cart.customer_id, email: None, locale: "en".into() };
    let token = checkouts.start(&tx, &input, moment).await.unwrap().unwrap().token.unwrap();
    let changes = Changes { email: Some("jo@shop.example".into()), ..Changes::default() };
    checkouts.update(&tx, &token, &changes).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    token
}

async fn pay(checkouts: &Checkouts, token: &Token) -> Uuid {
    let input = PayInput { gateway: "test".into(), method: "approve".into(), amount: None, return_url: None };
    checkouts.pay(token, &input).await.unwrap().unwrap().order.unwrap().id
}

#[tokio::test]
async fn what_is_bought_is_no_cart_any_more() {
    for world in world::each().await {
        let (checkouts, cart) = (checkouts(&world), world.own(1, &[line(1, 2), line(3, 1)]).await);
        let token = ready(&world, &checkouts, &cart).await;
        let order = pay(&checkouts, &token).await;
        let order = orders_by_ids(&world.db, vec![order]).await.unwrap().pop().unwrap();
        assert_eq!((order.total, order.captured), (2 * price(1) + price(3), order.total), "{}", world.on());
        assert!(world.stored(cart.id).await.unwrap().bought_at.is_some(), "{}", world.on());
        assert!(world.add(&cart, &[line(1, 1)]).await.is_err(), "{}", world.on());
        let next = world.own(1, &[line(1, 1)]).await;
        assert_ne!(next.id, cart.id, "{}: the next cart is another one", world.on());
    }
}

#[tokio::test]
async fn a_cart_that_changes_beside_its_checkout_stays() {
    for world in world::each().await {
        let (checkouts, cart) = (checkouts(&world), world.guest(&[line(1, 2)]).await);
        let token = ready(&world, &checkouts, &cart).await;
        world.add(&cart, &[line(2, 5)]).await.unwrap();
        let order = pay(&checkouts, &token).await;
        let order = orders_by_ids(&world.db, vec![order]).await.unwrap().pop().unwrap();
        assert_eq!(order.total, 2 * price(1), "{}: what was held and shown", world.on());
        assert_eq!(world.content(cart.id).await, [(1, 2), (2, 5)], "{}", world.on());
        world.add(&cart, &[line(2, 1)]).await.unwrap();
    }
}
