//! Subscriptions: each item has its own levels, values and reports.

use crate::support::{Journal, Probe};
use futures_util::{
    StreamExt,
    future::join_all,
    stream::{self, Stream},
};
use std::pin::pin;
use tradewind_loader::{Frontier, LoadError};

#[tokio::test]
async fn each_item_is_batched_and_reads_afresh() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let items = stream::iter(0..3).then(|_| join_all([1, 2, 1].map(|key| loader.load(key))));
    let mut items = pin!(frontier.run_stream(items));
    let mut seen = 0;
    while let Some(values) = items.next().await {
        seen += 1;
        assert_eq!(values, [10, 20, 10].map(|value| Ok(Some(value))));
        let reports: Vec<_> = frontier.reports().iter().map(|report| (report.level, report.keys)).collect();
        assert_eq!(reports, [(1, 2)], "only the batches of this item");
    }
    assert_eq!((seen, journal.fetches()), (3, vec![vec![1, 2]; 3]));
}

#[tokio::test]
async fn an_item_may_come_from_another_task() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let events = stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) });
    let items = frontier.run_stream(events.then(move |key| {
        let loader = loader.clone();
        async move { loader.load(key).await }
    }));
    let producer = tokio::spawn(async move {
        for key in 0..100 {
            sender.send(key).await.unwrap();
        }
    });
    let values: Vec<_> = items.collect().await;
    producer.await.unwrap();
    assert_eq!(values, (0..100).map(|key| Ok(Some(key * 10))).collect::<Vec<_>>());
    assert_eq!(journal.count(), 100);
}

#[tokio::test]
async fn a_dropped_subscription_ends_its_run() {
    let (frontier, journal) = (Frontier::new(), Journal::default());
    let loader = frontier.loader(Probe::<1000>::tenfold(&journal));
    let items = stream::repeat(1).then(|key| loader.load(key));
    assert_eq!(Box::pin(frontier.run_stream(items)).next().await, Some(Ok(Some(10))));
    assert_eq!(loader.load(2).await, Err(LoadError::OutsideRun { loader: "probe" }));
}

#[test]
fn a_subscription_may_be_sent_to_another_thread() {
    fn assert_send<S: Stream + Send>(_: S) {}
    assert_send(Frontier::new().run_stream(stream::iter([1])));
}
