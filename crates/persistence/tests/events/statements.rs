//! The number of statements does not depend on the number of rows.
use crate::support::{World, attempt, each, event, id, now};
use std::{future::Future, time::Duration};
use tradewind_persistence::{
    statements::record,
    write::{
        idempotency::{Claim, IdempotencyKey, KeyedRequest, claim, finish},
        job::{JobSlots, NewJob, add_jobs, claim_jobs, renew_jobs},
        webhook::{Replay, Verdict, Which, due, finish_deliveries, replay},
    },
};
use uuid::Uuid;

async fn count<F: Future>(future: F) -> (usize, F::Output) {
    let (output, record) = record(false, future).await;
    (record.count, output)
}

/// Publish, fan out, look, claim, finish, replay; add, claim, renew jobs.
async fn counts(world: &World, from: u64, many: u64) -> Vec<usize> {
    let events = (from..from + many).map(|number| event(number, number / 2, "a"));
    let (published, ()) = count(world.publish(events)).await;
    let (fanned_out, _) = count(world.fan_out()).await;
    let (looked, _) = count(due(&world.db, &[(id(1), 1)], 8)).await;
    let (claimed, heads) = count(world.claim(now())).await;
    let attempts = heads.into_iter().map(|head| attempt(head, Verdict::Delivered)).collect();
    let (finished, _) = count(finish_deliveries(&world.db, attempts, Some(now()), now())).await;
    let tx = world.begin().await;
    let wanted =
        Replay { endpoint_id: id(1), which: Which::Between(now(), crate::support::after(1)), after: 0, most: 1000 };
    let (replayed, _) = count(replay(&tx, &wanted, &Uuid::now_v7, now())).await;
    drop(tx);
    let job = |number| NewJob {
        id: id(number),
        name: "j".to_owned(),
        arguments: serde_json::Value::Null,
        unique_key: None,
        due_at: now(),
    };
    let tx = world.begin().await;
    let (added, _) = count(add_jobs(&tx, (from..from + many).map(job).collect(), now())).await;
    tx.commit().await.unwrap();
    let slots = [JobSlots { name: "j", free: 1000, lease_until: now() }];
    let (jobs, _) = count(claim_jobs(&world.db, &slots, id(7), 1000, now())).await;
    let leases: Vec<_> = (from..from + many).map(|number| (id(number), now())).collect();
    let (renewed, _) = count(renew_jobs(&world.db, &leases, id(7))).await;
    vec![published, fanned_out, looked, claimed, finished, replayed, added, jobs, renewed]
}

#[tokio::test]
async fn one_ten_or_a_hundred_rows_are_as_many_statements() {
    for world in each().await {
        world.add_endpoint(1, &["*"]).await;
        let mut all = Vec::new();
        for (from, many) in [(1, 1), (100, 10), (1000, 100)] {
            all.push(counts(&world, from, many).await);
        }
        println!("{}: {:?}", world.backend(), all[0]);
        let expected = if world.is_postgres() { [3, 7, 1, 3, 6, 4, 1, 1, 1] } else { [1, 5, 1, 3, 6, 4, 1, 1, 1] };
        assert!(all.iter().all(|counts| counts == &expected), "{}: {all:?}", world.backend());
    }
}

#[tokio::test]
async fn a_key_costs_two_statements_and_a_replay_two() {
    for world in each().await {
        let key = IdempotencyKey::parse("k").unwrap();
        let request = KeyedRequest { key, scope: "s".to_owned(), hash: "h".to_owned() };
        let wait = Duration::from_secs(5);
        let tx = world.begin().await;
        let (first, result) = count(claim(&tx, &request, "f", wait, now())).await;
        assert_eq!(result.unwrap(), Claim::First);
        let (finished, _) = count(finish(&tx, &request, "f", &serde_json::json!(1))).await;
        tx.commit().await.unwrap();
        let tx = world.begin().await;
        let (replayed, result) = count(claim(&tx, &request, "f", wait, now())).await;
        assert_eq!(result.unwrap(), Claim::Done(serde_json::json!(1)));
        assert_eq!((first, finished, replayed), (1, 1, 2), "{}", world.backend());
    }
}
