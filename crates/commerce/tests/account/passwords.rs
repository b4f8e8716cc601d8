//! Forgotten and changed passwords.
use crate::world::{self, OTHER_PASSWORD, PASSWORD, World, codes, later, now, random, token_in, unknown_token};
use chrono::{DateTime, Utc};
use tradewind_commerce::account::{Client, Moment, Outcome, Token, password_change, password_reset};
use uuid::Uuid;

/// Asks for a link.
pub(crate) async fn ask(world: &World, email: &str, at: DateTime<Utc>) {
    let mut random = random();
    let moment = &mut Moment::new(at, &mut random);
    let accounts = &world.accounts;
    let request = password_reset::prepare_request(accounts, email, &Client::default()).await.unwrap().unwrap();
    world.commit(async |tx| password_reset::request(accounts, tx, &request, moment).await).await.unwrap();
}

pub(crate) async fn reset(
    world: &World,
    token: &Token,
    password: &str,
    at: DateTime<Utc>,
) -> Outcome<password_reset::Reset, password_reset::Code> {
    let mut random = random();
    let moment = &mut Moment::new(at, &mut random);
    let (accounts, client) = (&world.accounts, Client::default());
    match password_reset::prepare(accounts, token, &password.into(), &client, moment).await.unwrap() {
        Ok(prepared) => world.commit(async |tx| password_reset::apply(accounts, tx, &prepared, moment).await).await,
        Err(refused) => Err(refused),
    }
}

pub(crate) async fn change(
    world: &World,
    ids: (Uuid, Uuid),
    passwords: (&str, &str),
    at: DateTime<Utc>,
) -> Outcome<password_change::Changed, password_change::Code> {
    let mut random = random();
    let moment = &mut Moment::new(at, &mut random);
    let (accounts, client) = (&world.accounts, Client::default());
    let input = password_change::Input {
        customer_id: ids.0,
        session_id: ids.1,
        current_password: passwords.0.into(),
        new_password: passwords.1.into(),
    };
    match password_change::prepare(accounts, &input, &client, moment).await.unwrap() {
        Ok(prepared) => world.commit(async |tx| password_change::apply(accounts, tx, &prepared, moment).await).await,
        Err(refused) => Err(refused),
    }
}

#[tokio::test]
async fn a_forgotten_password_is_set_by_mail_and_ends_everything_before() {
    for world in world::each().await {
        let email = "jo@shop.example";
        let id = world.customer(email).await;
        let session = world.log_in(email, PASSWORD, now()).await.unwrap();
        ask(&world, email, later(1)).await;
        let first = token_in(&world.one_mail(email).await);
        ask(&world, email, later(2)).await;
        let second = token_in(&world.one_mail(email).await);
        assert_eq!(codes(reset(&world, &first, "short", later(3)).await), ["PASSWORD_TOO_SHORT"]);
        assert_eq!(reset(&world, &first, OTHER_PASSWORD, later(3)).await.unwrap().customer_id, id, "{}", world.on());
        assert_eq!(world.one_mail(email).await.subject, "Your password for Tea & Co was changed");
        assert!(!world.stands(&session.token, later(4)).await, "{}", world.on());
        for ended in [first, second, unknown_token()] {
            let computed = world.accounts.hasher.computations();
            assert_eq!(codes(reset(&world, &ended, PASSWORD, later(4)).await), ["INVALID_TOKEN"], "{}", world.on());
            assert_eq!(world.accounts.hasher.computations(), computed, "nothing is hashed for nobody");
        }
        assert_eq!(codes(world.log_in(email, PASSWORD, later(5)).await), ["INVALID_CREDENTIALS"]);
        world.log_in(email, OTHER_PASSWORD, later(5)).await.unwrap();
    }
}

#[tokio::test]
async fn a_token_is_good_for_its_own_purpose_only() {
    for world in world::each().await {
        let email = "jo@shop.example";
        world.register(email, now()).await.unwrap();
        let to_verify = token_in(&world.one_mail(email).await);
        assert_eq!(codes(reset(&world, &to_verify, OTHER_PASSWORD, now()).await), ["INVALID_TOKEN"], "{}", world.on());
        ask(&world, email, now()).await;
        let to_reset = token_in(&world.one_mail(email).await);
        assert_eq!(codes(world.verify(&to_reset, now()).await), ["INVALID_TOKEN"], "{}", world.on());
        assert!(!world.stands(&to_reset, now()).await);
    }
}

#[tokio::test]
async fn another_password_ends_the_other_sessions_and_every_link() {
    for world in world::each().await {
        let email = "jo@shop.example";
        let id = world.customer(email).await;
        let own = world.log_in(email, PASSWORD, now()).await.unwrap();
        let others =
            [world.log_in(email, PASSWORD, now()).await.unwrap(), world.log_in(email, PASSWORD, now()).await.unwrap()];
        let stranger = world.customer("other@shop.example").await;
        let unrelated = world.log_in("other@shop.example", PASSWORD, now()).await.unwrap();
        assert_eq!(unrelated.customer_id, stranger);
        ask(&world, email, now()).await;
        let link = token_in(&world.one_mail(email).await);
        let ids = (id, own.session_id);
        let wrong = change(&world, ids, ("wrong password", OTHER_PASSWORD), later(1)).await;
        assert_eq!(codes(wrong), ["WRONG_PASSWORD"]);
        let weak = change(&world, ids, (PASSWORD, "aaaaaaaaaa"), later(1)).await.unwrap_err();
        assert_eq!(weak[0].field.as_deref(), Some("newPassword"));
        let changed = change(&world, ids, (PASSWORD, OTHER_PASSWORD), later(2)).await.unwrap();
        assert_eq!(changed.sessions_ended, 2, "{}", world.on());
        assert!(world.stands(&own.token, later(3)).await && world.stands(&unrelated.token, later(3)).await);
        for other in &others {
            assert!(!world.stands(&other.token, later(3)).await, "{}", world.on());
        }
        assert_eq!(world.one_mail(email).await.subject, "Your password for Tea & Co was changed");
        assert_eq!(codes(reset(&world, &link, PASSWORD, later(3)).await), ["INVALID_TOKEN"]);
        world.log_in(email, OTHER_PASSWORD, later(4)).await.unwrap();
    }
}
