//! The budget of retries, with a clock that only the test moves.
#![allow(clippy::expect_used, reason = "a test stops at what it did not expect")]
use prometheus_client::{encoding::text::encode, registry::Registry};
use std::time::Duration;
use tokio::time::advance;
use tradewind_resilience::{LimitMetrics, RetryBudget};

const RESERVE: u32 = 30;

fn budget() -> RetryBudget {
    RetryBudget::new("shelf", &LimitMetrics::default())
}

/// So many retries are granted until one is not.
fn all_of(budget: &RetryBudget) -> u32 {
    std::iter::from_fn(|| budget.retry()).map(|_| 1).sum()
}

#[tokio::test(start_paused = true)]
async fn three_a_second_and_a_tenth_of_the_calls() {
    let budget = budget();
    assert_eq!((budget.left(), all_of(&budget), budget.left()), (RESERVE, RESERVE, 0));
    (0..999).for_each(|_| budget.call());
    assert_eq!((budget.left(), all_of(&budget)), (99, 99));
    budget.call();
    assert_eq!(all_of(&budget), 1);
}

#[tokio::test(start_paused = true)]
async fn where_everything_fails_retries_add_a_tenth() {
    let budget = budget();
    let mut sent = 0;
    // 100 calls a second for a minute, each of which would be tried again twice.
    for _ in 0..6_000 {
        budget.call();
        sent += 1 + u32::from(budget.retry().is_some()) + u32::from(budget.retry().is_some());
        advance(Duration::from_millis(10)).await;
    }
    // A tenth more, and at most the reserve for each of the twelve halves.
    assert!((6_600..=6_600 + 12 * RESERVE + 12).contains(&sent), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn what_is_long_past_is_forgotten() {
    let budget = budget();
    (0..1_000).for_each(|_| budget.call());
    assert_eq!(all_of(&budget), RESERVE + 100);
    advance(Duration::from_secs(6)).await;
    assert_eq!(budget.left(), 0, "it counts for another half");
    advance(Duration::from_secs(6)).await;
    assert_eq!(budget.left(), RESERVE);
    (0..1_000).for_each(|_| budget.call());
    advance(Duration::from_secs(60)).await;
    assert_eq!(budget.left(), RESERVE, "nobody called for a minute");
}

#[tokio::test(start_paused = true)]
async fn each_second_try_is_counted_by_how_it_ended() {
    let (mut registry, metrics) = (Registry::default(), LimitMetrics::default());
    metrics.register(&mut registry);
    let budget = RetryBudget::new("shelf", &metrics);
    for round in 0..RESERVE + 5 {
        let Some(retry) = budget.retry() else { continue };
        if round % 3 == 0 {
            retry.succeeded();
        }
    }
    budget.left();
    let mut text = String::new();
    encode(&mut text, &registry).expect("text");
    for line in [
        r#"retry_total{dep="shelf",outcome="ok"} 10"#,
        r#"retry_total{dep="shelf",outcome="failed"} 20"#,
        r#"retry_total{dep="shelf",outcome="denied"} 5"#,
        r#"retry_budget_left{dep="shelf"} 0"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
    }
}
