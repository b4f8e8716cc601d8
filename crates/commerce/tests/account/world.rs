//! A shop with accounts, and somebody who reads all its mail.
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use parking_lot::Mutex;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde::Serialize;
use std::time::Duration;
use tradewind_commerce::{
    account::{
        AccountConfig, AccountError, Accounts, Client, HashConfig, Limit, Limits, Moment, Outcome, PasswordHasher,
        Refused, Throttle, ThrottleConfig, Token, log_in, register, verify_email,
    },
    mail::{Links, MailError, MailMessage, Mailer, Post, send_due_mails},
};
use tradewind_domain::word::Word;
use tradewind_persistence::{Db, DbConfig, write::WriteTx};
use tradewind_testkit::{Backend, TestDb};
use uuid::Uuid;

pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const OTHER_PASSWORD: &str = "staple of another kind";

/// As little as argon2 takes.
pub(crate) const CHEAP: HashConfig =
    HashConfig { memory_kib: 8, passes: 1, lanes: 1, at_once: 4, wait: Duration::from_secs(60) };

/// So that only tests of the throttle meet it.
pub(crate) fn unlimited() -> ThrottleConfig {
    let limit = Limit::per_minutes(1_000_000, 60);
    let limits = Limits { account: limit, client: limit };
    ThrottleConfig { password: limits, registration: limits, mail: limits, look_up: limits }
}

pub(crate) struct World {
    pub(crate) accounts: Accounts,
    pub(crate) test_db: TestDb,
    pub(crate) mailbox: Mailbox,
}

/// Takes every mail.
#[derive(Default)]
pub(crate) struct Mailbox(Mutex<Vec<MailMessage>>);

impl Mailer for Mailbox {
    fn send<'a>(&'a self, _: Uuid, _: DateTime<Utc>, message: &'a MailMessage) -> BoxFuture<'a, Result<(), MailError>> {
        self.0.lock().push(message.clone());
        async { Ok(()) }.boxed()
    }
}

pub(crate) fn now() -> DateTime<Utc> {
    "2026-03-01T12:00:00.123456Z".parse().unwrap()
}

pub(crate) fn later(seconds: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(seconds)
}

/// Another one each time.
pub(crate) fn random() -> ChaCha20Rng {
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    ChaCha20Rng::seed_from_u64(COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}

pub(crate) async fn each() -> Vec<World> {
    let mut worlds = Vec::new();
    for test_db in TestDb::each().await {
        worlds.push(World::new(test_db, CHEAP, unlimited()).await);
    }
    worlds
}

impl World {
    pub(crate) async fn new(test_db: TestDb, hash: HashConfig, throttle: ThrottleConfig) -> Self {
        let db = Db::connect(&DbConfig::new(test_db.url())).await.unwrap();
        let accounts = Accounts {
            db,
            config: AccountConfig::default(),
            hasher: PasswordHasher::new(hash).unwrap(),
            throttle: Throttle::new(None, throttle, "test"),
            post: Post::new("Tea & Co", Links::of_storefront("https://shop.example")).unwrap(),
        };
        Self { accounts, test_db, mailbox: Mailbox::default() }
    }

    pub(crate) fn db(&self) -> &Db {
        &self.accounts.db
    }

    pub(crate) fn on(&self) -> Backend {
        self.test_db.backend()
    }

    /// In a transaction of its own, which is committed also where it is refused.
    pub(crate) async fn commit<T>(&self, act: impl AsyncFnOnce(&WriteTx) -> Result<T, AccountError>) -> T {
        let tx = self.db().begin_write().await.unwrap();
        let done = act(&tx).await.unwrap();
        tx.commit().await.unwrap();
        done
    }

    /// The mails that came since the last call, in the order of their writing.
    pub(crate) async fn mails(&self, at: DateTime<Utc>) -> Vec<MailMessage> {
        while send_due_mails(self.db(), &self.mailbox, at).await.unwrap().sent > 0 {}
        std::mem::take(&mut *self.mailbox.0.lock())
    }

    /// The only mail that came since the last call.
    pub(crate) async fn one_mail(&self, to: &str) -> MailMessage {
        let mut mails = self.mails(now() + TimeDelta::days(400)).await;
        assert_eq!(mails.len(), 1, "{}: {mails:?}", self.on());
        let mail = mails.remove(0);
        assert_eq!(mail.to, to);
        mail
    }

    pub(crate) async fn register(&self, email: &str, at: DateTime<Utc>) -> Outcome<register::Accepted, register::Code> {
        let mut random = random();
        let moment = &mut Moment::new(at, &mut random);
        let input = registration(email);
        match register::prepare(&self.accounts, &input, &Client::default(), moment).await.unwrap() {
            Ok(prepared) => self.commit(async |tx| register::apply(&self.accounts, tx, &prepared, moment).await).await,
            Err(refused) => Err(refused),
        }
    }

    pub(crate) async fn verify(
        &self,
        token: &Token,
        at: DateTime<Utc>,
    ) -> Outcome<verify_email::Verified, verify_email::Code> {
        let mut random = random();
        let moment = &mut Moment::new(at, &mut random);
        self.commit(async |tx| verify_email::confirm(&self.accounts, tx, token, moment).await).await
    }

    /// An account whose address is confirmed.
    pub(crate) async fn customer(&self, email: &str) -> Uuid {
        self.register(email, now()).await.unwrap();
        let token = token_in(&self.one_mail(email).await);
        self.verify(&token, now()).await.unwrap().customer_id
    }

    /// The same, where other mails wait too: those are lost.
    pub(crate) async fn customer_among(&self, email: &str) -> Uuid {
        self.register(email, now()).await.unwrap();
        let mails = self.mails(now()).await;
        let token = token_in(mails.iter().find(|mail| mail.to == email).unwrap());
        self.verify(&token, now()).await.unwrap().customer_id
    }

    pub(crate) async fn log_in(
        &self,
        email: &str,
        password: &str,
        at: DateTime<Utc>,
    ) -> Outcome<log_in::LoggedIn, log_in::Code> {
        let mut random = random();
        let moment = &mut Moment::new(at, &mut random);
        let input = log_in::Input { email: email.to_owned(), password: password.into() };
        let client = Client { user_agent: "Browser/1".into(), label: "Phone".into(), ..Client::default() };
        match log_in::prepare(&self.accounts, &input, &client, moment).await.unwrap() {
            Ok(prepared) => self.commit(async |tx| log_in::apply(&self.accounts, tx, &prepared, moment).await).await,
            Err(refused) => Err(refused),
        }
    }

    /// Whether a token stands for somebody.
    pub(crate) async fn stands(&self, token: &Token, at: DateTime<Utc>) -> bool {
        let hashes = vec![token.hash()];
        let found = tradewind_persistence::read::session::sessions_by_token_hashes(self.db(), hashes).await.unwrap();
        found.first().is_some_and(|session| session.lives_at(at))
    }
}

pub(crate) fn registration(email: &str) -> register::Input {
    register::Input {
        email: email.to_owned(),
        password: PASSWORD.into(),
        given_name: "Jo".into(),
        family_name: "Doe".into(),
        phone: "+49 30 123456".into(),
        accepts_marketing: true,
    }
}

/// The token of the link in a mail.
pub(crate) fn token_in(mail: &MailMessage) -> Token {
    let (_, rest) = mail.text.split_once("#token=").unwrap_or_else(|| panic!("no link in {}", mail.text));
    Token::sent(rest.split_whitespace().next().unwrap())
}

pub(crate) fn codes<T: std::fmt::Debug, C: Word>(outcome: Outcome<T, C>) -> Vec<&'static str> {
    outcome.unwrap_err().iter().map(|refused: &Refused<C>| refused.code.as_str()).collect()
}

/// What a client and an idempotency layer see of an outcome, without the values that differ by chance.
pub(crate) fn words<T: Serialize, C: Serialize>(outcome: &Outcome<T, C>) -> String {
    serde_json::to_string(outcome).unwrap()
}

/// A token that nobody has.
pub(crate) fn unknown_token() -> Token {
    Token::sent(format!("{:x}", random().next_u64()))
}
