//! What a receiver sees, and what the log keeps.
use crate::{
    receiver::{Manner, Receiver},
    support::{SECRET, World, each, quick, until},
};
use chrono::TimeDelta;
use std::time::Duration;
use tokio::task::JoinHandle;
use tradewind_commerce::{outbound::Reach, webhooks::DispatcherConfig};
use tradewind_persistence::{
    read::webhook::{webhook_attempts, webhook_deliveries},
    write::webhook::rotate_webhook_secret,
};

fn spawn(world: &World, config: DispatcherConfig) -> JoinHandle<()> {
    tokio::spawn(world.dispatcher(Reach::Anywhere, config).run(std::future::pending()))
}

#[tokio::test]
async fn a_receiver_gets_a_signed_envelope() {
    for world in each().await {
        let receiver = Receiver::start(Manner::Takes).await;
        world.add_endpoint(receiver.url("127.0.0.1")).await;
        let dispatcher = spawn(&world, quick());
        let event = world.event(5, 17);
        world.publish([event.clone()]).await;
        until(|| async { receiver.taken().len() == 1 }).await;
        dispatcher.abort();
        let arrival = receiver.history().remove(0);
        let expected = serde_json::json!({
            "id": event.id,
            "topic": "order.changed",
            "createdAt": event.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            "sequence": 1,
            "aggregate": {"kind": "Order", "id": event.aggregate.id},
            "data": {"number": 17},
        });
        assert_eq!(arrival.body, expected, "{}", world.backend());
        assert_eq!(arrival.header("content-type"), "application/json");
        assert_eq!(arrival.header("tradewind-topic"), "order.changed");
        assert!(arrival.header("user-agent").starts_with("Tradewind/"));
        assert_eq!((arrival.signatures_of(SECRET), arrival.signatures_of("whsec_other")), (1, 0));
    }
}

#[tokio::test]
async fn both_secrets_sign_until_the_old_one_ends() {
    for world in each().await {
        let receiver = Receiver::start(Manner::Takes).await;
        let endpoint = world.add_endpoint(receiver.url("127.0.0.1")).await;
        let tx = world.db.begin_write().await.unwrap();
        let (now, day) = (world.clock.now(), TimeDelta::hours(24));
        rotate_webhook_secret(&tx, endpoint, "whsec_new", now + day, now).await.unwrap();
        tx.commit().await.unwrap();
        let dispatcher = spawn(&world, quick());
        world.publish([world.event(1, 1)]).await;
        until(|| async { receiver.taken().len() == 1 }).await;
        // Or the day would end the lease before this is stored.
        world.until_count("SELECT count(*) FROM webhook_deliveries WHERE state = 'open'", 0).await;
        world.clock.advance(day.to_std().unwrap());
        world.publish([world.event(1, 2)]).await;
        until(|| async { receiver.taken().len() == 2 }).await;
        dispatcher.abort();
        let history = receiver.history();
        let signatures = |secret| history.iter().map(|arrival| arrival.signatures_of(secret)).collect::<Vec<_>>();
        assert_eq!((signatures("whsec_new"), signatures(SECRET)), (vec![1, 1], vec![1, 0]), "{}", world.backend());
    }
}

#[tokio::test]
async fn what_fails_again_and_again_is_given_up_and_the_next_one_goes() {
    for world in each().await {
        let receiver = Receiver::start(Manner::Rambles).await;
        let endpoint = world.add_endpoint(receiver.url("127.0.0.1")).await;
        world.publish([world.event(1, 1), world.event(1, 2)]).await;
        let dispatcher = spawn(&world, DispatcherConfig { max_attempts: 3, ..quick() });
        world.until_count("SELECT count(*) FROM webhook_deliveries WHERE state = 'dead'", 1).await;
        receiver.behave(Manner::Takes);
        world.until_count("SELECT count(*) FROM webhook_deliveries WHERE state = 'open'", 0).await;
        dispatcher.abort();
        let deliveries = webhook_deliveries(&world.db, endpoint, None, None, 10).await.unwrap();
        let (last, first) = (&deliveries[0], &deliveries[1]);
        assert_eq!((first.state.as_str(), first.attempts), ("dead", 3), "{}", world.backend());
        assert!(last.state == "delivered" && last.attempts <= 3);
        let log = webhook_attempts(&world.db, vec![first.id]).await.unwrap();
        assert_eq!(
            log.iter().map(|row| (row.number, row.status)).collect::<Vec<_>>(),
            [1, 2, 3].map(|n| (n, Some(500)))
        );
        let excerpt = &log[0].response;
        assert!(excerpt.starts_with("é\u{fffd}é") && excerpt.len() <= 2048, "{} bytes", excerpt.len());
    }
}

#[tokio::test]
async fn a_silent_receiver_is_given_up_after_the_timeout() {
    for world in each().await {
        // Accepts connections, and never answers.
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = world.add_endpoint(format!("http://{}/", silent.local_addr().unwrap())).await;
        world.publish([world.event(1, 1)]).await;
        let dispatcher =
            spawn(&world, DispatcherConfig { timeout: Duration::from_millis(50), max_attempts: 1, ..quick() });
        world.until_count("SELECT count(*) FROM webhook_deliveries WHERE state = 'dead'", 1).await;
        dispatcher.abort();
        let delivery = webhook_deliveries(&world.db, endpoint, None, None, 1).await.unwrap().remove(0);
        let attempt = webhook_attempts(&world.db, vec![delivery.id]).await.unwrap().remove(0);
        assert_eq!((attempt.status, attempt.error.as_deref()), (None, Some("no answer within 50 ms")));
        assert!(attempt.latency_ms >= 50, "{}", world.backend());
    }
}

#[tokio::test]
async fn a_failing_endpoint_keeps_no_other_waiting() {
    for world in each().await {
        let (healthy, silent) = (Receiver::start(Manner::Takes).await, Receiver::start(Manner::Fails(1.0)).await);
        world.add_endpoint(silent.url("127.0.0.1")).await;
        world.add_endpoint(healthy.url("127.0.0.1")).await;
        let dispatcher = spawn(&world, quick());
        world.publish((0..100).map(|number| world.event(number, number))).await;
        until(|| async { healthy.taken().len() == 100 }).await;
        dispatcher.abort();
        assert_eq!(silent.taken().len(), 0, "{}", world.backend());
    }
}
