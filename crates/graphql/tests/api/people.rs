//! Customers who use the shop through its API.
use crate::shop::{Shop, answer, now};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use parking_lot::Mutex;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use tradewind_commerce::{
    account::{Moment, Token},
    mail::{MailError, MailMessage, Mailer, send_due_mails},
    staff::first_owner::{self, CommandMember},
};
use tradewind_domain::{
    staff::{BuiltInRole, Permissions},
    word::Word as _,
};
use tradewind_graphql::{Authenticated, Caller, Engine, GraphqlRequest, Outcome, RequestContext, SessionChange};
use tradewind_persistence::write::idempotency::IdempotencyKey;
use uuid::Uuid;

pub const PASSWORD: &str = "correct horse battery";

/// Somebody with an engine to ask, and perhaps a session.
pub struct Person<'s> {
    pub shop: &'s Shop,
    pub engine: &'s Engine,
    pub caller: Caller,
    pub now: DateTime<Utc>,
}

impl<'s> Person<'s> {
    /// Nobody yet.
    pub fn new(shop: &'s Shop, engine: &'s Engine) -> Self {
        Self { shop, engine, caller: Caller::default(), now: now() }
    }

    /// Registered, confirmed, logged in.
    pub async fn customer(shop: &'s Shop, engine: &'s Engine, email: &str) -> Self {
        let mut person = Self::new(shop, engine);
        person.register(email).await;
        person.log_in(email, PASSWORD).await;
        person
    }

    /// A member of staff with a role, logged in.
    pub async fn staff(shop: &'s Shop, engine: &'s Engine, role: BuiltInRole) -> Self {
        let mut person = Self::new(shop, engine);
        let mut chance = ChaCha20Rng::from_seed(rand_seed());
        let mut moment = Moment::new(person.now, &mut chance);
        let email = format!("{}-{}@shop.example", role.as_str(), moment.id().simple());
        let member = CommandMember {
            email: email.clone(),
            name: role.as_str().to_owned(),
            role,
            password: Some(PASSWORD.into()),
        };
        first_owner::create(&engine.commerce().accounts, &member, &mut moment).await.unwrap().unwrap();
        person.staff_log_in(&email, PASSWORD).await;
        person
    }

    pub async fn staff_log_in(&mut self, email: &str, password: &str) {
        let query = "mutation($email: String!, $password: String!) {
            staffLogIn(input: { email: $email, password: $password }) { session { token } userErrors { code } } }";
        let logged_in = self.ask(query, json!({ "email": email, "password": password })).await;
        let token = logged_in["staffLogIn"]["session"]["token"].as_str().unwrap_or_else(|| panic!("{logged_in}"));
        self.use_token(token).await;
    }

    /// A program with a key that this member makes.
    pub async fn api_key(&self, scopes: Permissions) -> Self {
        let words: Vec<_> = scopes.iter().map(|it| it.to_string().replace(':', "_").to_uppercase()).collect();
        let query =
            "mutation($scopes: [StaffPermission!]!) { apiKeyCreate(input: { name: \"A program\", scopes: $scopes }) {
            secret userErrors { code message } } }";
        let made = self.ask(query, json!({ "scopes": words })).await;
        let secret = made["apiKeyCreate"]["secret"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
        let mut program = Self::new(self.shop, self.engine);
        program.use_token(&secret).await;
        program
    }

    /// Registers, and follows the link of the mail.
    pub async fn register(&mut self, email: &str) {
        let input = json!({ "email": email, "password": PASSWORD, "givenName": "Ada" });
        let registered = self
            .ask("mutation($input: CustomerRegisterInput!) { customerRegister(input: $input) { accepted userErrors { message } } }", json!({ "input": input }))
            .await;
        assert_eq!(registered["customerRegister"], json!({ "accepted": true, "userErrors": [] }));
        let token = self.token_of_mail(email).await;
        let verified = self
            .ask(
                "mutation($token: String!) { customerVerifyEmail(token: $token) { verified userErrors { code } } }",
                json!({ "token": token }),
            )
            .await;
        assert_eq!(verified["customerVerifyEmail"], json!({ "verified": true, "userErrors": [] }));
    }

    pub async fn log_in(&mut self, email: &str, password: &str) {
        let logged_in = self.ask(LOG_IN, json!({ "email": email, "password": password })).await;
        let token = logged_in["customerLogIn"]["session"]["token"].as_str().unwrap_or_else(|| panic!("{logged_in}"));
        self.use_token(token).await;
    }

    /// Sends the token from now on.
    pub async fn use_token(&mut self, token: &str) {
        let token = Token::sent(token);
        let Authenticated::As(viewer) = self.engine.authenticate(&token, self.now).await.unwrap() else {
            panic!("the token is nobody's");
        };
        self.caller.viewer = Some(viewer);
        self.caller.token = Some(token);
    }

    /// The token of the only mail that waits.
    pub async fn token_of_mail(&self, to: &str) -> String {
        let mails = self.mails().await;
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert_eq!(mails[0].to, to);
        let (_, token) = mails[0].text.split_once("#token=").unwrap();
        token.split_whitespace().next().unwrap().to_owned()
    }

    /// All mails that wait.
    pub async fn mails(&self) -> Vec<MailMessage> {
        let mailbox = Mailbox::default();
        while send_due_mails(&self.shop.db, &mailbox, self.now + TimeDelta::days(1)).await.unwrap().sent > 0 {}
        mailbox.0.into_inner()
    }

    /// The same person with an idempotency key.
    pub fn with_key(&self, key: &str) -> Person<'s> {
        let caller = Caller { idempotency_key: Some(IdempotencyKey::parse(key).unwrap()), ..self.caller.clone() };
        Person { shop: self.shop, engine: self.engine, caller, now: self.now }
    }

    pub async fn send(&self, query: &str, variables: Value) -> Outcome {
        let request = GraphqlRequest { query: query.into(), operation_name: None, variables };
        let context = RequestContext {
            channel: None,
            explain: false,
            cost: false,
            caller: self.caller.clone().into(),
            queries_only: false,
            whole: true,
            now: self.now,
            request_id: "test".into(),
            trace_id: "trace".into(),
        };
        self.engine.execute(request, context).await
    }

    /// The data; no error is expected.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let outcome = self.send(query, variables).await;
        let mut answer = answer(&outcome);
        assert!(answer.get("errors").is_none(), "{}: {query}: {:?}", self.shop.name, causes(&outcome));
        answer["data"].take()
    }

    /// The code of the only error.
    pub async fn refused(&self, query: &str, variables: Value) -> String {
        let answer = answer(&self.send(query, variables).await);
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{query}: {answer}")).to_owned()
    }
}

/// What the log would have of its errors.
fn causes(outcome: &Outcome) -> Vec<String> {
    let cause = |error: &async_graphql::ServerError| match error.source::<tradewind_persistence::DbError>() {
        Some(cause) => format!("{}: {cause:?}", error.message),
        None => format!("{error:?}"),
    };
    outcome.response.errors.iter().map(cause).collect()
}

pub const LOG_IN: &str = "mutation($email: String!, $password: String!) {
    customerLogIn(input: { email: $email, password: $password, label: \"Phone\" }) {
      session { token expiresAt } userErrors { code message path } } }";

/// Takes every mail.
#[derive(Default)]
struct Mailbox(Mutex<Vec<MailMessage>>);

impl Mailer for Mailbox {
    fn send<'a>(&'a self, _: Uuid, _: DateTime<Utc>, message: &'a MailMessage) -> BoxFuture<'a, Result<(), MailError>> {
        self.0.lock().push(message.clone());
        async { Ok(()) }.boxed()
    }
}

/// The session that an answer begins.
pub fn started(outcome: &Outcome) -> String {
    match &outcome.session {
        Some(SessionChange::Started { token, .. }) => token.expose().to_owned(),
        other => panic!("{other:?}"),
    }
}

/// Another one each time, so that ids and addresses differ.
fn rand_seed() -> [u8; 32] {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let mut seed = [9; 32];
    seed[..8].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_le_bytes());
    seed
}
