//! When a level leaves, and what it waits for.

use crate::support::{Journal, Probe, tenfold};
use futures_util::future::{join, join_all};
use std::sync::Arc;
use tokio::sync::{Notify, Semaphore};
use tradewind_loader::{Batch, Frontier, Loaded};

async fn slowly(keys: Vec<u32>) -> Result<Loaded<u32, u32>, String> {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    Ok(tenfold(&keys))
}

#[tokio::test]
async fn branches_that_meet_in_one_loader_share_its_batch_however_slow_one_is() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let quick = frontier.loader(Probe::<1000>::new(&Journal::default(), |keys| async move { Ok(tenfold(&keys)) }));
    let slow = frontier.loader(Probe::<1000>::new(&Journal::default(), slowly));
    let shared = frontier.loader(Probe::<1000>::tenfold(&journal));
    let left = async { shared.load(quick.load(1).await.unwrap().unwrap()).await };
    let right = async { shared.load(slow.load(2).await.unwrap().unwrap()).await };
    assert_eq!(frontier.run(join(left, right)).await, (Ok(Some(100)), Ok(Some(200))));
    assert_eq!(journal.fetches(), [[10, 20]]);
}

/// A last hop that ends only after the level below its siblings was fetched.
struct Leaf(Arc<Notify>);

impl Batch for Leaf {
    const NAME: &'static str = "leaf";
    const LEAF: bool = true;
    type Key = u32;
    type Value = u32;
    type Error = String;

    async fn fetch(&self, keys: Vec<u32>) -> Result<Loaded<u32, u32>, String> {
        self.0.notified().await;
        Ok(tenfold(&keys))
    }
}

#[tokio::test]
async fn a_leaf_does_not_hold_the_next_level() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let notify = Arc::new(Notify::new());
    let leaf = frontier.loader(Leaf(notify.clone()));
    let other = frontier.loader(Probe::<1000>::tenfold(&journal));
    let two_levels = async {
        other.load(1).await.unwrap();
        other.load(2).await.unwrap();
        notify.notify_one();
    };
    assert_eq!(frontier.run(join(leaf.load(1), two_levels)).await.0, Ok(Some(10)));
    let levels: Vec<_> = frontier.reports().iter().map(|report| (report.loader, report.level)).collect();
    assert_eq!(levels, [("leaf", 1), ("probe", 1), ("probe", 2)]);
}

#[tokio::test]
async fn a_held_query_is_part_of_its_level() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let slow = async {
        frontier.hold(slowly(vec![1])).await.unwrap();
        loader.load(1).await
    };
    assert_eq!(frontier.run(join(slow, loader.load(2))).await, (Ok(Some(10)), Ok(Some(20))));
    assert_eq!(journal.fetches(), [[2, 1]]);
}

#[tokio::test]
async fn a_load_inside_of_a_held_query_does_not_wait_for_it() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let run = join(loader.load(1), frontier.hold(loader.load(2)));
    assert_eq!(frontier.run(run).await, (Ok(Some(10)), Ok(Some(20))));
}

#[tokio::test]
async fn a_held_query_that_is_dropped_releases_its_level() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let quick = async { tokio::task::yield_now().await };
    let given_up = async {
        futures_util::future::select(
            std::pin::pin!(frontier.hold(std::future::pending::<()>())),
            std::pin::pin!(quick),
        )
        .await;
    };
    assert_eq!(frontier.run(join(given_up, loader.load(1))).await.1, Ok(Some(10)));
}

#[tokio::test]
async fn a_query_held_by_another_task_releases_the_level_when_it_ends() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let (holding, started) = (frontier.clone(), Arc::new(Notify::new()));
    let notify = started.clone();
    let held = tokio::spawn(async move {
        let query = async {
            notify.notify_one();
            slowly(vec![1]).await
        };
        holding.hold(query).await
    });
    let run = async {
        started.notified().await;
        loader.load(1).await
    };
    assert_eq!(frontier.run(run).await, Ok(Some(10)));
    assert!(held.is_finished(), "the level has waited for it");
}

#[tokio::test]
async fn the_cooperative_budget_of_tokio_does_not_split_a_level() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let permits = Semaphore::new(1000);
    let resolver = async |key| {
        drop(permits.acquire().await);
        loader.load(key).await
    };
    let values = frontier.run(join_all((0..1000).map(resolver))).await;
    assert!(values.iter().all(Result::is_ok));
    assert_eq!(journal.count(), 1);
}

#[tokio::test]
async fn an_execution_that_never_rests_leaves_room_for_other_tasks() {
    let done = Arc::new(Notify::new());
    let other = tokio::spawn({
        let done = done.clone();
        async move { done.notify_one() }
    });
    let mut notified = Box::pin(done.notified());
    let restless = std::future::poll_fn(|cx| {
        cx.waker().wake_by_ref();
        notified.as_mut().poll(cx)
    });
    Frontier::new().run(restless).await;
    other.await.unwrap();
}

#[tokio::test]
async fn real_input_in_a_resolver_does_not_stop_the_others() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let ready = Notify::new();
    let waiting = async {
        ready.notified().await;
        loader.load(1).await
    };
    let loading = async {
        let value = loader.load(2).await;
        ready.notify_one();
        value
    };
    assert_eq!(frontier.run(join(waiting, loading)).await, (Ok(Some(10)), Ok(Some(20))));
    assert_eq!(journal.fetches(), [[2], [1]]);
}
