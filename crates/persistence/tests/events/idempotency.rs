//! A request that comes twice runs once.
use crate::support::{World, after, each, endpoint, event, now};
use proptest::prelude::*;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use std::time::Duration;
use tradewind_persistence::{
    Db, DbError,
    write::{
        idempotency::{
            Claim, IdempotencyKey, InvalidKey, KeyedRequest, KnownAnswer, LONGEST_ANSWER, answer_of, claim, finish,
            forget_keys, keep_answer, request_hash,
        },
        webhook::{insert_webhook_endpoint, rotate_webhook_secret},
    },
};

const PATIENCE: Duration = Duration::from_secs(60);
const DAY: i64 = 24 * 3600;

fn request(key: &str, hash: &str) -> KeyedRequest {
    KeyedRequest { key: IdempotencyKey::parse(key).unwrap(), scope: "customer:1 eu".to_owned(), hash: hash.to_owned() }
}

/// Does a field once: the effect is an event.
async fn act(db: Db, request: KeyedRequest, number: u64) -> Value {
    let tx = db.begin_write().await.unwrap();
    match claim(&tx, &request, "place", PATIENCE, now()).await.unwrap() {
        Claim::First => {
            tx.publish(event(number, 1, "order.placed"));
            tokio::time::sleep(Duration::from_millis(20)).await;
            let outcome = json!({"by": number});
            finish(&tx, &request, "place", &outcome).await.unwrap();
            tx.commit().await.unwrap();
            outcome
        }
        Claim::Done(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

async fn claimed(world: &World, request: &KeyedRequest, field: &str, seconds: i64) -> Claim {
    let tx = world.begin().await;
    claim(&tx, request, field, PATIENCE, after(seconds)).await.unwrap()
}

async fn done(world: &World, request: &KeyedRequest, field: &str, outcome: Value) {
    let tx = world.begin().await;
    assert_eq!(claim(&tx, request, field, PATIENCE, now()).await.unwrap(), Claim::First);
    finish(&tx, request, field, &outcome).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_duplicates_at_once_run_once() {
    for world in each().await {
        for round in 0..4 {
            let request = request(&format!("key {round}"), "a");
            let acts = (0..50).map(|number| act(world.db.clone(), request.clone(), round * 100 + number));
            let acts: Vec<_> = acts.map(tokio::spawn).collect();
            let mut outcomes = Vec::new();
            for act in acts {
                outcomes.push(act.await.unwrap());
            }
            assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{}: {outcomes:?}", world.backend());
            let events = world.count("SELECT count(*) FROM outbox").await;
            assert_eq!(events, i64::try_from(round).unwrap() + 1, "{}", world.backend());
        }
    }
}

#[tokio::test]
async fn a_key_belongs_to_one_request_of_one_caller() {
    for world in each().await {
        let ours = request("k", "a");
        done(&world, &ours, "first", json!({"id": 1, "text": "\u{0}ä"})).await;
        assert_eq!(claimed(&world, &ours, "first", 1).await, Claim::Done(json!({"id": 1, "text": "\u{0}ä"})));
        assert_eq!(claimed(&world, &ours, "second", 1).await, Claim::First);
        let other_body = request("k", "b");
        assert_eq!(claimed(&world, &other_body, "first", 1).await, Claim::Differs);
        assert_eq!(claimed(&world, &other_body, "second", 1).await, Claim::Differs);
        let other_caller = KeyedRequest { scope: "customer:2 eu".to_owned(), ..ours.clone() };
        assert_eq!(claimed(&world, &other_caller, "first", 1).await, Claim::First);
        assert_eq!(claimed(&world, &request("K", "b"), "first", 1).await, Claim::First);
    }
}

#[tokio::test]
async fn a_crash_before_the_commit_leaves_nothing_and_after_it_everything() {
    for world in each().await {
        let request = request("k", "a");
        let tx = world.begin().await;
        assert_eq!(claim(&tx, &request, "f", PATIENCE, now()).await.unwrap(), Claim::First);
        tx.publish(event(1, 1, "order.placed"));
        finish(&tx, &request, "f", &json!(1)).await.unwrap();
        if world.is_postgres() {
            let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND state = 'idle in transaction'";
            world.control.execute_raw(Statement::from_string(DbBackend::Postgres, kill)).await.unwrap();
            tx.commit().await.expect_err("the connection is gone");
        } else {
            drop(tx);
        }
        assert_eq!(world.count("SELECT count(*) FROM outbox").await, 0);
        done(&world, &request, "f", json!(2)).await;
        // The answer never got there; the client asks again.
        assert_eq!(claimed(&world, &request, "f", 1).await, Claim::Done(json!(2)), "{}", world.backend());
    }
}

#[tokio::test]
async fn a_day_later_the_key_is_free() {
    for world in each().await {
        let old = request("k", "a");
        done(&world, &old, "f", json!(1)).await;
        done(&world, &old, "g", json!(2)).await;
        assert!(keep_answer(&world.db, &old, "answer", now()).await.unwrap());
        assert_eq!(claimed(&world, &old, "f", DAY - 1).await, Claim::Done(json!(1)));
        assert_eq!(claimed(&world, &request("k", "b"), "f", DAY - 1).await, Claim::Differs);
        let new = request("k", "b");
        let tx = world.begin().await;
        assert_eq!(claim(&tx, &new, "f", PATIENCE, after(DAY)).await.unwrap(), Claim::First);
        finish(&tx, &new, "f", &json!(3)).await.unwrap();
        // The same transaction knows what it has done; of the old request nothing is left.
        assert_eq!(claim(&tx, &new, "f", PATIENCE, after(DAY)).await.unwrap(), Claim::Done(json!(3)));
        assert_eq!(claim(&tx, &new, "g", PATIENCE, after(DAY)).await.unwrap(), Claim::First);
        tx.commit().await.unwrap();
        assert_eq!(answer_of(&world.db, &new, after(DAY)).await.unwrap(), KnownAnswer::None, "{}", world.backend());
        assert_eq!(claimed(&world, &old, "f", DAY + 1).await, Claim::Differs);
    }
}

#[tokio::test]
async fn a_duplicate_waits_only_so_long() {
    for world in each().await.into_iter().filter(World::is_postgres) {
        let request = request("k", "a");
        let tx = world.begin().await;
        insert_webhook_endpoint(&tx, &endpoint(1, &[]), "secret", now()).await.unwrap();
        tx.commit().await.unwrap();
        let first = world.begin().await;
        let moment = Duration::from_millis(20);
        assert_eq!(claim(&first, &request, "f", moment, now()).await.unwrap(), Claim::First);
        let second = world.begin().await;
        assert_eq!(claim(&second, &request, "f", moment, now()).await.unwrap(), Claim::InProgress);
        drop(second);
        // A lock of another kind is waited for as long as ever: the bound was that of the claim alone.
        let other = world.begin().await;
        assert!(rotate_webhook_secret(&other, crate::support::id(1), "s", now(), now()).await.unwrap());
        let waiting = rotate_webhook_secret(&first, crate::support::id(1), "t", now(), now());
        let release = async {
            tokio::time::sleep(moment * 10).await;
            other.commit().await.unwrap();
        };
        let (rotated, ()) = tokio::join!(waiting, release);
        assert!(rotated.unwrap());
        finish(&first, &request, "f", &json!(1)).await.unwrap();
        first.commit().await.unwrap();
        assert_eq!(claimed(&world, &request, "f", 1).await, Claim::Done(json!(1)));
    }
}

#[tokio::test]
async fn a_refusal_is_an_outcome_without_effects() {
    for world in each().await {
        let (request, taken) = (request("k", "a"), world.add_endpoint(1, &[]).await);
        let tx = world.begin().await;
        tx.publish(event(1, 1, "before"));
        assert_eq!(claim(&tx, &request, "f", PATIENCE, now()).await.unwrap(), Claim::First);
        let clean = tx.savepoint().await.unwrap();
        insert_webhook_endpoint(&tx, &endpoint(2, &[]), "secret", now()).await.unwrap();
        tx.publish(event(2, 1, "undone"));
        let inner = tx.savepoint().await.unwrap();
        tx.publish(event(3, 1, "undone too"));
        tx.rollback_to(&inner).await.unwrap();
        let refused = insert_webhook_endpoint(&tx, &taken, "secret", now()).await;
        assert!(matches!(refused, Err(DbError::Constraint(_))), "{refused:?}");
        tx.rollback_to(&clean).await.unwrap();
        finish(&tx, &request, "f", &json!({"code": "TAKEN"})).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(claimed(&world, &request, "f", 1).await, Claim::Done(json!({"code": "TAKEN"})));
        assert_eq!(world.count("SELECT count(*) FROM webhook_endpoints").await, 1, "{}", world.backend());
        assert_eq!(world.count("SELECT count(*) FROM outbox WHERE topic = 'before'").await, 1);
        assert_eq!(world.count("SELECT count(*) FROM outbox").await, 1);
    }
}

#[tokio::test]
async fn the_answer_is_kept_to_the_byte() {
    for world in each().await {
        let request = request("k", "a");
        assert_eq!(answer_of(&world.db, &request, now()).await.unwrap(), KnownAnswer::None);
        assert!(!keep_answer(&world.db, &request, "nobody claimed it", now()).await.unwrap());
        done(&world, &request, "f", json!(1)).await;
        let (fits, long) = (" {\"data\": \"ä\\u0000\"}".to_owned(), "a".repeat(LONGEST_ANSWER + 1));
        assert!(!keep_answer(&world.db, &request, &long, now()).await.unwrap());
        assert_eq!(answer_of(&world.db, &request, now()).await.unwrap(), KnownAnswer::None);
        assert!(keep_answer(&world.db, &request, &long[1..], now()).await.unwrap());
        assert!(keep_answer(&world.db, &request, &fits, now()).await.unwrap());
        assert_eq!(answer_of(&world.db, &request, after(DAY - 1)).await.unwrap(), KnownAnswer::Kept(fits));
        let other = KeyedRequest { hash: "b".to_owned(), ..request.clone() };
        assert!(!keep_answer(&world.db, &other, "not its own", now()).await.unwrap());
        assert_eq!(answer_of(&world.db, &other, now()).await.unwrap(), KnownAnswer::Differs);
        assert_eq!(answer_of(&world.db, &request, after(DAY)).await.unwrap(), KnownAnswer::None);
    }
}

#[tokio::test]
async fn what_has_expired_is_forgotten_in_pages() {
    for world in each().await {
        let tx = world.begin().await;
        for number in 0..2100 {
            let request = request(&format!("{number}"), "a");
            let at = after(i64::from(number >= 2050) * 10);
            assert_eq!(claim(&tx, &request, "f", PATIENCE, at).await.unwrap(), Claim::First);
            finish(&tx, &request, "f", &json!(number)).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(forget_keys(&world.db, after(DAY - 1)).await.unwrap(), 0);
        assert_eq!(forget_keys(&world.db, after(DAY + 5)).await.unwrap(), 2050, "{}", world.backend());
        assert_eq!(world.count("SELECT count(*) FROM idempotency_outcomes").await, 50);
        assert_eq!(claimed(&world, &request("2060", "a"), "f", 20).await, Claim::Done(json!(2060)));
    }
}

#[test]
fn keys_are_short_and_printable() {
    assert_eq!(IdempotencyKey::parse("a b~!").unwrap().as_str(), "a b~!");
    assert!(IdempotencyKey::parse(&"k".repeat(255)).is_ok());
    for text in ["", "ä", "a\n", "\u{7f}", &"k".repeat(256)] {
        assert_eq!(IdempotencyKey::parse(text), Err(InvalidKey), "{text:?}");
    }
}

fn variables() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-c,:{}\"\\[\\]]{0,3}".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map("[a-c,:\"]{0,2}", inner, 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_hash_stands_for_one_request(
        one in ("[ab]{0,2}", proptest::option::of("[ab]{1,2}"), variables()),
        other in ("[ab]{0,2}", proptest::option::of("[ab]{1,2}"), variables()),
    ) {
        let hash = |request: &(String, Option<String>, Value)| request_hash(&request.0, request.1.as_deref(), &request.2);
        prop_assert_eq!(one == other, hash(&one) == hash(&other));
        prop_assert_eq!(hash(&one).len(), 64);
    }
}

#[test]
fn the_order_of_fields_does_not_matter() {
    let hash = |text: &str| request_hash("d", None, &serde_json::from_str(text).unwrap());
    assert_eq!(hash(r#"{"a": 1, "b": {"c": [1, 2], "d": 2}}"#), hash(r#"{"b": {"d": 2, "c": [1, 2]}, "a": 1}"#));
    assert_ne!(hash(r#"{"a": [1, 2]}"#), hash(r#"{"a": [2, 1]}"#));
}
