//! From the form to the confirmed address.
use crate::world::{self, codes, later, now, random, registration, token_in, unknown_token};
use tradewind_commerce::account::{Client, Moment, Refused, log_in, register, verify_email};
use tradewind_persistence::{read::customer::profiles_by_ids, write::save_customers};

#[tokio::test]
async fn an_account_begins_with_a_confirmed_address() {
    for world in world::each().await {
        let email = "jo@shop.example";
        world.register(" Jo@SHOP.example ", now()).await.unwrap();
        assert_eq!(codes(world.log_in(email, world::PASSWORD, now()).await), ["INVALID_CREDENTIALS"], "{}", world.on());
        let mail = world.one_mail(email).await;
        assert_eq!(mail.subject, "Confirm your e-mail address for Tea & Co");
        assert!(!mail.text.contains("Jo") && !mail.html.contains("Jo"), "what was typed is not mailed: {}", mail.text);
        let token = token_in(&mail);
        let id = world.verify(&token, later(10)).await.unwrap().customer_id;
        let profile = profiles_by_ids(world.db(), vec![id]).await.unwrap().remove(0);
        assert_eq!((profile.email.as_str(), profile.display_name.as_str()), (email, "Jo D."));
        assert_eq!(profile.phone.as_deref(), Some("+4930123456"));
        assert!(profile.accepts_marketing && profile.email_verified_at == Some(later(10)));
        assert_eq!((profile.created_at, profile.updated_at, profile.version), (now(), later(10), 2));
        assert_eq!(world.log_in("JO@shop.example", world::PASSWORD, later(20)).await.unwrap().customer_id, id);
        assert_eq!(codes(world.verify(&token, later(30)).await), ["INVALID_TOKEN"], "{}: used", world.on());
        assert_eq!(codes(world.verify(&unknown_token(), later(30)).await), ["INVALID_TOKEN"]);
    }
}

#[tokio::test]
async fn a_form_shows_everything_that_is_wrong() {
    for world in world::each().await {
        let mut random = random();
        let moment = &mut Moment::new(now(), &mut random);
        let client = Client::default();
        let mut input = registration("jo@shop.example");
        input.password = "short".into();
        input.given_name = "x\ny".into();
        input.phone = "12".into();
        let refused = register::prepare(&world.accounts, &input, &client, moment).await.unwrap().unwrap_err();
        let told: Vec<_> = refused.iter().map(|refused| (refused.code, refused.field.as_deref().unwrap())).collect();
        let expected = [
            (register::Code::PasswordTooShort, "password"),
            (register::Code::InvalidName, "givenName"),
            (register::Code::InvalidPhone, "phone"),
        ];
        assert_eq!(told, expected);
        input = registration("jo@shop.example");
        input.password = "password123".into();
        let refused = register::prepare(&world.accounts, &input, &client, moment).await.unwrap();
        assert_eq!(codes(refused), ["PASSWORD_TOO_WEAK"]);
        input = registration("nobody");
        assert_eq!(
            codes(register::prepare(&world.accounts, &input, &client, moment).await.unwrap()),
            ["INVALID_EMAIL"]
        );
        assert_eq!(world.accounts.hasher.computations(), 0, "what is refused is not hashed");
    }
}

/// Who registered first chose a password that the owner of the address does not know.
#[tokio::test]
async fn a_second_registration_changes_nothing_and_gives_the_account_to_who_reads_the_mail() {
    for world in world::each().await {
        let email = "jo@shop.example";
        world.register(email, now()).await.unwrap();
        let first = token_in(&world.one_mail(email).await);
        world.register(email, later(1)).await.unwrap();
        let mail = world.one_mail(email).await;
        assert_eq!(mail.subject, "You have an account at Tea & Co already");
        assert_eq!(codes(world.verify(&first, later(2)).await), ["INVALID_TOKEN"], "{}: ended", world.on());
        crate::passwords::reset(&world, &token_in(&mail), world::OTHER_PASSWORD, later(3)).await.unwrap();
        assert_eq!(codes(world.log_in(email, world::PASSWORD, later(4)).await), ["INVALID_CREDENTIALS"]);
        world.log_in(email, world::OTHER_PASSWORD, later(4)).await.unwrap();
    }
}

#[tokio::test]
async fn an_author_of_reviews_takes_the_account_over_by_mail() {
    for world in world::each().await {
        let author = tradewind_domain::customer::Customer {
            id: uuid::Uuid::from_u128(7),
            email: "author@shop.example".into(),
            display_name: "Author".into(),
            created_at: now(),
        };
        let tx = world.db().begin_write().await.unwrap();
        save_customers(&tx, std::slice::from_ref(&author)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(codes(world.log_in(&author.email, "", now()).await), ["INVALID_CREDENTIALS"]);
        world.register(&author.email, now()).await.unwrap();
        let token = token_in(&world.one_mail(&author.email).await);
        crate::passwords::reset(&world, &token, world::PASSWORD, later(1)).await.unwrap();
        assert_eq!(world.log_in(&author.email, world::PASSWORD, later(2)).await.unwrap().customer_id, author.id);
        // The seed writes its customers again: their accounts stay.
        let tx = world.db().begin_write().await.unwrap();
        save_customers(&tx, std::slice::from_ref(&author)).await.unwrap();
        tx.commit().await.unwrap();
        world.log_in(&author.email, world::PASSWORD, later(3)).await.unwrap();
    }
}

#[tokio::test]
async fn the_link_is_sent_again_until_the_address_is_confirmed() {
    for world in world::each().await {
        let email = "jo@shop.example";
        world.register(email, now()).await.unwrap();
        world.one_mail(email).await;
        let mut random = random();
        let moment = &mut Moment::new(later(1), &mut random);
        let client = Client::default();
        let again = verify_email::prepare_resend(&world.accounts, email, &client).await.unwrap().unwrap();
        let accounts = &world.accounts;
        world.commit(async |tx| verify_email::resend(accounts, tx, &again, moment).await).await.unwrap();
        let token = token_in(&world.one_mail(email).await);
        world.verify(&token, later(2)).await.unwrap();
        world.commit(async |tx| verify_email::resend(accounts, tx, &again, moment).await).await.unwrap();
        assert_eq!(world.mails(later(3)).await, [], "{}", world.on());
        let refused = verify_email::prepare_resend(accounts, "x", &client).await.unwrap();
        assert_eq!(codes(refused), ["INVALID_EMAIL"]);
    }
}

#[tokio::test]
async fn outcomes_come_back_from_where_they_are_kept_and_show_no_secret() {
    for world in world::each().await {
        world.customer("jo@shop.example").await;
        let logged_in = world.log_in("jo@shop.example", world::PASSWORD, now()).await.unwrap();
        let kept = serde_json::to_string(&logged_in).unwrap();
        let back: log_in::LoggedIn = serde_json::from_str(&kept).unwrap();
        assert_eq!((back.token.hash(), back.expires_at), (logged_in.token.hash(), logged_in.expires_at));
        assert!(!format!("{logged_in:?}").contains(logged_in.token.expose()));
        assert!(!format!("{:?}", registration("jo@shop.example")).contains(world::PASSWORD));
        let refused = world.log_in("jo@shop.example", "wrong password", now()).await;
        let back: Result<log_in::LoggedIn, Vec<Refused<log_in::Code>>> =
            serde_json::from_str(&world::words(&refused)).unwrap();
        assert_eq!(back.unwrap_err(), refused.unwrap_err());
        let rows: Vec<String> = world.test_db.texts("SELECT token_hash FROM sessions").await;
        assert_eq!(rows, [logged_in.token.hash()], "{}: only the hash is stored", world.on());
    }
}
