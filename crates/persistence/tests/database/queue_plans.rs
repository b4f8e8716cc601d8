//! Queues that hold much find what is due without reading it all: 100,000 events, deliveries, jobs and keys, most of them
//! done or not due.
use crate::plans::settled;
use chrono::{TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Database};
use std::time::Duration;
use tradewind_persistence::{
    Db, DbConfig,
    read::{
        job::dead_jobs,
        webhook::{DeliveryState, webhook_attempts, webhook_deliveries, webhook_deliveries_by_ids},
    },
    write::{
        Aggregate, Event,
        idempotency::{Claim, IdempotencyKey, KeyedRequest, answer_of, claim, finish, forget_keys, keep_answer},
        job::{
            JobSlots, NewJob, add_jobs, claim_jobs, finish_job, next_job_due, release_jobs, renew_jobs, revive_jobs,
        },
        webhook::{
            Attempt, Claims, Replay, Verdict, Which, claim_lanes, due, fan_out, finish_deliveries, forget_events,
            replay,
        },
    },
};
use tradewind_testkit::TestDb;
use uuid::Uuid;

/// Endpoint 1 takes all, with a backlog of 20,000 lanes of which 50 are due.
const FILL: &str = "
CREATE FUNCTION id(kind int, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
  $$ SELECT (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
INSERT INTO webhook_endpoints SELECT id(1, n), 'https://receiver.example', '', '[\"*\"]', true, 's', NULL, NULL, now(), now() FROM generate_series(1, 3) n;
INSERT INTO outbox (id, topic, aggregate, payload, created_at, fanned_out_at)
  SELECT id(2, n), 'a', 'Order:' || id(3, n / 3), '{}', now() - (200000 - n) * interval '1 second', now() FROM generate_series(1, 100000) n;
INSERT INTO outbox_aggregates SELECT DISTINCT aggregate FROM outbox;
INSERT INTO webhook_deliveries SELECT id(4, position), id(1, 1), position, aggregate,
  CASE WHEN position > 40000 THEN 'open' WHEN position % 100 = 0 THEN 'dead' ELSE 'delivered' END, 1, 0, created_at, NULL FROM outbox;
INSERT INTO webhook_attempts SELECT id, 1, created_at, 5, 200, NULL, '' FROM webhook_deliveries;
INSERT INTO webhook_lanes SELECT id(1, 1), aggregate, now() + (row_number() OVER () - 50) * interval '1 minute', NULL
  FROM (SELECT DISTINCT aggregate FROM webhook_deliveries WHERE state = 'open') a;
INSERT INTO jobs SELECT id(5, n), 'kind' || n % 5, 'null', 'key' || n, now() + (n - 50) * interval '1 minute', NULL, 0, false, NULL, now(),
  CASE WHEN n % 50 = 0 THEN now() END FROM generate_series(1, 100000) n;
INSERT INTO idempotency_keys SELECT 'scope' || n % 100, encode(sha256(('key' || n)::bytea), 'hex'), 'hash', now() - n * interval '0.9 second', NULL FROM generate_series(1, 100000) n;
INSERT INTO idempotency_outcomes SELECT scope, key, 'f', claimed_at, '1' FROM idempotency_keys;
ANALYZE;";

fn id(kind: u128, number: u128) -> Uuid {
    Uuid::from_u128(kind << 96 | 0x7000_8000_0000_0000_0000 | number)
}

async fn repeat_requests(db: &Db) {
    let now = Utc::now();
    for number in 0..7 {
        let key = IdempotencyKey::parse(&format!("key{}", 50 + 50 * number)).unwrap();
        let request = KeyedRequest { key, scope: "scope50".to_owned(), hash: "hash".to_owned() };
        let tx = db.begin_write().await.unwrap();
        let known = claim(&tx, &request, "f", Duration::from_secs(1), now).await.unwrap();
        assert_eq!(matches!(known, Claim::Done(_)), number % 2 == 0);
        finish(&tx, &request, "g", &serde_json::json!(1)).await.ok();
        tx.commit().await.ok();
        keep_answer(db, &request, "answer", now).await.unwrap();
        answer_of(db, &request, now).await.unwrap();
        forget_keys(db, now).await.unwrap();
    }
}

async fn work_on_jobs(db: &Db) {
    let now = Utc::now();
    let holder = id(9, 1);
    for number in 0..7 {
        next_job_due(db, &["kind0", "kind1", "kind2"]).await.unwrap();
        let slots = ["kind0", "kind1"].map(|name| JobSlots { name, free: 2, lease_until: now });
        let jobs = claim_jobs(db, &slots, holder, 3, now).await.unwrap();
        assert_eq!(jobs.len(), 3);
        renew_jobs(db, &[(jobs[0].id, now)], holder).await.unwrap();
        let tx = db.begin_write().await.unwrap();
        finish_job(&tx, jobs[0].id, holder, now).await.unwrap();
        let job = NewJob {
            id: id(6, number),
            name: "kind0".to_owned(),
            arguments: serde_json::Value::Null,
            unique_key: Some("key55".to_owned()),
            due_at: now,
        };
        add_jobs(&tx, vec![job], now).await.unwrap();
        revive_jobs(&tx, vec![id(5, 50 * (1 + number))], now).await.unwrap();
        tx.commit().await.unwrap();
        release_jobs(db, vec![jobs[1].id], holder, now).await.unwrap();
        dead_jobs(db, (now, id(9, 9)), 20).await.unwrap();
    }
}

async fn deliver(db: &Db) {
    let now = Utc::now();
    for number in 0..7 {
        let aggregate = Aggregate::new("Order", id(3, 999_999));
        let event =
            Event { id: Uuid::now_v7(), topic: "a".to_owned(), aggregate, payload: serde_json::Value::Null, at: now };
        let tx = db.begin_write().await.unwrap();
        tx.publish(event);
        tx.commit().await.unwrap();
        due(db, &[(id(1, 1), 2)], 8).await.unwrap();
        fan_out(db, 500, &Uuid::now_v7, now).await.unwrap();
        let lease_until = now + TimeDelta::minutes(1);
        let claims = Claims { holder: Uuid::now_v7(), per_endpoint: 5, busy: vec![(id(1, 1), 2)], lease_until };
        let heads = claim_lanes(db, &claims, now).await.unwrap();
        assert!(heads.len() >= 3);
        let attempt = |head| Attempt {
            head,
            started_at: now,
            latency: Duration::ZERO,
            status: Some(200),
            error: None,
            response: String::new(),
            verdict: if number % 2 == 0 { Verdict::Delivered } else { Verdict::Retry(now) },
        };
        finish_deliveries(db, heads.into_iter().map(attempt).collect(), Some(lease_until), now).await.unwrap();
        for which in [
            Which::Dead,
            Which::Events(vec![id(2, 7), id(2, 70)]),
            Which::Between(now - TimeDelta::seconds(190_000), now - TimeDelta::seconds(189_900)),
        ] {
            let tx = db.begin_write().await.unwrap();
            let wanted = Replay { endpoint_id: id(1, 1), which, after: 0, most: 10 };
            replay(&tx, &wanted, &Uuid::now_v7, now).await.unwrap();
            tx.commit().await.unwrap();
        }
        for state in [None, Some(DeliveryState::Open), Some(DeliveryState::Dead)] {
            webhook_deliveries(db, id(1, 1), state, Some(90_000), 20).await.unwrap();
        }
        webhook_deliveries_by_ids(db, vec![id(4, 7)]).await.unwrap();
        webhook_attempts(db, vec![id(4, 7), id(4, 8)]).await.unwrap();
    }
}

#[tokio::test]
async fn no_queue_is_read_whole() {
    let Some(test) = TestDb::postgres().await else { return };
    let control = Database::connect(test.url()).await.unwrap();
    let filler = Database::connect(test.url()).await.unwrap();
    filler.execute_unprepared(FILL).await.unwrap();
    // What it read itself is counted when it ends.
    filler.execute_unprepared("SELECT pg_stat_force_next_flush()").await.unwrap();
    filler.close().await.unwrap();
    control.execute_unprepared("SELECT pg_stat_reset()").await.unwrap();
    let db = Db::connect(&DbConfig { max_connections: 1, ..DbConfig::new(test.url()) }).await.unwrap();
    repeat_requests(&db).await;
    work_on_jobs(&db).await;
    deliver(&db).await;
    let old = Utc::now() - TimeDelta::seconds(199_000);
    assert!(forget_events(&db, old).await.unwrap() > 500);
    db.close().await;
    assert_eq!(settled(&control).await, Vec::new(), "tables that were read from end to end, and how often");
}
