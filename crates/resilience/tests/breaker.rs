//! The breaker, with a clock that only the test moves.
use proptest::prelude::*;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::advance;
use tradewind_resilience::{Breaker, BreakerConfig, Outcome, State};

const STEADY: BreakerConfig = BreakerConfig { jitter: 0.0, ..BreakerConfig::CACHE };

async fn call(breaker: &Breaker, outcome: Outcome, took: u64) -> bool {
    let Some(call) = breaker.admit() else { return false };
    advance(Duration::from_millis(took)).await;
    call.end(outcome);
    true
}

async fn open(config: BreakerConfig) -> Breaker {
    let breaker = Breaker::new(config);
    for _ in 0..config.consecutive {
        assert!(call(&breaker, Outcome::Failure, 0).await);
    }
    assert_eq!(breaker.state(), State::Open);
    breaker
}

#[tokio::test(start_paused = true)]
async fn failures_in_a_row_open_it_and_one_success_between_does_not() {
    let breaker = Breaker::new(STEADY);
    for round in 0..12 {
        let outcome = if round % 4 == 3 { Outcome::Success } else { Outcome::Failure };
        call(&breaker, outcome, 0).await;
    }
    assert_eq!(breaker.state(), State::Closed);
    open(STEADY).await;
}

#[tokio::test(start_paused = true)]
async fn half_of_twenty_calls_failing_opens_it_and_old_calls_are_forgotten() {
    let breaker = Breaker::new(STEADY);
    for round in 0..19 {
        call(&breaker, if round % 2 == 0 { Outcome::Failure } else { Outcome::Success }, 0).await;
    }
    assert_eq!(breaker.state(), State::Closed, "19 calls say nothing yet");
    advance(Duration::from_secs(6)).await;
    call(&breaker, Outcome::Failure, 0).await;
    assert_eq!(breaker.state(), State::Closed, "the 19 are forgotten");
    for round in 0..19 {
        call(&breaker, if round % 2 == 0 { Outcome::Success } else { Outcome::Failure }, 0).await;
    }
    assert_eq!(breaker.state(), State::Open);
}

#[tokio::test(start_paused = true)]
async fn slow_answers_open_it() {
    let breaker = Breaker::new(STEADY);
    for _ in 0..19 {
        call(&breaker, Outcome::Success, 21).await;
    }
    assert_eq!(breaker.state(), State::Closed);
    call(&breaker, Outcome::Success, 21).await;
    assert_eq!(breaker.state(), State::Open);
}

#[tokio::test(start_paused = true)]
async fn it_lets_one_probe_through_and_doubles_its_time_when_that_fails() {
    let breaker = open(STEADY).await;
    let mut waits = Vec::new();
    for _ in 0..6 {
        let mut waited = 0;
        while breaker.admit().is_none() {
            advance(Duration::from_millis(500)).await;
            waited += 500;
        }
        let probe = breaker.admit();
        assert!(probe.is_some(), "a dropped probe makes room for another");
        assert!(breaker.admit().is_none(), "one at a time");
        probe.unwrap().end(Outcome::Failure);
        waits.push(waited);
    }
    assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
}

#[tokio::test(start_paused = true)]
async fn a_good_probe_closes_it_and_its_time_begins_anew() {
    let breaker = open(STEADY).await;
    advance(Duration::from_secs(1)).await;
    assert!(call(&breaker, Outcome::Success, 0).await);
    assert_eq!(breaker.state(), State::Closed);
    assert!(breaker.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_call_from_before_it_opened_changes_nothing() {
    let breaker = Breaker::new(STEADY);
    let late = breaker.admit().unwrap();
    for _ in 0..5 {
        call(&breaker, Outcome::Failure, 0).await;
    }
    late.end(Outcome::Success);
    assert_eq!(breaker.state(), State::Open);
}

#[tokio::test(start_paused = true)]
async fn who_sees_it_answer_may_end_the_time_open() {
    let breaker = open(STEADY).await;
    assert!(breaker.admit().is_none());
    breaker.probe_now();
    assert!(call(&breaker, Outcome::Success, 0).await);
    assert_eq!(breaker.state(), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn changes_are_told_in_order() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let breaker = Breaker::with_listener(STEADY, {
        let told = Arc::clone(&told);
        move |state| told.lock().unwrap().push(state)
    });
    for _ in 0..5 {
        call(&breaker, Outcome::Failure, 0).await;
    }
    advance(Duration::from_secs(1)).await;
    call(&breaker, Outcome::Success, 0).await;
    assert_eq!(*told.lock().unwrap(), [State::Open, State::HalfOpen, State::Closed]);
}

proptest! {
    /// Whatever happens, a time open stays within its bounds, and where the dependency is well again it closes.
    #[test]
    fn it_always_recovers(steps in proptest::collection::vec((any::<bool>(), 0_u64..40, 0_u64..3_000), 1..200)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let breaker = Breaker::new(BreakerConfig::CACHE);
            for (good, took, pause) in steps {
                call(&breaker, if good { Outcome::Success } else { Outcome::Failure }, took).await;
                advance(Duration::from_millis(pause)).await;
            }
            advance(BreakerConfig::CACHE.open_max.mul_f64(1.25)).await;
            assert!(call(&breaker, Outcome::Success, 0).await);
            assert_eq!(breaker.state(), State::Closed);
        });
    }
}
