//! The edges of everything that ends by itself.
use crate::world::{self, OTHER_PASSWORD, PASSWORD, World, codes, now, random, token_in};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::time::Duration;
use tradewind_commerce::account::{Moment, Outcome, Token, log_in, refresh, sweep};
use tradewind_testkit::TestDb;

/// The last moment within a life that began now, and the first behind it.
fn edges(life: Duration) -> (DateTime<Utc>, DateTime<Utc>) {
    let end = now() + life;
    (end - TimeDelta::microseconds(1), end)
}

async fn refreshed(world: &World, token: &Token, at: DateTime<Utc>) -> Outcome<log_in::LoggedIn, refresh::Code> {
    let mut random = random();
    let moment = &mut Moment::new(at, &mut random);
    world.commit(async |tx| refresh::apply(&world.accounts, tx, token, moment).await).await
}

#[tokio::test]
async fn links_are_good_until_their_end_and_not_at_it() {
    for world in world::each().await {
        let config = world.accounts.config;
        for (name, at_the_end) in [("early", false), ("late", true)] {
            let email = format!("{name}@shop.example");
            let at = |life| if at_the_end { edges(life).1 } else { edges(life).0 };
            let expected = if at_the_end { vec!["INVALID_TOKEN"] } else { vec![] };
            let told = |codes: Vec<&'static str>| assert_eq!(codes, expected, "{}: {name}", world.on());

            world.register(&email, now()).await.unwrap();
            let link = token_in(&world.one_mail(&email).await);
            told(
                world
                    .verify(&link, at(config.verify_email_life))
                    .await
                    .err()
                    .map_or(vec![], |e| codes::<(), _>(Err(e))),
            );

            crate::passwords::ask(&world, &email, now()).await;
            let link = token_in(&world.one_mail(&email).await);
            let done = crate::passwords::reset(&world, &link, OTHER_PASSWORD, at(config.reset_password_life)).await;
            told(done.err().map_or(vec![], |e| codes::<(), _>(Err(e))));
            world.mails(now() + TimeDelta::days(1)).await;
        }
        let id = world.customer("jo@shop.example").await;
        for (new_email, at_the_end) in [("late@new.example", true), ("early@new.example", false)] {
            crate::email_change::ask(&world, id, new_email, PASSWORD, now()).await.unwrap();
            let mails = world.mails(now()).await;
            let link = token_in(mails.iter().find(|mail| mail.to == new_email).unwrap());
            let (before, end) = edges(config.change_email_life);
            let done = crate::email_change::confirm(&world, &link, if at_the_end { end } else { before }).await;
            assert_eq!(done.is_err(), at_the_end, "{}: {new_email}", world.on());
        }
    }
}

#[tokio::test]
async fn a_session_ends_at_its_end_and_a_refreshed_one_later() {
    for world in world::each().await {
        world.customer("jo@shop.example").await;
        let session = world.log_in("jo@shop.example", PASSWORD, now()).await.unwrap();
        let (before, end) = edges(world.accounts.config.session_life);
        assert_eq!(session.expires_at, end);
        assert!(world.stands(&session.token, before).await && !world.stands(&session.token, end).await);
        assert_eq!(codes(refreshed(&world, &session.token, end).await), ["SESSION_ENDED"], "{}", world.on());
        let next = refreshed(&world, &session.token, before).await.unwrap();
        assert_eq!((next.session_id, next.customer_id), (session.session_id, session.customer_id));
        assert!(world.stands(&next.token, end).await, "{}", world.on());
        assert!(!world.stands(&session.token, before).await, "{}: the old token ends", world.on());
        assert_eq!(codes(refreshed(&world, &session.token, before).await), ["SESSION_ENDED"]);
    }
}

/// However often it is refreshed, a session never ends earlier than it did, nor later than its longest life.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_refreshed_within_its_longest_life() {
    let world = World::new(TestDb::sqlite().await, world::CHEAP, world::unlimited()).await;
    world.customer("jo@shop.example").await;
    let config = world.accounts.config;
    let runtime = tokio::runtime::Handle::current();
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(16) });
    let result = tokio::task::block_in_place(|| {
        runner.run(&vec(0..40i64, 1..30), |days| {
            runtime.block_on(async {
                let mut session = world.log_in("jo@shop.example", PASSWORD, now()).await.unwrap();
                let mut at = now();
                for pause in days {
                    at += TimeDelta::days(pause);
                    let ended = at >= session.expires_at;
                    match refreshed(&world, &session.token, at).await {
                        Err(_) => {
                            prop_assert!(ended, "refused at {at}, before {}", session.expires_at);
                            return Ok(());
                        }
                        Ok(next) => {
                            prop_assert!(!ended);
                            prop_assert!(next.expires_at >= session.expires_at);
                            prop_assert!(next.expires_at <= now() + config.session_longest);
                            prop_assert!(next.expires_at <= at + config.session_life);
                            session = next;
                        }
                    }
                }
                Ok(())
            })
        })
    });
    result.unwrap();
}

#[tokio::test]
async fn what_ended_long_ago_is_swept() {
    for world in world::each().await {
        world.customer("jo@shop.example").await;
        world.log_in("jo@shop.example", PASSWORD, now()).await.unwrap();
        let count = async |table: &str| world.test_db.texts(&format!("SELECT 'x' FROM {table}")).await.len();
        assert_eq!((count("sessions").await, count("customer_tokens").await, count("mail_queue").await), (1, 1, 1));
        let month = TimeDelta::days(30);
        let config = world.accounts.config;
        let swept = sweep(world.db(), now() + config.session_life + month).await.unwrap();
        assert_eq!((swept.sessions, swept.tokens, swept.mails), (0, 1, 1), "{}: at the end it is kept", world.on());
        let swept = sweep(world.db(), now() + config.session_life + month + TimeDelta::seconds(1)).await.unwrap();
        assert_eq!((swept.sessions, swept.tokens, swept.mails), (1, 0, 0), "{}", world.on());
        assert_eq!((count("sessions").await, count("customers").await), (0, 1));
    }
}
