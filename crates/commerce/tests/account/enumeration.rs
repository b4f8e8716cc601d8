//! Nobody learns whether an address has an account: same words, same hash computations, same statements.
use crate::world::{self, PASSWORD, World, later, now, random, words};
use std::fmt::Debug;
use tradewind_commerce::account::{Client, Moment, verify_email};
use tradewind_persistence::statements::record;

/// What a stranger can see or measure of a request.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    words: String,
    statements: usize,
    computations: u64,
}

async fn seen(world: &World, ask: impl Future<Output = String>) -> Seen {
    let before = world.accounts.hasher.computations();
    let (words, statements) = record(false, ask).await;
    Seen { words, statements: statements.count, computations: world.accounts.hasher.computations() - before }
}

/// An account of each kind, and an address without one.
async fn addresses(world: &World) -> Vec<&'static str> {
    world.customer("customer@shop.example").await;
    world.register("waiting@shop.example", now()).await.unwrap();
    let disabled = world.customer_among("disabled@shop.example").await;
    world
        .commit(async |tx| {
            let mut random = random();
            tradewind_commerce::account::disable::disable(tx, disabled, &mut Moment::new(now(), &mut random)).await
        })
        .await;
    let author = tradewind_domain::customer::Customer {
        id: uuid::Uuid::from_u128(7),
        email: "author@shop.example".into(),
        display_name: "Author".into(),
        created_at: now(),
    };
    world.commit(async |tx| Ok(tradewind_persistence::write::save_customers(tx, &[author]).await?)).await;
    world.mails(later(1)).await;
    vec![
        "nobody@shop.example",
        "customer@shop.example",
        "waiting@shop.example",
        "disabled@shop.example",
        "author@shop.example",
    ]
}

fn all_the_same<T: Debug + PartialEq>(world: &World, what: &str, all: &[T]) {
    for one in all {
        assert_eq!(one, &all[0], "{}: {what}: {all:#?}", world.on());
    }
}

#[tokio::test]
async fn registering_is_the_same_for_every_address() {
    for world in world::each().await {
        let mut all = Vec::new();
        for email in addresses(&world).await {
            all.push(seen(&world, async { words(&world.register(email, later(2)).await) }).await);
        }
        all_the_same(&world, "register", &all);
        assert_eq!((all[0].words.as_str(), all[0].computations), (r#"{"Ok":null}"#, 1));
        let mut told: Vec<String> = world.mails(later(3)).await.into_iter().map(|mail| mail.to).collect();
        told.sort();
        let expected = ["author@shop.example", "customer@shop.example", "nobody@shop.example", "waiting@shop.example"];
        assert_eq!(told, expected, "{}: the owners are told by mail", world.on());
    }
}

#[tokio::test]
async fn a_wrong_log_in_is_the_same_for_every_address() {
    for world in world::each().await {
        let mut all = Vec::new();
        for email in addresses(&world).await {
            for _ in 0..2 {
                all.push(seen(&world, async { words(&world.log_in(email, "wrong password", later(2)).await) }).await);
            }
        }
        // Registering and logging in with the password chosen tells nothing either.
        all.push(seen(&world, async { words(&world.log_in("waiting@shop.example", PASSWORD, later(2)).await) }).await);
        all.push(seen(&world, async { words(&world.log_in("disabled@shop.example", PASSWORD, later(2)).await) }).await);
        all_the_same(&world, "log in", &all);
        assert_eq!((all[0].computations, all[0].statements), (1, 1));
    }
}

#[tokio::test]
async fn asking_for_links_is_the_same_for_every_address() {
    for world in world::each().await {
        let (mut resets, mut resends) = (Vec::new(), Vec::new());
        for email in addresses(&world).await {
            let reset = async {
                crate::passwords::ask(&world, email, later(2)).await;
                String::new()
            };
            resets.push(seen(&world, reset).await);
            let resend = async {
                let mut random = random();
                let moment = &mut Moment::new(later(2), &mut random);
                let (accounts, client) = (&world.accounts, Client::default());
                let again = verify_email::prepare_resend(accounts, email, &client).await.unwrap().unwrap();
                words(&world.commit(async |tx| verify_email::resend(accounts, tx, &again, moment).await).await)
            };
            resends.push(seen(&world, resend).await);
        }
        all_the_same(&world, "reset", &resets);
        all_the_same(&world, "resend", &resends);
        assert_eq!((resets[0].computations, resends[0].computations), (0, 0));
        let mails = world.mails(later(3)).await;
        let mut told: Vec<_> = mails.iter().map(|mail| (mail.to.as_str(), mail.subject.as_str())).collect();
        told.sort_unstable();
        let (reset, confirm) = ("Set a new password for Tea & Co", "Confirm your e-mail address for Tea & Co");
        let expected = [
            ("author@shop.example", reset),
            ("customer@shop.example", reset),
            ("waiting@shop.example", confirm),
            ("waiting@shop.example", reset),
        ];
        assert_eq!(told, expected, "{}", world.on());
    }
}

#[tokio::test]
async fn wanting_an_address_is_the_same_whether_or_not_it_is_taken() {
    for world in world::each().await {
        let others = addresses(&world).await;
        let id = world.customer_among("jo@shop.example").await;
        let mut all = Vec::new();
        for email in others {
            let ask = async { words(&crate::email_change::ask(&world, id, email, PASSWORD, later(2)).await) };
            all.push(seen(&world, ask).await);
        }
        all_the_same(&world, "e-mail change", &all);
        let mails = world.mails(later(3)).await;
        let links = mails.iter().filter(|mail| mail.text.contains("#token="));
        let to: Vec<_> = links.map(|mail| mail.to.as_str()).collect();
        assert_eq!(to, ["nobody@shop.example"], "{}: only a free address gets a link", world.on());
    }
}
