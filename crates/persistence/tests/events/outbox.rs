//! Events are told in the order of their aggregates, and none is lost, however writers overtake each other.
use crate::support::{World, each, event, id, now};
use proptest::prelude::*;
use sea_orm::{ConnectionTrait, TransactionTrait};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};
use tradewind_persistence::{
    Db,
    write::webhook::{Verdict, fan_out},
};
use uuid::Uuid;

#[tokio::test]
async fn an_event_is_there_with_the_commit_and_not_without() {
    for world in each().await {
        world.add_endpoint(1, &["*"]).await;
        let tx = world.begin().await;
        tx.publish(event(1, 1, "a"));
        drop(tx);
        assert_eq!(world.fan_out().await.events, 0);
        world.publish([event(2, 1, "a"), event(3, 2, "b"), event(4, 1, "c")]).await;
        assert_eq!(world.fan_out().await.events, 3);
        let heads = world.claim(now()).await;
        let told: Vec<_> =
            heads.iter().map(|head| (head.event_id, head.topic.as_str(), head.aggregate.clone())).collect();
        let order = |number| format!("Order:{}", id(number));
        assert_eq!(told, [(id(2), "a", order(1)), (id(3), "b", order(2))], "{}", world.backend());
        let payload: serde_json::Value = serde_json::from_str(&heads[0].payload).unwrap();
        assert_eq!(payload, event(2, 1, "a").payload);
        assert_eq!(heads[0].created_at.timestamp_micros(), now().timestamp_micros());
    }
}

#[tokio::test]
async fn a_lower_position_that_is_committed_later_is_not_skipped() {
    for world in each().await.into_iter().filter(World::is_postgres) {
        world.add_endpoint(1, &["*"]).await;
        let slow = world.control.begin().await.unwrap();
        let early = format!(
            "INSERT INTO outbox (id, topic, aggregate, payload, created_at) VALUES ('{}', 'a', 'Order:early', '1', now())",
            id(9)
        );
        slow.execute_unprepared(&early).await.unwrap();
        world.publish([event(1, 1, "a")]).await;
        assert_eq!(world.fan_out().await.events, 1);
        let later = world.claim(now()).await;
        assert!(later.len() == 1 && later[0].position > 1);
        slow.commit().await.unwrap();
        assert_eq!(world.fan_out().await.events, 1);
        let early = world.claim(now()).await;
        assert_eq!((early[0].position, early[0].event_id), (1, id(9)));
    }
}

#[tokio::test]
async fn a_writer_of_an_aggregate_waits_for_the_one_before_it() {
    for world in each().await.into_iter().filter(World::is_postgres) {
        let first = world.control.begin().await.unwrap();
        let lock = format!("INSERT INTO outbox_aggregates VALUES ('Order:{}')", id(1));
        first.execute_unprepared(&lock).await.unwrap();
        let (tx, other) = (world.begin().await, world.begin().await);
        tx.publish(event(1, 1, "a"));
        other.publish(event(2, 2, "a"));
        let mut commit = Box::pin(tx.commit());
        other.commit().await.unwrap();
        let early = tokio::time::timeout(Duration::from_millis(200), &mut commit).await;
        assert!(early.is_err(), "it did not wait");
        first.commit().await.unwrap();
        commit.await.unwrap();
        assert_eq!(world.count("SELECT count(*) FROM outbox").await, 2);
    }
}

const WRITERS: u64 = 8;
const ROUNDS: u64 = 25;
const AGGREGATES: u64 = 5;

/// Each transaction writes events of some aggregates, in an order of its own, and waits before it commits, or undoes.
async fn write(db: Db, writer: u64, numbers: Arc<AtomicU64>, committed: Arc<AtomicU64>) {
    for round in 0..ROUNDS {
        let tx = db.begin_write().await.unwrap();
        let many = 1 + (writer + round) % 3;
        for n in 0..many {
            tx.publish(event(numbers.fetch_add(1, SeqCst), (writer * 7 + round * 3 + n * 2) % AGGREGATES, "t"));
        }
        tokio::time::sleep(Duration::from_micros((writer * 331 + round * 173) % 2000)).await;
        if !(writer + round).is_multiple_of(5) {
            tx.commit().await.unwrap();
            committed.fetch_add(many, SeqCst);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_that_overtake_each_other_lose_nothing_and_keep_the_order() {
    for world in each().await {
        world.add_endpoint(1, &["*"]).await;
        let (numbers, committed) = (Arc::new(AtomicU64::new(1)), Arc::new(AtomicU64::new(0)));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| tokio::spawn(write(world.db.clone(), writer, numbers.clone(), committed.clone())))
            .collect();
        // Two processes fan out; what each event was told as, in order.
        let all_written = Arc::new(AtomicBool::new(false));
        let other = {
            let (db, all_written) = (world.db.clone(), all_written.clone());
            tokio::spawn(async move {
                while !all_written.load(SeqCst) {
                    fan_out(&db, 7, &Uuid::now_v7, now()).await.unwrap();
                    tokio::task::yield_now().await;
                }
            })
        };
        let mut told: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        let mut heads = Vec::new();
        loop {
            let over = writers.iter().all(tokio::task::JoinHandle::is_finished);
            let fanned_out = fan_out(&world.db, 7, &Uuid::now_v7, now()).await.unwrap();
            heads.extend(world.claim(now()).await);
            heads.iter().for_each(|head| told.entry(head.aggregate.clone()).or_default().push(head.position));
            let is_idle = over && fanned_out.events == 0 && heads.is_empty();
            heads = world.finish(std::mem::take(&mut heads), Verdict::Delivered, now()).await.next;
            if is_idle && world.count("SELECT count(*) FROM outbox WHERE fanned_out_at IS NULL").await == 0 {
                // The other one may have committed what was claimed too early.
                all_written.store(true, SeqCst);
                heads.extend(world.claim(now()).await);
                if heads.is_empty() && other.is_finished() {
                    break;
                }
            }
        }
        other.await.unwrap();
        for writer in writers {
            writer.await.unwrap();
        }
        let total: usize = told.values().map(Vec::len).sum();
        assert_eq!(u64::try_from(total).unwrap(), committed.load(SeqCst), "{}", world.backend());
        for (aggregate, positions) in &told {
            assert!(positions.is_sorted_by(|a, b| a < b), "{}: {aggregate}: {positions:?}", world.backend());
        }
        assert_eq!(world.count("SELECT count(*) FROM webhook_lanes").await, 0);
    }
}

proptest! {
    /// What can be matched: exact topics, or all.
    #[test]
    fn topics_are_matched_whole(topic in "[a-c.]{1,4}", wanted in proptest::collection::vec("[a-c.]{1,4}", 0..4)) {
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let endpoint = crate::support::endpoint(1, &wanted);
        prop_assert_eq!(endpoint.wants(&topic), wanted.contains(&topic.as_str()));
        prop_assert!(crate::support::endpoint(1, &["*"]).wants(&topic));
    }
}
