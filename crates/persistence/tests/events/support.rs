//! A database, and short names for what tests write into it.
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use std::time::Duration;
use tradewind_persistence::{
    Db, DbBackend, DbConfig,
    write::{
        Aggregate, Event, WriteTx,
        webhook::{
            Attempt, Claims, FannedOut, Finished, Head, Verdict, WebhookEndpoint, claim_lanes, fan_out,
            finish_deliveries, insert_webhook_endpoint,
        },
    },
};
use tradewind_testkit::{Backend, TestDb};
use uuid::Uuid;

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) control: DatabaseConnection,
    pub(crate) test_db: TestDb,
}

pub(crate) async fn each() -> Vec<World> {
    let mut worlds = Vec::new();
    for test_db in TestDb::each().await {
        worlds.push(World::new(test_db).await);
    }
    worlds
}

pub(crate) fn now() -> DateTime<Utc> {
    "2026-03-01T12:00:00.123456789Z".parse().unwrap()
}

pub(crate) fn after(seconds: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(seconds)
}

/// As the databases keep it.
pub(crate) fn micros(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(6)
}

pub(crate) fn id(number: u64) -> Uuid {
    Uuid::from_u128(7 << 76 | u128::from(number))
}

pub(crate) fn order(number: u64) -> Aggregate {
    Aggregate::new("Order", id(number))
}

pub(crate) fn event(number: u64, aggregate: u64, topic: &str) -> Event {
    let payload = serde_json::json!({"number": number, "text": "ä\u{0}\"\\"});
    Event { id: id(number), topic: topic.to_owned(), aggregate: order(aggregate), payload, at: now() }
}

pub(crate) fn endpoint(number: u64, topics: &[&str]) -> WebhookEndpoint {
    WebhookEndpoint {
        id: id(number),
        url: format!("https://receiver{number}.example/hooks"),
        description: String::new(),
        topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
        is_enabled: true,
    }
}

impl World {
    pub(crate) async fn new(test_db: TestDb) -> Self {
        let db = Db::connect(&DbConfig::new(test_db.url())).await.unwrap();
        let control = Database::connect(test_db.url()).await.unwrap();
        Self { db, control, test_db }
    }

    pub(crate) fn backend(&self) -> Backend {
        self.test_db.backend()
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.db.backend() == DbBackend::Postgres
    }

    pub(crate) async fn begin(&self) -> WriteTx {
        self.db.begin_write().await.unwrap()
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let statement = Statement::from_string(self.control.get_database_backend(), sql);
        self.control.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    pub(crate) async fn publish(&self, events: impl IntoIterator<Item = Event>) {
        let tx = self.begin().await;
        events.into_iter().for_each(|event| tx.publish(event));
        tx.commit().await.unwrap();
    }

    pub(crate) async fn add_endpoint(&self, number: u64, topics: &[&str]) -> WebhookEndpoint {
        let (endpoint, tx) = (endpoint(number, topics), self.begin().await);
        insert_webhook_endpoint(&tx, &endpoint, "secret", now()).await.unwrap();
        tx.commit().await.unwrap();
        endpoint
    }

    pub(crate) async fn fan_out(&self) -> FannedOut {
        fan_out(&self.db, 1000, &Uuid::now_v7, now()).await.unwrap()
    }

    /// Takes up to 100 lanes of each endpoint until a minute after `now`.
    pub(crate) async fn claim(&self, now: DateTime<Utc>) -> Vec<Head> {
        let lease_until = now + TimeDelta::seconds(60);
        let claims = Claims { holder: Uuid::now_v7(), per_endpoint: 100, busy: Vec::new(), lease_until };
        claim_lanes(&self.db, &claims, now).await.unwrap()
    }

    pub(crate) async fn finish(&self, heads: Vec<Head>, verdict: Verdict, now: DateTime<Utc>) -> Finished {
        let attempts = heads.into_iter().map(|head| attempt(head, verdict)).collect();
        finish_deliveries(&self.db, attempts, Some(now + TimeDelta::seconds(60)), now).await.unwrap()
    }
}

pub(crate) fn attempt(head: Head, verdict: Verdict) -> Attempt {
    Attempt {
        head,
        started_at: now(),
        latency: Duration::from_millis(12),
        status: Some(if verdict == Verdict::Delivered { 200 } else { 503 }),
        error: None,
        response: "answer".to_owned(),
        verdict,
    }
}

pub(crate) fn positions(heads: &[Head]) -> Vec<i64> {
    heads.iter().map(|head| head.position).collect()
}
