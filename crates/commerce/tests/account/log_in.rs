//! Logging in and out, and costs that change.
use crate::world::{self, CHEAP, World, codes, later, now, random, unlimited};
use tradewind_commerce::account::{Client, HashConfig, Moment, PasswordHasher, disable, log_in, log_out};
use tradewind_testkit::TestDb;

#[tokio::test]
async fn a_session_lasts_until_it_is_ended() {
    for world in world::each().await {
        let id = world.customer("jo@shop.example").await;
        let session = world.log_in("jo@shop.example", world::PASSWORD, now()).await.unwrap();
        assert_eq!(session.customer_id, id);
        assert!(world.stands(&session.token, later(1)).await, "{}", world.on());
        let other = world.log_in("jo@shop.example", world::PASSWORD, now()).await.unwrap();
        let mut random = random();
        let moment = &mut Moment::new(later(2), &mut random);
        for was_logged_in in [true, false] {
            let out = world.commit(async |tx| log_out::apply(tx, &session.token, moment).await).await;
            assert_eq!(out.was_logged_in, was_logged_in, "{}", world.on());
        }
        assert!(!world.stands(&session.token, later(3)).await, "{}", world.on());
        assert!(world.stands(&other.token, later(3)).await, "{}: another device", world.on());
    }
}

#[tokio::test]
async fn wrong_passwords_unicode_and_size() {
    for world in world::each().await {
        world.customer("jo@shop.example").await;
        for wrong in ["", "correct horse batter", "Correct horse battery", &"x".repeat(10_000)] {
            assert_eq!(codes(world.log_in("jo@shop.example", wrong, now()).await), ["INVALID_CREDENTIALS"]);
        }
        for nobody in ["", "jo", "other@shop.example"] {
            assert_eq!(codes(world.log_in(nobody, world::PASSWORD, now()).await), ["INVALID_CREDENTIALS"]);
        }
    }
}

#[tokio::test]
async fn a_hash_of_other_costs_is_made_again_when_the_password_is_known() {
    for test_db in TestDb::each().await {
        let mut world = World::new(test_db, CHEAP, unlimited()).await;
        let id = world.customer("jo@shop.example").await;
        let stored = async |world: &World| {
            let rows = world.test_db.texts("SELECT password_hash FROM customers").await;
            rows.into_iter().next().unwrap()
        };
        assert!(stored(&world).await.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        world.accounts.hasher = PasswordHasher::new(HashConfig { passes: 2, ..CHEAP }).unwrap();
        assert_eq!(codes(world.log_in("jo@shop.example", "wrong password", now()).await), ["INVALID_CREDENTIALS"]);
        assert!(stored(&world).await.contains(",t=1,"), "{}: only who logs in is rehashed", world.on());
        assert_eq!(world.accounts.hasher.computations(), 1);
        assert_eq!(world.log_in("jo@shop.example", world::PASSWORD, now()).await.unwrap().customer_id, id);
        let rehashed = stored(&world).await;
        assert!(rehashed.starts_with("$argon2id$v=19$m=8,t=2,p=1$"), "{rehashed}");
        assert_eq!(world.accounts.hasher.computations(), 3, "verified and hashed");
        world.log_in("jo@shop.example", world::PASSWORD, now()).await.unwrap();
        assert_eq!(world.accounts.hasher.computations(), 4, "verified only");
        assert_eq!(stored(&world).await, rehashed);
    }
}

#[tokio::test]
async fn what_was_verified_must_still_hold_when_the_session_begins() {
    for world in world::each().await {
        let id = world.customer("jo@shop.example").await;
        let (accounts, client) = (&world.accounts, Client::default());
        let input = log_in::Input { email: "jo@shop.example".into(), password: world::PASSWORD.into() };
        let mut random = random();
        let moment = &mut Moment::new(now(), &mut random);
        let prepared = log_in::prepare(accounts, &input, &client, moment).await.unwrap().unwrap();
        world.commit(async |tx| disable::disable(tx, id, &mut Moment::new(now(), &mut world::random())).await).await;
        let late = world.commit(async |tx| log_in::apply(accounts, tx, &prepared, moment).await).await;
        assert_eq!(codes(late), ["INVALID_CREDENTIALS"], "{}", world.on());
    }
}

#[tokio::test]
async fn a_disabled_account_logs_everybody_out_and_nobody_in() {
    for world in world::each().await {
        let id = world.customer("jo@shop.example").await;
        let session = world.log_in("jo@shop.example", world::PASSWORD, now()).await.unwrap();
        let mut random = random();
        let moment = &mut Moment::new(later(1), &mut random);
        assert!(world.commit(async |tx| disable::disable(tx, id, moment).await).await);
        assert!(!world.stands(&session.token, later(2)).await, "{}", world.on());
        assert_eq!(codes(world.log_in("jo@shop.example", world::PASSWORD, later(2)).await), ["INVALID_CREDENTIALS"]);
        // Nothing that is mailed helps around it.
        world.register("jo@shop.example", later(2)).await.unwrap();
        crate::passwords::ask(&world, "jo@shop.example", later(2)).await;
        assert_eq!(world.mails(later(3)).await, [], "{}", world.on());
        assert!(world.commit(async |tx| disable::enable(tx, id, moment).await).await);
        world.log_in("jo@shop.example", world::PASSWORD, later(4)).await.unwrap();
        assert!(!world.stands(&session.token, later(4)).await, "{}: what has ended stays so", world.on());
    }
}
