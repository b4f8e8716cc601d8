//! Order, duplicates, the identity map, failure, chunks.

use crate::support::{Journal, Probe, tenfold};
use futures_util::future::{join, join_all};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};
use tradewind_loader::{Frontier, LoadError};

#[tokio::test]
async fn keys_leave_once_in_the_order_first_asked() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let values = frontier.run(join_all([3, 1, 3, 2, 1].map(|key| loader.load(key)))).await;
    assert_eq!(values, [30, 10, 30, 20, 10].map(|value| Ok(Some(value))));
    assert_eq!(journal.fetches(), [[3, 1, 2]]);
}

#[tokio::test]
async fn load_many_keeps_order_and_duplicates() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let values = frontier.run(join(loader.load_many([5, 4, 5]), loader.load(4))).await;
    assert_eq!(values, (Ok(vec![Some(50), Some(40), Some(50)]), Ok(Some(40))));
    assert_eq!(journal.fetches(), [[5, 4]]);
    assert_eq!(frontier.run(loader.load_many([])).await, Ok(vec![]));
}

#[tokio::test]
async fn an_absent_key_is_none_and_remembered() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::new(&journal, |_| async { Ok(tenfold(&[1])) }));
    let run = async {
        let both = join(loader.load(1), loader.load(2)).await;
        (both, loader.load(2).await, loader.peek(&1), loader.peek(&2))
    };
    assert_eq!(frontier.run(run).await, ((Ok(Some(10)), Ok(None)), Ok(None), Some(10), None));
    assert_eq!(journal.count(), 1);
}

#[tokio::test]
async fn a_failure_reaches_every_waiter_and_is_not_remembered() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let attempts = Arc::new(AtomicUsize::new(0));
    let loader = frontier.loader(Probe::<1000>::new(&journal, move |keys| {
        let first = attempts.fetch_add(1, Relaxed) == 0;
        async move { if first { Err("down".to_owned()) } else { Ok(tenfold(&keys)) } }
    }));
    let run = async {
        let both = join(loader.load(1), loader.load(2)).await;
        (both, loader.load(2).await)
    };
    let down = Err(LoadError::Fetch("down".to_owned()));
    assert_eq!(frontier.run(run).await, ((down.clone(), down), Ok(Some(20))));
    assert_eq!(journal.fetches(), [vec![1, 2], vec![2]]);
}

#[tokio::test]
async fn ten_thousand_keys_leave_in_chunks_and_answer_together() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let values = frontier.run(join_all((0..10_000).map(|key| loader.load(key)))).await;
    assert_eq!(values, (0..10_000).map(|key| Ok(Some(key * 10))).collect::<Vec<_>>());
    assert_eq!(
        journal.fetches(),
        (0..10).map(|chunk| (chunk * 1000..(chunk + 1) * 1000).collect()).collect::<Vec<Vec<_>>>()
    );
    let report = frontier.reports().remove(0);
    assert_eq!((report.keys, report.rows, report.chunks, report.failed, report.level), (10_000, 10_000, 10, 0, 1));
}

#[tokio::test]
async fn a_failing_chunk_fails_its_own_keys_only() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<2>::new(&journal, |keys| async move {
        if keys.contains(&3) { Err("chunk".to_owned()) } else { Ok(tenfold(&keys)) }
    }));
    let failed = Err(LoadError::Fetch("chunk".to_owned()));
    let values = frontier.run(join_all((1..=5).map(|key| loader.load(key)))).await;
    assert_eq!(values, [Ok(Some(10)), Ok(Some(20)), failed.clone(), failed.clone(), Ok(Some(50))]);
    assert_eq!(frontier.run(loader.load_many([1, 3])).await.unwrap_err(), LoadError::Fetch("chunk".to_owned()));
    assert_eq!(journal.fetches(), [vec![1, 2], vec![3, 4], vec![5], vec![3]]);
}

#[tokio::test]
async fn prime_keeps_the_first_value_and_clear_forgets_it() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    loader.prime_many([(1, 7), (1, 8), (2, 9)]);
    let run = async {
        let primed = loader.load_many([1, 2]).await;
        loader.clear(&1);
        let again = loader.load(1).await;
        loader.prime(1, 99);
        let kept = loader.load(1).await;
        loader.clear_all();
        (primed, again, kept, loader.load(2).await)
    };
    let expected = (Ok(vec![Some(7), Some(9)]), Ok(Some(10)), Ok(Some(10)), Ok(Some(20)));
    assert_eq!(frontier.run(run).await, expected);
    assert_eq!(journal.fetches(), [[1], [2]]);
}

#[tokio::test]
async fn a_clear_does_not_fetch_twice_what_has_not_left_yet() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let clearing = async {
        loader.clear(&1);
        loader.clear_all();
        loader.load(1).await
    };
    assert_eq!(frontier.run(join(loader.load(1), clearing)).await, (Ok(Some(10)), Ok(Some(10))));
    assert_eq!(journal.fetches(), [[1]]);
}

#[tokio::test]
async fn a_load_outside_of_a_run_is_an_error() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    assert_eq!(loader.load(1).await, Err(LoadError::OutsideRun { loader: "probe" }));
    assert_eq!(frontier.run(loader.load(1)).await, Ok(Some(10)));
    assert_eq!(loader.load(1).await, Ok(Some(10)), "what is known needs no run");
    assert_eq!(loader.load(2).await, Err(LoadError::OutsideRun { loader: "probe" }));
}

#[tokio::test]
async fn a_loader_may_be_made_while_the_frontier_runs() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let value = frontier.run(async { frontier.loader(Probe::<1000>::tenfold(&journal)).load(4).await }).await;
    assert_eq!(value, Ok(Some(40)));
}
