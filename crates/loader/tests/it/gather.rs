//! Walks that ask for a level without waiting.

use crate::support::{Journal, Probe, tenfold};
use futures_util::FutureExt;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};
use tradewind_loader::{Frontier, LoadError, Loader};

/// Visits the keys, each of them once; how many had no answer yet.
fn visit(loader: &Loader<Probe<1000>>, keys: &[u32]) -> usize {
    keys.iter().filter(|key| loader.load(**key).now_or_never().is_none()).count()
}

#[tokio::test]
async fn a_walk_asks_for_a_whole_level_in_one_batch() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let (parents, children) =
        (frontier.loader(Probe::<1000>::tenfold(&journal)), frontier.loader(Probe::<1000>::tenfold(&journal)));
    let run = async {
        let mut visits = 0;
        loop {
            visits += 1;
            let (missing, mut gathered) = frontier.gather(|| {
                let missing = visit(&parents, &[1, 2, 3]);
                if missing == 0 { visit(&children, &[10, 20, 30]) } else { missing }
            });
            assert_eq!(missing == 0, gathered.is_empty());
            if missing == 0 {
                return visits;
            }
            gathered.settled().await;
            assert!(!gathered.has_failed());
        }
    };
    assert_eq!(frontier.run(run).await, 3, "two levels, and the walk that has all");
    assert_eq!(journal.fetches(), [[1, 2, 3], [10, 20, 30]]);
}

#[tokio::test]
async fn a_walk_and_a_load_beside_it_share_the_batch() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let walk = async {
        let (_, mut gathered) = frontier.gather(|| visit(&loader, &[1, 2]));
        gathered.settled().await;
        visit(&loader, &[1, 2])
    };
    let both = frontier.run(futures_util::future::join(walk, loader.load(3))).await;
    assert_eq!(both, (0, Ok(Some(30))));
    assert_eq!(journal.fetches(), [[1, 2, 3]]);
}

#[tokio::test]
async fn what_nobody_keeps_is_not_fetched() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let run = async {
        drop(frontier.gather(|| visit(&loader, &[1])));
        tokio::task::yield_now().await;
    };
    frontier.run(run).await;
    assert_eq!(journal.count(), 0);
}

#[tokio::test]
async fn a_failure_is_told_and_a_load_has_its_cause_without_another_fetch() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let attempts = Arc::new(AtomicUsize::new(0));
    let loader = frontier.loader(Probe::<1000>::new(&journal, move |keys| {
        let first = attempts.fetch_add(1, Relaxed) == 0;
        async move { if first { Err("down".to_owned()) } else { Ok(tenfold(&keys)) } }
    }));
    let run = async {
        let (_, mut gathered) = frontier.gather(|| visit(&loader, &[1]));
        gathered.settled().await;
        assert!(gathered.has_failed());
        let told = [loader.load(1).await, loader.load(1).await];
        loader.clear(&1);
        (told, loader.load(1).await)
    };
    let down = || Err(LoadError::Fetch("down".to_owned()));
    assert_eq!(frontier.run(run).await, ([down(), down()], Ok(Some(10))));
    assert_eq!(journal.fetches(), [[1], [1]]);
}
