//! The lanes: one delivery of an aggregate at a time for each endpoint, whoever takes it.
use crate::support::{after, attempt, each, endpoint, event, id, micros, now, positions};
use chrono::TimeDelta;
use std::time::Duration;
use tradewind_persistence::{
    read::webhook::{
        DeliveryState, webhook_attempts, webhook_deliveries, webhook_deliveries_by_ids, webhook_endpoints,
    },
    write::webhook::{
        Attempt, Claims, FannedOut, Verdict, WebhookEndpoint, claim_lanes, delete_webhook_endpoint, due, fan_out,
        finish_deliveries, forget_events, rotate_webhook_secret, update_webhook_endpoint,
    },
};
use uuid::Uuid;

#[tokio::test]
async fn an_endpoint_gets_what_it_asked_for_while_it_is_on() {
    for world in each().await {
        world.add_endpoint(1, &["order.placed", "order.paid"]).await;
        world.add_endpoint(2, &["*"]).await;
        let off = world.add_endpoint(3, &["*"]).await;
        world.publish([event(1, 1, "order.placed"), event(2, 2, "order.shipped")]).await;
        let tx = world.begin().await;
        let off = WebhookEndpoint { is_enabled: false, ..off };
        assert!(update_webhook_endpoint(&tx, &off, now()).await.unwrap());
        assert!(!update_webhook_endpoint(&tx, &endpoint(9, &[]), now()).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(world.fan_out().await, FannedOut { events: 2, deliveries: 3 });
        assert_eq!(world.fan_out().await, FannedOut::default());
        let mut heads = world.claim(now()).await;
        heads.sort_by_key(|head| (head.endpoint_id, head.position));
        let got: Vec<_> = heads.iter().map(|head| (head.endpoint_id, head.topic.as_str())).collect();
        assert_eq!(got, [(id(1), "order.placed"), (id(2), "order.placed"), (id(2), "order.shipped")]);
        let rows = webhook_endpoints(&world.db).await.unwrap();
        let rows: Vec<_> = rows.iter().map(|row| (row.id, row.topics().unwrap().len(), row.is_enabled)).collect();
        assert_eq!(rows, [(id(1), 2, true), (id(2), 1, true), (id(3), 1, false)], "{}", world.backend());
    }
}

#[tokio::test]
async fn what_is_open_waits_while_its_endpoint_is_off() {
    for world in each().await {
        let ours = world.add_endpoint(1, &["*"]).await;
        world.publish([event(1, 1, "a")]).await;
        world.fan_out().await;
        let turn = async |is_enabled| {
            let tx = world.begin().await;
            let endpoint = WebhookEndpoint { is_enabled, ..ours.clone() };
            update_webhook_endpoint(&tx, &endpoint, now()).await.unwrap();
            tx.commit().await.unwrap();
        };
        turn(false).await;
        assert!(world.claim(now()).await.is_empty());
        assert_eq!(due(&world.db, &[], 8).await.unwrap().next_lane, None, "{}", world.backend());
        turn(true).await;
        assert_eq!(world.claim(now()).await.len(), 1);
    }
}

#[tokio::test]
async fn an_aggregate_goes_on_after_success_and_after_death_but_not_after_a_failure() {
    for world in each().await {
        world.add_endpoint(1, &["*"]).await;
        world.publish([event(1, 1, "a"), event(2, 1, "b"), event(3, 2, "c"), event(4, 1, "d")]).await;
        world.fan_out().await;
        let first = world.claim(now()).await;
        assert_eq!(positions(&first), [1, 3]);
        assert!(world.claim(now()).await.is_empty(), "both lanes are taken");
        let (one, two) = (first[0].clone(), first[1].clone());
        assert!(world.finish(vec![one], Verdict::Retry(after(30)), now()).await.next.is_empty());
        assert!(world.claim(after(29)).await.is_empty(), "{}: its lane waits", world.backend());
        assert_eq!(
            due(&world.db, &[], 8).await.unwrap().next_lane.map(|at| at.timestamp()),
            Some(after(30).timestamp())
        );
        let again = world.claim(after(30)).await;
        assert_eq!((positions(&again), again[0].attempts, again[0].failures), (vec![1], 1, 1));
        let next = world.finish(again, Verdict::Delivered, after(30)).await.next;
        assert_eq!(positions(&next), [2]);
        let next = world.finish(next, Verdict::Dead, after(31)).await.next;
        assert_eq!(positions(&next), [4]);
        assert!(world.finish(next, Verdict::Delivered, after(32)).await.next.is_empty());
        world.finish(vec![two], Verdict::Delivered, after(32)).await;
        assert_eq!(world.count("SELECT count(*) FROM webhook_lanes").await, 0);
        let dead = webhook_deliveries(&world.db, id(1), Some(DeliveryState::Dead), None, 10).await.unwrap();
        assert_eq!(dead.iter().map(|row| row.event_id).collect::<Vec<_>>(), [id(2)]);
        let all = webhook_deliveries(&world.db, id(1), None, Some(4), 2).await.unwrap();
        let all: Vec<_> = all.iter().map(|row| (row.position, row.state.as_str(), row.attempts)).collect();
        assert_eq!(all, [(3, "delivered", 1), (2, "dead", 1)], "{}", world.backend());
    }
}

#[tokio::test]
async fn the_log_tells_of_each_attempt() {
    for world in each().await {
        world.add_endpoint(1, &["*"]).await;
        world.publish([event(1, 1, "a")]).await;
        world.fan_out().await;
        let head = world.claim(now()).await.remove(0);
        let delivery = head.delivery_id;
        let failed = Attempt {
            status: None,
            error: Some("no answer within 10000 ms".to_owned()),
            response: String::new(),
            ..attempt(head, Verdict::Retry(after(5)))
        };
        finish_deliveries(&world.db, vec![failed], None, now()).await.unwrap();
        let head = world.claim(after(5)).await.remove(0);
        world.finish(vec![head], Verdict::Delivered, after(6)).await;
        let log = webhook_attempts(&world.db, vec![delivery]).await.unwrap();
        let log: Vec<_> =
            log.iter().map(|row| (row.number, row.status, row.error.as_deref(), row.response.as_str())).collect();
        assert_eq!(log, [(1, None, Some("no answer within 10000 ms"), ""), (2, Some(200), None, "answer")]);
        let row = webhook_deliveries_by_ids(&world.db, vec![delivery, id(77)]).await.unwrap().remove(0);
        assert_eq!((row.state.as_str(), row.attempts), ("delivered", 2), "{}", world.backend());
        assert_eq!(row.ended_at.unwrap().timestamp(), after(6).timestamp());
    }
}

#[tokio::test]
async fn who_lost_its_lane_changes_nothing() {
    for world in each().await {
        world.add_endpoint(1, &["*"]).await;
        world.publish([event(1, 1, "a"), event(2, 1, "b")]).await;
        world.fan_out().await;
        let silent = world.claim(now()).await;
        assert!(world.claim(after(59)).await.is_empty(), "the lease lives");
        let heir = world.claim(after(60)).await;
        assert_eq!((heir.len(), heir[0].position), (1, 1), "{}", world.backend());
        let finished = world.finish(silent, Verdict::Dead, after(61)).await;
        assert_eq!((finished.lost, finished.next.len()), (1, 0));
        assert_eq!(world.count("SELECT count(*) FROM webhook_attempts").await, 0);
        let next = world.finish(heir, Verdict::Delivered, after(62)).await.next;
        assert_eq!(positions(&next), [2]);
    }
}

#[tokio::test]
async fn an_endpoint_has_only_so_many_lanes_at_once() {
    for world in each().await {
        world.add_endpoint(1, &["*"]).await;
        world.add_endpoint(2, &["a"]).await;
        world.publish((1..=6).map(|number| event(number, number, "b"))).await;
        world.publish([event(7, 7, "a")]).await;
        world.fan_out().await;
        let claim = async |busy: Vec<(Uuid, u32)>| {
            let claims =
                Claims { holder: Uuid::now_v7(), per_endpoint: 4, busy, lease_until: now() + TimeDelta::seconds(60) };
            let heads = claim_lanes(&world.db, &claims, now()).await.unwrap();
            let of = |number| heads.iter().filter(|head| head.endpoint_id == id(number)).count();
            (of(1), of(2))
        };
        assert_eq!(claim(vec![(id(1), 1), (id(9), 4)]).await, (3, 1), "{}", world.backend());
        assert_eq!(claim(vec![(id(1), 4)]).await, (0, 0));
        assert_eq!(due(&world.db, &[(id(1), 4)], 4).await.unwrap().next_lane, Some(micros(after(60))));
        assert_eq!(claim(vec![(id(1), 5)]).await, (0, 0));
        assert_eq!(claim(vec![]).await, (4, 0));
    }
}

#[tokio::test]
async fn a_lane_that_is_let_go_is_due_at_once() {
    for world in each().await {
        world.add_endpoint(1, &["*"]).await;
        world.publish([event(1, 1, "a"), event(2, 1, "b")]).await;
        world.fan_out().await;
        let attempts = world.claim(now()).await.into_iter().map(|head| attempt(head, Verdict::Delivered)).collect();
        assert!(finish_deliveries(&world.db, attempts, None, now()).await.unwrap().next.is_empty());
        assert_eq!(positions(&world.claim(now()).await), [2], "{}", world.backend());
    }
}

#[tokio::test]
async fn two_secrets_are_active_until_the_old_one_ends() {
    for world in each().await {
        world.add_endpoint(1, &["*"]).await;
        let tx = world.begin().await;
        assert!(rotate_webhook_secret(&tx, id(1), "new", after(100), now()).await.unwrap());
        assert!(!rotate_webhook_secret(&tx, id(2), "new", after(100), now()).await.unwrap());
        tx.commit().await.unwrap();
        world.publish([event(1, 1, "a")]).await;
        world.fan_out().await;
        let head = world.claim(now()).await.remove(0);
        assert_eq!((head.secret.as_str(), head.previous_secret.as_deref()), ("new", Some("secret")));
        assert_eq!(head.previous_secret_until, Some(micros(after(100))), "{}", world.backend());
    }
}

#[tokio::test]
async fn events_are_forgotten_when_nobody_waits_for_them() {
    for world in each().await {
        world.add_endpoint(1, &["a"]).await;
        world.publish([event(1, 1, "a"), event(2, 2, "nobody's"), event(3, 3, "a")]).await;
        assert_eq!(forget_events(&world.db, after(1)).await.unwrap(), 0, "not fanned out yet");
        world.fan_out().await;
        let heads = world.claim(now()).await;
        world.finish(heads.into_iter().filter(|head| head.position == 3).collect(), Verdict::Dead, now()).await;
        assert_eq!(forget_events(&world.db, now()).await.unwrap(), 0, "not old enough");
        assert_eq!(forget_events(&world.db, after(1)).await.unwrap(), 2, "{}", world.backend());
        assert_eq!(world.count("SELECT count(*) FROM webhook_attempts").await, 0);
        if world.is_postgres() {
            assert_eq!(world.count("SELECT count(*) FROM outbox_aggregates").await, 1);
        }
        let tx = world.begin().await;
        assert!(delete_webhook_endpoint(&tx, id(1)).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(world.count("SELECT count(*) FROM webhook_lanes").await, 0);
        assert_eq!(forget_events(&world.db, after(1)).await.unwrap(), 1);
        // Positions are given to nobody again.
        world.publish([event(4, 1, "a")]).await;
        assert_eq!(world.count("SELECT position FROM outbox").await, 4);
    }
}

/// Fan-out, which adds to lanes, and finishing, which ends them, at the same moment: no delivery may be left in a lane
/// that is gone.
#[tokio::test(flavor = "multi_thread")]
async fn no_lane_is_forgotten_between_its_end_and_a_new_event() {
    for world in each().await {
        world.add_endpoint(1, &["*"]).await;
        let total = 120;
        let publisher = {
            let db = world.db.clone();
            tokio::spawn(async move {
                for number in 1..=total {
                    let tx = db.begin_write().await.unwrap();
                    tx.publish(event(number, number % 2, "a"));
                    tx.commit().await.unwrap();
                    fan_out(&db, 100, &Uuid::now_v7, now()).await.unwrap();
                    tokio::time::sleep(Duration::from_micros(number * 37 % 900)).await;
                }
            })
        };
        let mut delivered = 0;
        while delivered < total {
            let over = publisher.is_finished();
            let mut heads = world.claim(now()).await;
            let text = format!("{}: {delivered} were delivered, the others have no lane", world.backend());
            assert!(!over || !heads.is_empty(), "{text}");
            while !heads.is_empty() {
                delivered += u64::try_from(heads.len()).unwrap();
                heads = world.finish(heads, Verdict::Delivered, now()).await.next;
            }
        }
        publisher.await.unwrap();
        assert_eq!(world.count("SELECT count(*) FROM webhook_deliveries WHERE state <> 'delivered'").await, 0);
    }
}
