//! The bulkhead: counts of who is in, who waits and who is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]
use futures_util::{FutureExt, future::join_all};
use prometheus_client::{encoding::text::encode, registry::Registry};
use std::sync::atomic::{AtomicUsize, Ordering};
use tradewind_resilience::{Bulkhead, Full, LimitMetrics};

struct Measured {
    registry: Registry,
    bulkhead: Bulkhead,
}

impl Measured {
    fn new(limit: usize, queue: usize) -> Self {
        let (mut registry, metrics) = (Registry::default(), LimitMetrics::default());
        metrics.register(&mut registry);
        Self { bulkhead: Bulkhead::new("shelf", limit, queue, &metrics), registry }
    }

    /// In use, waiting, rejected.
    fn figures(&self) -> [u64; 3] {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("text");
        ["bulkhead_in_use", "bulkhead_waiting", "bulkhead_rejected_total"].map(|name| {
            let line = format!("{name}{{dep=\"shelf\"}} ");
            text.lines().find_map(|found| found.strip_prefix(&line)).expect("a line").parse().expect("a count")
        })
    }
}

#[tokio::test]
async fn whoever_comes_when_too_many_wait_is_refused_at_once() {
    let measured = Measured::new(2, 1);
    let bulkhead = &measured.bulkhead;
    let first = bulkhead.enter().await.expect("free");
    let _second = bulkhead.enter().await.expect("free");
    let mut third = Box::pin(bulkhead.enter());
    assert!((&mut third).now_or_never().is_none(), "it waits");
    assert_eq!(bulkhead.enter().await.expect_err("full"), Full { dep: "shelf", waiting: 1 });
    assert_eq!(measured.figures(), [2, 1, 1]);
    drop(first);
    let third = third.await.expect("its turn");
    assert_eq!(measured.figures(), [2, 0, 1]);
    drop(third);
    assert_eq!(measured.figures(), [1, 0, 1]);
}

#[tokio::test]
async fn whoever_gives_up_waiting_leaves_a_place() {
    let measured = Measured::new(1, 1);
    let held = measured.bulkhead.enter().await.expect("free");
    for _ in 0..10 {
        assert!(measured.bulkhead.enter().now_or_never().is_none());
    }
    assert_eq!(measured.figures(), [1, 0, 0]);
    drop(held);
    assert!(measured.bulkhead.enter().now_or_never().expect("free").is_ok());
}

#[tokio::test]
async fn without_a_queue_nobody_waits() {
    let measured = Measured::new(1, 0);
    let _held = measured.bulkhead.enter().await.expect("free");
    assert!(measured.bulkhead.enter().now_or_never().expect("at once").is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_than_the_limit_are_ever_in_and_everybody_is_counted() {
    const LIMIT: usize = 3;
    const QUEUE: usize = 5;
    let measured = Measured::new(LIMIT, QUEUE);
    let (inside, most) = (std::sync::Arc::new(AtomicUsize::new(0)), std::sync::Arc::new(AtomicUsize::new(0)));
    let calls = (0..400).map(|_| {
        let (bulkhead, inside, most) = (measured.bulkhead.clone(), inside.clone(), most.clone());
        tokio::spawn(async move {
            let Ok(_entered) = bulkhead.enter().await else { return false };
            most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            inside.fetch_sub(1, Ordering::SeqCst);
            true
        })
    });
    let served = join_all(calls).await.into_iter().filter(|served| *served.as_ref().expect("no panic")).count();
    assert!(most.load(Ordering::SeqCst) <= LIMIT);
    assert_eq!(measured.figures(), [0, 0, 400 - served as u64]);
    assert!(served >= LIMIT);
}
