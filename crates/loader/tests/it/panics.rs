//! A panic in a fetch is an error of its waiters, and of nobody else.

use crate::support::{Journal, Probe, tenfold};
use futures_util::future::{join, join_all};
use tradewind_loader::{Batch, Frontier, LoadError, Loaded};

const PANICKED: LoadError<String> = LoadError::Panicked { loader: "probe" };

#[tokio::test]
async fn a_panic_reaches_the_waiters_and_the_loader_lives_on() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::new(&journal, |keys| async move {
        tokio::task::yield_now().await;
        assert!(!keys.contains(&1), "bad key");
        Ok(tenfold(&keys))
    }));
    let other = frontier.loader(Probe::<1000>::tenfold(&Journal::default()));
    let run = async {
        let both = join(join(loader.load(1), loader.load(2)), other.load(1)).await;
        (both, loader.load(2).await)
    };
    let expected = (((Err(PANICKED), Err(PANICKED)), Ok(Some(10))), Ok(Some(20)));
    assert_eq!(frontier.run(run).await, expected);
    assert_eq!(frontier.reports().iter().map(|report| report.failed).collect::<Vec<_>>(), [1, 0, 0]);
}

#[tokio::test]
async fn a_panic_in_one_chunk_spares_the_others() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1>::new(&journal, |keys| async move {
        assert!(!keys.contains(&2), "bad key");
        Ok(tenfold(&keys))
    }));
    let values = frontier.run(join_all([1, 2, 3].map(|key| loader.load(key)))).await;
    assert_eq!(values, [Ok(Some(10)), Err(PANICKED), Ok(Some(30))]);
}

/// Panics before it returns a future, or while it counts the rows.
struct Early {
    on_call: bool,
}

impl Batch for Early {
    const NAME: &'static str = "probe";
    type Key = u32;
    type Value = u32;
    type Error = String;

    fn fetch(&self, keys: Vec<u32>) -> impl Future<Output = Result<Loaded<u32, u32>, String>> + Send {
        assert!(!self.on_call, "before the first await");
        async move { Ok(tenfold(&keys)) }
    }

    fn rows(_: &Loaded<u32, u32>) -> usize {
        panic!("while counting")
    }
}

#[tokio::test]
async fn a_panic_outside_of_the_future_is_caught_too() {
    for on_call in [true, false] {
        let frontier = Frontier::new();
        let loader = frontier.loader(Early { on_call });
        assert_eq!(frontier.run(loader.load(1)).await, Err(PANICKED));
    }
}

#[tokio::test]
async fn a_panic_in_the_execution_leaves_the_frontier_usable() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let crashing = {
        let (frontier, loader) = (frontier.clone(), loader.clone());
        tokio::spawn(async move {
            let crash = async { assert_eq!(loader.load(1).await, Ok(None), "crash") };
            frontier.run(join(loader.load(1), crash)).await.0
        })
    };
    assert!(crashing.await.unwrap_err().is_panic());
    assert_eq!(loader.load(9).await, Err(LoadError::OutsideRun { loader: "probe" }), "the run has ended");
    assert_eq!(frontier.run(loader.load(2)).await, Ok(Some(20)));
}
