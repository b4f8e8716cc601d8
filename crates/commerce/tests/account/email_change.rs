//! Another address in two steps.
use crate::world::{self, PASSWORD, World, codes, later, now, random, token_in, unknown_token};
use chrono::{DateTime, Utc};
use tradewind_commerce::account::{Client, Moment, Outcome, Token, email_change, register};
use uuid::Uuid;

pub(crate) async fn ask(
    world: &World,
    customer_id: Uuid,
    new_email: &str,
    password: &str,
    at: DateTime<Utc>,
) -> Outcome<register::Accepted, email_change::RequestCode> {
    let mut random = random();
    let moment = &mut Moment::new(at, &mut random);
    let accounts = &world.accounts;
    let input = email_change::Input { customer_id, password: password.into(), new_email: new_email.into() };
    match email_change::prepare(accounts, &input, &Client::default()).await.unwrap() {
        Ok(prepared) => world.commit(async |tx| email_change::request(accounts, tx, &prepared, moment).await).await,
        Err(refused) => Err(refused),
    }
}

pub(crate) async fn confirm(
    world: &World,
    token: &Token,
    at: DateTime<Utc>,
) -> Outcome<email_change::Changed, email_change::Code> {
    let mut random = random();
    let moment = &mut Moment::new(at, &mut random);
    let (accounts, client) = (&world.accounts, Client::default());
    world.commit(async |tx| email_change::confirm(accounts, tx, token, &client, moment).await).await
}

#[tokio::test]
async fn the_new_address_gets_a_link_and_the_old_one_a_word() {
    for world in world::each().await {
        let (old, new) = ("jo@shop.example", "jo@new.example");
        let id = world.customer(old).await;
        let session = world.log_in(old, PASSWORD, now()).await.unwrap();
        crate::passwords::ask(&world, old, now()).await;
        let to_reset = token_in(&world.one_mail(old).await);
        ask(&world, id, " JO@new.example", PASSWORD, later(1)).await.unwrap();
        let mails = world.mails(later(1)).await;
        let told: Vec<_> = mails.iter().map(|mail| (mail.to.as_str(), mail.subject.as_str())).collect();
        assert!(told.contains(&(new, "Confirm your new e-mail address for Tea & Co")), "{}: {told:?}", world.on());
        assert!(told.contains(&(old, "Your e-mail address for Tea & Co is about to change")), "{told:?}");
        assert_eq!(told.len(), 2);
        world.log_in(old, PASSWORD, later(2)).await.unwrap();
        let link = token_in(mails.iter().find(|mail| mail.to == new).unwrap());
        assert_eq!(confirm(&world, &link, later(3)).await.unwrap().customer_id, id, "{}", world.on());
        assert_eq!(world.one_mail(old).await.subject, "Your e-mail address for Tea & Co was changed");
        assert_eq!(codes(world.log_in(old, PASSWORD, later(4)).await), ["INVALID_CREDENTIALS"]);
        assert_eq!(world.log_in(new, PASSWORD, later(4)).await.unwrap().customer_id, id);
        assert!(world.stands(&session.token, later(4)).await, "{}: sessions go on", world.on());
        assert_eq!(codes(confirm(&world, &link, later(5)).await), ["INVALID_TOKEN"]);
        // Who reads the old mail can do nothing any more.
        let late = crate::passwords::reset(&world, &to_reset, world::OTHER_PASSWORD, later(5)).await;
        assert_eq!(codes(late), ["INVALID_TOKEN"], "{}", world.on());
    }
}

#[tokio::test]
async fn it_takes_the_password_and_another_address() {
    for world in world::each().await {
        let id = world.customer("jo@shop.example").await;
        let refused = ask(&world, id, "new@shop.example", "wrong password", now()).await;
        assert_eq!(codes(refused), ["WRONG_PASSWORD"]);
        assert_eq!(codes(ask(&world, id, "Jo@shop.example", PASSWORD, now()).await), ["SAME_EMAIL"]);
        assert_eq!(codes(ask(&world, id, "new", PASSWORD, now()).await), ["INVALID_EMAIL"]);
        assert_eq!(codes(ask(&world, Uuid::nil(), "new@shop.example", PASSWORD, now()).await), ["WRONG_PASSWORD"]);
        assert_eq!(codes(confirm(&world, &unknown_token(), now()).await), ["INVALID_TOKEN"]);
        assert_eq!(world.mails(now()).await, [], "{}", world.on());
    }
}

#[tokio::test]
async fn an_address_that_is_taken_meanwhile_stays_with_its_owner() {
    for world in world::each().await {
        let id = world.customer("jo@shop.example").await;
        ask(&world, id, "wanted@shop.example", PASSWORD, now()).await.unwrap();
        let mails = world.mails(now()).await;
        let link = token_in(mails.iter().find(|mail| mail.to == "wanted@shop.example").unwrap());
        let owner = world.customer("wanted@shop.example").await;
        // The refusal does not end the transaction that it is found in.
        let mut random = random();
        let (accounts, client) = (&world.accounts, Client::default());
        let moment = &mut Moment::new(later(1), &mut random);
        let (refused, note) = world
            .commit(async |tx| {
                let refused = email_change::confirm(accounts, tx, &link, &client, moment).await?;
                let input = profile_input("Still here");
                let note = tradewind_commerce::account::profile::update(tx, id, &input, moment).await?;
                Ok((refused, note))
            })
            .await;
        assert_eq!(codes(refused), ["EMAIL_TAKEN"], "{}", world.on());
        note.unwrap();
        assert_eq!(world.log_in("wanted@shop.example", PASSWORD, later(2)).await.unwrap().customer_id, owner);
        assert_eq!(world.log_in("jo@shop.example", PASSWORD, later(2)).await.unwrap().customer_id, id);
    }
}

fn profile_input(display_name: &str) -> tradewind_commerce::account::profile::Input {
    tradewind_commerce::account::profile::Input { display_name: Some(display_name.to_owned()), ..Default::default() }
}
