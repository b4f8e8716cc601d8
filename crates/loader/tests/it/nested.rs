//! Loads from inside a fetch, from spawned tasks, and runs inside runs.

use crate::support::{Journal, Probe, tenfold};
use futures_util::future::{join, join_all};
use tradewind_loader::{Batch, Frontier, LoadError, Loaded, Loader};

/// Resolves its keys through another loader.
struct Through<const MAX: usize> {
    inner: Loader<Probe>,
}

impl<const MAX: usize> Batch for Through<MAX> {
    const NAME: &'static str = "through";
    const MAX_KEYS: usize = MAX;
    type Key = u32;
    type Value = u32;
    type Error = LoadError<String>;

    async fn fetch(&self, keys: Vec<u32>) -> Result<Loaded<u32, u32>, Self::Error> {
        let values = self.inner.load_many(keys.iter().map(|key| key + 100)).await?;
        Ok(keys.into_iter().zip(values).filter_map(|(key, value)| Some((key, value?))).collect())
    }
}

#[tokio::test]
async fn a_fetch_may_load_and_its_chunks_share_one_batch() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let inner = frontier.loader(Probe::tenfold(&journal));
    let outer = frontier.loader(Through::<2> { inner });
    let values = frontier.run(outer.load_many([1, 2, 3, 4])).await;
    assert_eq!(values, Ok(vec![Some(1010), Some(1020), Some(1030), Some(1040)]));
    assert_eq!(journal.fetches(), [[101, 102, 103, 104]]);
    let levels: Vec<_> = frontier.reports().iter().map(|report| (report.loader, report.level)).collect();
    assert_eq!(levels, [("through", 1), ("probe", 1)]);
}

#[tokio::test]
async fn a_nested_load_joins_a_batch_that_waits_for_its_level() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let inner = frontier.loader(Probe::tenfold(&journal));
    let quick = frontier.loader(Probe::<1000>::new(&Journal::default(), |keys| async move { Ok(tenfold(&keys)) }));
    // The fetch asks `inner` only after the execution has: the level would wait for the fetch, and the fetch for it.
    let slow = frontier.loader(Late { inner: inner.clone() });
    let hurried = async {
        quick.load(1).await.unwrap();
        inner.load(7).await
    };
    assert_eq!(frontier.run(join(slow.load(7), hurried)).await, (Ok(Some(70)), Ok(Some(70))));
    assert_eq!(journal.fetches(), [[7]]);
}

/// Asks the other loader after a while.
struct Late {
    inner: Loader<Probe>,
}

impl Batch for Late {
    const NAME: &'static str = "late";
    type Key = u32;
    type Value = u32;
    type Error = LoadError<String>;

    async fn fetch(&self, keys: Vec<u32>) -> Result<Loaded<u32, u32>, Self::Error> {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        self.inner.load_many(keys.clone()).await?;
        Ok(tenfold(&keys))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spawned_task_may_load_while_the_run_waits_for_it() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    for round in 0..200 {
        let spawned = |key| {
            let loader = loader.clone();
            async move { tokio::spawn(async move { loader.load(key).await }).await.unwrap() }
        };
        let keys = [round * 2, round * 2 + 1];
        let values = frontier.run(join_all(keys.map(spawned))).await;
        assert_eq!(values, keys.map(|key| Ok(Some(key * 10))));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fetch_may_wait_for_a_task_that_loads() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let inner = frontier.loader(Probe::<1000>::tenfold(&journal));
    let outer = frontier.loader(Probe::<1000>::new(&Journal::default(), move |keys| {
        let inner = inner.clone();
        async move {
            let values = tokio::spawn(async move { inner.load_many(keys).await }).await;
            Ok(values.unwrap().unwrap().into_iter().flatten().map(|value| (value / 10, value)).collect())
        }
    }));
    assert_eq!(frontier.run(outer.load(5)).await, Ok(Some(50)));
}

#[tokio::test]
async fn a_run_inside_a_run_of_the_same_frontier_is_the_same_run() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let run = join(loader.load(1), frontier.run(loader.load(2)));
    assert_eq!(frontier.run(run).await, (Ok(Some(10)), Ok(Some(20))));
    assert_eq!(journal.fetches(), [[1, 2]]);
}

#[tokio::test]
async fn a_run_inside_a_run_of_another_frontier_may_load_from_both() {
    let (outer, inner, journal) = (Frontier::new(), Frontier::new(), Journal::default());
    let outer_loader = outer.loader(Probe::<1000>::tenfold(&journal));
    let inner_loader = inner.loader(Probe::<1000>::tenfold(&journal));
    let both = inner.run(join(outer_loader.load(1), inner_loader.load(2)));
    assert_eq!(outer.run(join(both, outer_loader.load(3))).await, ((Ok(Some(10)), Ok(Some(20))), Ok(Some(30))));
}
