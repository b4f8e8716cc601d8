//! Passwords are not guessed, and nobody's mailbox is filled.
use crate::world::{self, CHEAP, PASSWORD, World, later, now, random, unlimited};
use std::net::IpAddr;
use tradewind_commerce::account::{
    Client, Limit, Limits, Moment, ThrottleConfig, email_change, log_in, password_change, password_reset, register,
    verify_email,
};
use tradewind_domain::word::Word;
use tradewind_testkit::TestDb;

const MANY: Limit = Limit::per_minutes(1_000, 15);

fn client(address: &str) -> Client {
    Client { address: Some(address.parse::<IpAddr>().unwrap()), ..Client::default() }
}

/// The code of a log-in with a wrong password.
async fn guess(world: &World, email: &str, client: &Client) -> &'static str {
    let input = log_in::Input { email: email.into(), password: "wrong password".into() };
    let mut random = random();
    let moment = &mut Moment::new(now(), &mut random);
    log_in::prepare(&world.accounts, &input, client, moment).await.unwrap().unwrap_err()[0].code.as_str()
}

async fn shop(throttle: ThrottleConfig) -> World {
    World::new(TestDb::sqlite().await, CHEAP, throttle).await
}

#[tokio::test]
async fn an_account_is_guessed_at_so_often_from_anywhere_and_a_right_password_does_not_help() {
    let password = Limits { account: Limit::per_minutes(5, 15), client: MANY };
    let world = shop(ThrottleConfig { password, ..unlimited() }).await;
    world.customer("jo@shop.example").await;
    for number in 0..5 {
        assert_eq!(guess(&world, "jo@shop.example", &client(&format!("10.0.0.{number}"))).await, "INVALID_CREDENTIALS");
    }
    let computed = world.accounts.hasher.computations();
    assert_eq!(guess(&world, "Jo@shop.example", &client("10.0.0.9")).await, "TOO_MANY_ATTEMPTS");
    let refused = world.log_in("jo@shop.example", PASSWORD, now()).await.unwrap_err();
    assert_eq!((refused[0].code, refused[0].retry_after), (log_in::Code::TooManyAttempts, Some(900)));
    assert_eq!(world.accounts.hasher.computations(), computed, "nothing is computed");
    // An address without an account is refused the same way; another account is not.
    for _ in 0..5 {
        assert_eq!(guess(&world, "nobody@shop.example", &client("10.0.0.9")).await, "INVALID_CREDENTIALS");
    }
    assert_eq!(guess(&world, "nobody@shop.example", &client("10.0.0.9")).await, "TOO_MANY_ATTEMPTS");
    assert_eq!(guess(&world, "other@shop.example", &client("10.0.0.9")).await, "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn a_client_tries_so_many_accounts_and_an_ipv6_network_is_one_client() {
    let password = Limits { account: MANY, client: Limit::per_minutes(3, 15) };
    let world = shop(ThrottleConfig { password, ..unlimited() }).await;
    for (address, neighbour, other) in
        [("10.0.0.1", "10.0.0.1", "10.0.0.2"), ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1")]
    {
        for number in 0..3 {
            assert_eq!(guess(&world, &format!("{number}@shop.example"), &client(address)).await, "INVALID_CREDENTIALS");
        }
        assert_eq!(guess(&world, "9@shop.example", &client(neighbour)).await, "TOO_MANY_ATTEMPTS");
        assert_eq!(guess(&world, "9@shop.example", &client(other)).await, "INVALID_CREDENTIALS");
    }
    // The same address, written as IPv6.
    assert_eq!(guess(&world, "9@shop.example", &client("::ffff:10.0.0.1")).await, "TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn mails_to_an_address_are_bounded_together() {
    let mail = Limits { account: Limit::per_minutes(2, 60), client: MANY };
    let world = shop(ThrottleConfig { mail, registration: mail, ..unlimited() }).await;
    let (accounts, nobody) = (&world.accounts, Client::default());
    let id = world.customer("jo@shop.example").await;
    password_reset::prepare_request(accounts, "jo@shop.example", &nobody).await.unwrap().unwrap();
    verify_email::prepare_resend(accounts, "jo@shop.example", &nobody).await.unwrap().unwrap();
    let reset = password_reset::prepare_request(accounts, "jo@shop.example", &nobody).await.unwrap().unwrap_err();
    assert_eq!((reset[0].code, reset[0].retry_after), (password_reset::RequestCode::TooManyAttempts, Some(3600)));
    let resend = verify_email::prepare_resend(accounts, "jo@shop.example", &nobody).await.unwrap().unwrap_err();
    assert_eq!(resend[0].code, verify_email::ResendCode::TooManyAttempts);
    for wanted in ["a@shop.example", "a@shop.example"] {
        crate::email_change::ask(&world, id, wanted, PASSWORD, later(1)).await.unwrap();
    }
    let change = crate::email_change::ask(&world, id, "a@shop.example", PASSWORD, later(1)).await.unwrap_err();
    assert_eq!(change[0].code, email_change::RequestCode::TooManyAttempts);
    // One was used by the registration of the customer.
    world.register("jo@shop.example", now()).await.unwrap();
    let registration = world.register("jo@shop.example", now()).await.unwrap_err();
    assert_eq!(registration[0].code, register::Code::TooManyAttempts);
}

#[tokio::test]
async fn a_stolen_session_does_not_guess_the_password() {
    let password = Limits { account: Limit::per_minutes(4, 15), client: MANY };
    let world = shop(ThrottleConfig { password, ..unlimited() }).await;
    let id = world.customer("jo@shop.example").await;
    let session = world.log_in("jo@shop.example", PASSWORD, now()).await.unwrap();
    let ids = (id, session.session_id);
    for _ in 0..4 {
        let wrong = crate::passwords::change(&world, ids, ("wrong password", world::OTHER_PASSWORD), now()).await;
        assert_eq!(wrong.unwrap_err()[0].code, password_change::Code::WrongPassword);
    }
    let refused = crate::passwords::change(&world, ids, (PASSWORD, world::OTHER_PASSWORD), now()).await;
    assert_eq!(refused.unwrap_err()[0].code, password_change::Code::TooManyAttempts);
    // Whoever has the session does not keep its owner from logging in.
    world.log_in("jo@shop.example", PASSWORD, now()).await.unwrap();
}
