//! Waiters, batches and requests that go away.

use crate::support::{Journal, Probe, tenfold};
use futures_util::{
    FutureExt,
    future::{join, pending, select},
};
use std::{
    future::ready,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};
use tradewind_loader::{Frontier, LoadError};

/// Polls `load` once, then drops it.
async fn ask_and_leave(load: impl Future) {
    select(pin!(load), ready(())).await;
}

#[tokio::test]
async fn a_waiter_that_leaves_does_not_disturb_the_others() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let run = join(ask_and_leave(loader.load(1)), join(loader.load(1), loader.load(2)));
    assert_eq!(frontier.run(run).await.1, (Ok(Some(10)), Ok(Some(20))));
    assert_eq!(journal.fetches(), [[1, 2]]);
}

#[tokio::test]
async fn a_waiter_may_leave_while_the_fetch_is_under_way() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let (slow, quick) = (Journal::default(), journal.clone());
    let loader = frontier.loader(Probe::<1000>::new(&slow, |keys| async move {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        Ok(tenfold(&keys))
    }));
    let other = frontier.loader(Probe::<1000>::tenfold(&quick));
    let leaving = async {
        select(pin!(loader.load(1)), pin!(other.load(1))).await;
    };
    assert_eq!(frontier.run(join(leaving, loader.load(2))).await.1, Ok(Some(20)));
    assert_eq!(slow.fetches(), [[1, 2]]);
}

#[tokio::test]
async fn a_batch_that_nobody_waits_for_is_not_fetched() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let other = frontier.loader(Probe::<1000>::tenfold(&Journal::default()));
    let run = async {
        ask_and_leave(loader.load(1)).await;
        assert_eq!(other.load(1).await, Ok(Some(10)), "a level leaves meanwhile");
        assert_eq!(journal.count(), 0);
        loader.load(1).await
    };
    assert_eq!(frontier.run(run).await, Ok(Some(10)));
    assert_eq!(journal.fetches(), [[1]]);
}

#[tokio::test]
async fn a_dropped_request_drops_its_fetches() {
    struct Flag(Arc<AtomicBool>);
    impl Drop for Flag {
        fn drop(&mut self) {
            self.0.store(true, Relaxed);
        }
    }
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let dropped = Arc::new(AtomicBool::new(false));
    let flag = dropped.clone();
    let loader = frontier.loader(Probe::<1000>::new(&journal, move |_| {
        let flag = Flag(flag.clone());
        async move {
            let _flag = flag;
            pending().await
        }
    }));
    let mut run = Box::pin(frontier.run(loader.load(1)));
    assert!(run.as_mut().now_or_never().is_none());
    assert_eq!((journal.count(), dropped.load(Relaxed)), (1, false));
    drop(run);
    assert!(dropped.load(Relaxed));
}

#[tokio::test]
async fn a_task_that_outlives_the_request_gets_an_error() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::new(&journal, |_| pending()));
    let waiter = {
        let loader = loader.clone();
        async move { loader.load(1).await }
    };
    let mut run = Box::pin(frontier.run(async {
        let _ = loader.load(1).await;
    }));
    assert!(run.as_mut().now_or_never().is_none());
    let waiter = tokio::spawn(waiter);
    tokio::task::yield_now().await;
    drop(run);
    assert_eq!(waiter.await.unwrap(), Err(LoadError::Cancelled { loader: "probe" }));
}

#[tokio::test]
async fn a_batch_that_never_left_is_cancelled_too() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let mut load = Box::pin(loader.load(1));
    let asked = frontier.run(async { load.as_mut().now_or_never().is_none() }).await;
    assert!(asked, "the execution ends while its own load waits");
    assert_eq!(load.await, Err(LoadError::Cancelled { loader: "probe" }));
    assert_eq!(frontier.run(loader.load(1)).await, Ok(Some(10)), "the key may be asked for again");
}
