//! How long carts are kept.
use crate::world::{self, CHANNEL, World, customer, days, line};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tradewind_commerce::{
    account::{
        AccountConfig, Accounts, HashConfig, Moment, PasswordHasher, Throttle, ThrottleConfig, delete, export::export,
    },
    cart::{CartRef, sweep},
    mail::{Links, Post},
};
use tradewind_persistence::write::lock_account;

async fn note(world: &World, cart: &CartRef, text: &str, at: DateTime<Utc>) -> DateTime<Utc> {
    world.act(async |tx| world.carts.set_note(tx, cart, None, text, at).await).await.unwrap();
    world.stored(cart.id).await.unwrap().expires_at
}

#[tokio::test]
async fn a_cart_that_is_used_lives_on() {
    for world in world::each().await {
        let cart = world.guest(&[line(1, 1)]).await;
        let soon = days(0) + TimeDelta::hours(23);
        assert_eq!(note(&world, &cart, "a", soon).await, days(30), "{}: not with every change", world.on());
        assert_eq!(note(&world, &cart, "b", days(2)).await, days(32), "{}", world.on());
        assert_eq!(note(&world, &cart, "b", days(20)).await, days(32), "{}: nothing was changed", world.on());
        assert_eq!(note(&world, &cart, "c", days(31)).await, days(61), "{}", world.on());
        let own = world.own(1, &[]).await;
        assert_eq!(note(&world, &own, "d", days(100)).await, days(280), "{}", world.on());
    }
}

#[tokio::test]
async fn the_sweeper_deletes_what_has_expired() {
    for world in world::each().await {
        for number in 0..3 {
            world.create(CHANNEL, None, &[line(1, 1), line(2, 1)], days(number)).await.unwrap();
        }
        let own = world.own(1, &[line(3, 1)]).await;
        assert_eq!(sweep(&world.db, days(29)).await.unwrap(), 0, "{}", world.on());
        assert_eq!(sweep(&world.db, days(31)).await.unwrap(), 2, "{}", world.on());
        assert_eq!(sweep(&world.db, days(31)).await.unwrap(), 0, "{}", world.on());
        assert_eq!((world.count("carts").await, world.count("cart_lines").await), (2, 3), "{}", world.on());
        assert_eq!(sweep(&world.db, days(180)).await.unwrap(), 2, "{}", world.on());
        assert!(world.stored(own.id).await.is_none());
        assert_eq!(world.count("cart_lines").await, 0, "{}", world.on());
    }
}

fn accounts(world: &World) -> Accounts {
    Accounts {
        db: world.db.clone(),
        config: AccountConfig::default(),
        hasher: PasswordHasher::new(HashConfig::default()).unwrap(),
        throttle: Throttle::new(None, ThrottleConfig::default(), "test"),
        post: Post::new("Tea & Co", Links::of_storefront("https://shop.example")).unwrap(),
    }
}

#[tokio::test]
async fn carts_go_with_their_account() {
    for world in world::each().await {
        let own = world.own(1, &[line(1, 7)]).await;
        note(&world, &own, "Ring twice.", days(0)).await;
        let exported = export(&accounts(&world), customer(1), days(1)).await.unwrap().unwrap();
        let cart = &exported["carts"][0];
        assert_eq!(
            (&cart["note"], &cart["lines"][0]["quantity"]),
            (&json!("Ring twice."), &json!(7)),
            "{}",
            world.on()
        );
        let hash = world.stored(own.id).await.unwrap().token_hash;
        assert!(!exported.to_string().contains(&hash), "{}: no secret", world.on());
        let other = world.own(2, &[line(1, 1)]).await;
        let mut random = world::random();
        let moment = &mut Moment::new(days(1), &mut random);
        let tx = world.db.begin_write().await.unwrap();
        let account = lock_account(&tx, customer(1)).await.unwrap().unwrap();
        delete::erase(&tx, account, false, moment).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((world.count("carts").await, world.count("cart_lines").await), (1, 1), "{}", world.on());
        assert!(world.stored(other.id).await.is_some());
    }
}
