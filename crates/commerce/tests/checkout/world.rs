//! A shop with a checkout, a gateway and a clock that tests set.
use crate::{
    shop,
    till::{METHOD, Till},
};
use chrono::{DateTime, TimeDelta, Utc};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering::SeqCst},
};
use tradewind_commerce::{
    Sources,
    account::{Moment, Outcome, Token},
    checkout::{
        BuyError, Changes, CheckoutCode, CheckoutConfig, Checkouts, PayInput, PlacedOrder, Progress, StartInput,
        Started, Swept,
    },
    mail::{Links, Post},
    orders::{Changed, OrderCode},
    payments::{Charge, Gateways, TestGateway},
};
use tradewind_domain::{address::AddressInput, word::Word as _};
use tradewind_persistence::{Db, DbConfig, ledger::check_ledger, write::WriteTx};
use tradewind_testkit::{Backend, TestDb};
use uuid::Uuid;

pub(crate) const UNITS: i64 = 10_000;

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) checkouts: Checkouts,
    pub(crate) gateway: TestGateway,
    pub(crate) till: Arc<Till>,
    pub(crate) test_db: Arc<TestDb>,
    pub(crate) clock: Clock,
}

#[derive(Clone, Default)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let begin: DateTime<Utc> = "2026-03-01T12:00:00Z".parse().unwrap();
        begin + TimeDelta::milliseconds(self.0.load(SeqCst))
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_milliseconds(), SeqCst);
    }
}

pub(crate) async fn each() -> Vec<World> {
    each_with(CheckoutConfig::default(), UNITS).await
}

pub(crate) async fn each_with(config: CheckoutConfig, units: i64) -> Vec<World> {
    let mut worlds = Vec::new();
    for test_db in TestDb::each().await {
        let db = Db::connect(&DbConfig::new(test_db.url())).await.unwrap();
        let (clock, gateway, till) = (Clock::default(), TestGateway::default(), Arc::new(Till::default()));
        shop::fill(&db, units, clock.now()).await;
        let time = clock.clone();
        let checkouts = Checkouts {
            db,
            gateways: Gateways::new([Arc::new(gateway.clone()) as Arc<_>]),
            pricing: Arc::clone(&till) as Arc<_>,
            post: Post::new("Tea & Co", Links::of_storefront("https://shop.example")).unwrap(),
            sources: Sources::new(move || time.now(), Uuid::now_v7, fastrand::f64),
            config,
        };
        worlds.push(World { checkouts, gateway, till, test_db: Arc::new(test_db), clock });
    }
    worlds
}

/// Another one each time.
fn random() -> ChaCha20Rng {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    ChaCha20Rng::seed_from_u64(COUNT.fetch_add(1, SeqCst))
}

pub(crate) fn address() -> AddressInput {
    AddressInput {
        last_name: "Doe".into(),
        line1: "Main Street 1".into(),
        city: "Berlin".into(),
        postal_code: "10115".into(),
        country: "DE".into(),
        ..AddressInput::default()
    }
}

pub(crate) fn everything() -> Changes {
    Changes {
        email: Some("Jo@Example.com".into()),
        shipping_address: Some(address()),
        billing_address: None,
        shipping_method_id: Some(METHOD),
    }
}

pub(crate) fn with(method: &str) -> PayInput {
    PayInput { gateway: "test".into(), method: method.into(), amount: None, return_url: None }
}

pub(crate) fn codes<T>(outcome: Outcome<T, CheckoutCode>) -> Vec<CheckoutCode> {
    outcome.map(|_| ()).unwrap_err().into_iter().map(|refused| refused.code).collect()
}

pub(crate) fn order_codes<T>(outcome: Outcome<T, OrderCode>) -> Vec<&'static str> {
    outcome.map(|_| ()).unwrap_err().into_iter().map(|refused| refused.code.as_str()).collect()
}

impl World {
    pub(crate) fn db(&self) -> &Db {
        &self.checkouts.db
    }

    pub(crate) fn on(&self) -> Backend {
        self.test_db.backend()
    }

    /// In a transaction of its own, which is undone where it is refused.
    pub(crate) async fn act<T, C>(
        &self,
        act: impl AsyncFnOnce(&WriteTx) -> Result<Outcome<T, C>, BuyError>,
    ) -> Outcome<T, C> {
        let tx = self.db().begin_write().await.unwrap();
        let outcome = act(&tx).await.unwrap();
        match outcome.is_ok() {
            true => tx.commit().await.unwrap(),
            false => tx.roll_back().await.unwrap(),
        }
        outcome
    }

    /// The same, and whatever the gateway must be told.
    pub(crate) async fn act_on_order(
        &self,
        act: impl AsyncFnOnce(&WriteTx) -> Result<Outcome<Changed, OrderCode>, BuyError>,
    ) -> Outcome<Changed, OrderCode> {
        let changed = self.act(act).await?;
        for payment in &changed.settle {
            self.checkouts.settle(*payment).await.unwrap();
        }
        Ok(changed)
    }

    pub(crate) async fn start_cart(&self, cart_id: Uuid, customer: Option<Uuid>) -> Outcome<Started, CheckoutCode> {
        let mut random = random();
        let moment = &mut Moment::new(self.clock.now(), &mut random);
        let input = StartInput { cart_id, customer_id: customer, email: None, locale: "en".into() };
        self.act(async |tx| self.checkouts.start(tx, &input, moment).await).await
    }

    pub(crate) async fn update(&self, token: &Token, changes: &Changes) -> Outcome<Started, CheckoutCode> {
        self.act(async |tx| self.checkouts.update(tx, token, changes).await).await
    }

    /// A checkout that lacks nothing but a payment.
    pub(crate) async fn ready(&self, lines: &[(u32, u32)]) -> Token {
        self.ready_cart(self.till.cart(lines), None).await
    }

    pub(crate) async fn ready_cart(&self, cart_id: Uuid, customer: Option<Uuid>) -> Token {
        let token = self.start_cart(cart_id, customer).await.unwrap().token.unwrap();
        self.update(&token, &everything()).await.unwrap();
        token
    }

    pub(crate) async fn pay(&self, token: &Token, method: &str) -> Progress {
        self.checkouts.pay(token, &with(method)).await.unwrap().unwrap()
    }

    /// Bought and paid.
    pub(crate) async fn order(&self, lines: &[(u32, u32)]) -> PlacedOrder {
        let token = self.ready(lines).await;
        self.pay(&token, "approve").await.order.unwrap()
    }

    /// Until nothing is left to do; a gateway that never answers would be asked for ever, so not more often than that.
    pub(crate) async fn sweep(&self) {
        for _ in 0..20 {
            if self.checkouts.sweep().await.unwrap() == Swept::default() {
                return;
            }
        }
        panic!("{}: the sweeper comes to no end", self.on());
    }

    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        self.test_db.texts(sql).await
    }

    pub(crate) async fn count(&self, from: &str) -> usize {
        self.texts(&format!("SELECT CAST(count(*) AS text) FROM {from}")).await[0].parse().unwrap()
    }

    pub(crate) fn charge(&self) -> Charge {
        self.gateway.charges().pop().unwrap()
    }

    /// Units on hand and promised, over all warehouses.
    pub(crate) async fn stock(&self) -> (i64, i64) {
        let sum = |column: &str| format!("SELECT CAST(coalesce(sum({column}), 0) AS text) FROM stock_levels");
        let one = async |column| self.texts(&sum(column)).await[0].parse::<i64>().unwrap();
        (one("on_hand").await, one("reserved").await)
    }

    /// What holds always, once nothing is under way: levels are the sum of the ledger and nothing is promised to nobody; a
    /// checkout has one order at most; money that is at the shop is an order's, in full, and of one payment.
    pub(crate) async fn is_exact(&self) {
        assert_eq!(check_ledger(self.db()).await.unwrap(), [], "{}", self.on());
        let twice = "(SELECT checkout_id FROM orders GROUP BY checkout_id HAVING count(*) > 1) AS twice";
        assert_eq!(self.count(twice).await, 0, "{}", self.on());
        let kept: i64 = self.gateway.charges().iter().map(|charge| charge.captured - charge.refunded).sum();
        let held: i64 = self.gateway.charges().iter().map(|charge| charge.held).sum();
        let booked = "SELECT CAST(coalesce(sum(captured - refunded), 0) AS text) FROM payments";
        assert_eq!(self.texts(booked).await, [kept.to_string()], "{}", self.on());
        assert_eq!(held, 0, "{}: {:?}", self.on(), self.gateway.charges());
        let of_orders = "SELECT CAST(coalesce(sum(p.captured - p.refunded), 0) AS text) FROM payments p
            JOIN checkouts c ON c.id = p.checkout_id AND c.paid_by = p.id JOIN orders o ON o.checkout_id = c.id";
        assert_eq!(self.texts(of_orders).await, [kept.to_string()], "{}: money without an order", self.on());
        assert!(self.gateway.charges().iter().all(|charge| charge.tries <= 1), "{}: charged twice", self.on());
    }
}
