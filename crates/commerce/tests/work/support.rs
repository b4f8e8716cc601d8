//! A database, a clock that tests set, and what dispatchers and runners need.
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};
use tradewind_commerce::{
    Sources,
    jobs::Backoff,
    outbound::{HttpClient, Reach},
    webhooks::{Dispatcher, DispatcherConfig},
};
use tradewind_persistence::{
    Db, DbConfig,
    write::{
        Aggregate, Event,
        webhook::{WebhookEndpoint, insert_webhook_endpoint},
    },
};
use tradewind_testkit::{Backend, TestDb};
use uuid::Uuid;

pub(crate) const SECRET: &str = "whsec_test";

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) control: DatabaseConnection,
    pub(crate) clock: Clock,
    test_db: TestDb,
}

/// Time that runs, plus what tests add to it.
#[derive(Clone, Default)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    #[allow(clippy::disallowed_methods, reason = "what runs in a test runs in real time")]
    pub(crate) fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::milliseconds(self.0.load(SeqCst))
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), SeqCst);
    }

    pub(crate) fn sources(&self) -> Sources {
        let clock = self.clone();
        Sources::new(move || clock.now(), Uuid::now_v7, fastrand::f64)
    }
}

pub(crate) async fn each() -> Vec<World> {
    let mut worlds = Vec::new();
    for test_db in TestDb::each().await {
        let db = Db::connect(&DbConfig::new(test_db.url())).await.unwrap();
        let control = Database::connect(test_db.url()).await.unwrap();
        worlds.push(World { db, control, clock: Clock::default(), test_db });
    }
    worlds
}

/// Waits for what must come; a test that waits for ever is ended by its runner.
pub(crate) async fn until<F: Future<Output = bool>>(mut is_so: impl FnMut() -> F) {
    while !is_so().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

impl World {
    pub(crate) fn backend(&self) -> Backend {
        self.test_db.backend()
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let statement = Statement::from_string(self.control.get_database_backend(), sql);
        self.control.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    /// Waits until the statement gives this number.
    pub(crate) async fn until_count(&self, sql: &str, expected: i64) {
        until(|| async { self.count(sql).await == expected }).await;
    }

    pub(crate) async fn add_endpoint(&self, url: String) -> Uuid {
        let endpoint = WebhookEndpoint {
            id: Uuid::now_v7(),
            url,
            description: String::new(),
            topics: vec!["*".to_owned()],
            is_enabled: true,
        };
        let tx = self.db.begin_write().await.unwrap();
        insert_webhook_endpoint(&tx, &endpoint, SECRET, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        endpoint.id
    }

    pub(crate) fn event(&self, aggregate: u64, number: u64) -> Event {
        Event {
            id: Uuid::now_v7(),
            topic: "order.changed".to_owned(),
            aggregate: Aggregate::new("Order", Uuid::from_u128(u128::from(aggregate))),
            payload: serde_json::json!({"number": number}),
            at: self.clock.now(),
        }
    }

    pub(crate) async fn publish(&self, events: impl IntoIterator<Item = Event>) {
        let tx = self.db.begin_write().await.unwrap();
        events.into_iter().for_each(|event| tx.publish(event));
        tx.commit().await.unwrap();
    }

    pub(crate) fn dispatcher(&self, reach: Reach, config: DispatcherConfig) -> Dispatcher {
        Dispatcher::new(self.db.clone(), HttpClient::new(reach).unwrap(), self.clock.sources(), config)
    }
}

/// Quick, and never giving up.
pub(crate) fn quick() -> DispatcherConfig {
    DispatcherConfig {
        timeout: Duration::from_millis(500),
        lease: Duration::from_millis(2000),
        poll: Duration::from_millis(100),
        backoff: Backoff { first: Duration::from_millis(5), longest: Duration::from_millis(50) },
        max_attempts: u32::MAX,
        ..DispatcherConfig::default()
    }
}
