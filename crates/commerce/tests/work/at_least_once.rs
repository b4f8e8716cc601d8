//! The promise, with a receiver that fails and is killed, and dispatchers that die.
use crate::{
    receiver::{Manner, Receiver, check},
    support::{World, each, quick, until},
};
use std::time::{Duration, Instant};
use tradewind_commerce::outbound::Reach;

/// Publishes events of many aggregates while others are sent: (aggregate, id) in the order of publishing.
async fn publish(world: &World, total: u64, aggregates: u64) -> Vec<(String, String)> {
    let mut published = Vec::new();
    let mut number = 0;
    while number < total {
        let many = fastrand::u64(1..=20).min(total - number);
        let events: Vec<_> = (0..many).map(|n| world.event(fastrand::u64(0..aggregates), number + n)).collect();
        published.extend(events.iter().map(|event| (event.aggregate.id.to_string(), event.id.to_string())));
        world.publish(events).await;
        number += many;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    published
}

/// Dispatchers one after another, each dropped at a random moment.
async fn short_lived_dispatchers(world: &World, longest: u64) {
    loop {
        let dispatcher = world.dispatcher(Reach::Anywhere, quick());
        let task = tokio::spawn(dispatcher.run(std::future::pending()));
        tokio::time::sleep(Duration::from_millis(fastrand::u64(1..longest))).await;
        task.abort();
        let _ = task.await;
    }
}

/// One that lives beside others that die, and a receiver that fails 30 % and is killed twice.
async fn run(world: &World, total: u64, aggregates: u64) {
    let mut receiver = Receiver::start(Manner::Fails(0.3)).await;
    world.add_endpoint(receiver.url("127.0.0.1")).await;
    let steady = tokio::spawn(world.dispatcher(Reach::Anywhere, quick()).run(std::future::pending()));
    let began = Instant::now();
    let work = async {
        let published = publish(world, total, aggregates).await;
        for share in [3, 2] {
            until(|| async { u64::try_from(receiver.taken().len()).unwrap() > total / share }).await;
            receiver.kill().await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            receiver.restart().await;
        }
        world.until_count("SELECT count(*) FROM webhook_deliveries WHERE state = 'open'", 0).await;
        world.until_count("SELECT count(*) FROM outbox WHERE fanned_out_at IS NULL", 0).await;
        until(|| async { receiver.taken().len() == published.len() }).await;
        published
    };
    let published = tokio::select! {
        published = work => published,
        () = short_lived_dispatchers(world, 400) => unreachable!(),
    };
    steady.abort();
    let history = receiver.history();
    let arrivals = check(&history, &published);
    let taken = history.iter().filter(|arrival| arrival.is_taken).count();
    println!(
        "{}: {total} events of {aggregates} aggregates: {arrivals} requests, {} taken more than once, {:.1?}",
        world.backend(),
        taken - published.len(),
        began.elapsed()
    );
    assert!(arrivals > published.len(), "some of them failed");
    assert_eq!(world.count("SELECT count(*) FROM webhook_lanes").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_arrives_in_order() {
    for world in each().await {
        run(&world, 400, 40).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "minutes; run it with --ignored and --nocapture for its figures"]
async fn ten_thousand_events_arrive_in_order() {
    for world in each().await {
        run(&world, 10_000, 500).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatcher_that_stops_leaves_no_lane_taken() {
    for world in each().await {
        let receiver = Receiver::start(Manner::Takes).await;
        world.add_endpoint(receiver.url("127.0.0.1")).await;
        world.publish((0..200).map(|number| world.event(number % 20, number))).await;
        for _ in 0..10 {
            let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
            let dispatcher = world.dispatcher(Reach::Anywhere, quick());
            let task = tokio::spawn(dispatcher.run(async { drop(stopped.await) }));
            tokio::time::sleep(Duration::from_millis(fastrand::u64(1..60))).await;
            drop(stop);
            task.await.unwrap();
            let taken = "SELECT count(*) FROM webhook_lanes WHERE holder IS NOT NULL";
            assert_eq!(world.count(taken).await, 0, "{}", world.backend());
        }
        let history = receiver.history();
        let mut ids: Vec<_> = history.iter().map(|arrival| arrival.id().to_owned()).collect();
        ids.sort();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all, "{}: nothing was sent twice", world.backend());
    }
}
