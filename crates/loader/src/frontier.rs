//! One request's batching.

use crate::{Batch, BatchReport, Gathered, Loader, Observer, core::Core, driver::Driver, gather::gather, phase::Phase};
use futures_util::stream::{self, Stream};
use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::{Poll, Wake},
};

/// The batching of one request: its loaders, the run that flushes them, and what the batches cost.
///
/// One per request; cheap to make and to clone. Nothing is shared between frontiers.
#[derive(Clone)]
pub struct Frontier {
    core: Arc<Core>,
}

impl Default for Frontier {
    fn default() -> Self {
        Self::new()
    }
}

impl Frontier {
    /// A frontier that reports to nobody but [`Self::reports`].
    pub fn new() -> Self {
        Self { core: Core::new(None) }
    }

    /// A frontier whose batches are also reported to `observer`, usually the process's
    /// [`LoaderMetrics`](crate::LoaderMetrics).
    pub fn with_observer(observer: Arc<dyn Observer>) -> Self {
        Self { core: Core::new(Some(observer)) }
    }

    /// A loader of this frontier, at any time, also while it runs. Two loaders of one batch do not know of each other:
    /// make one per request and clone it.
    pub fn loader<B: Batch>(&self, batch: B) -> Loader<B> {
        Loader::new(batch, self.core.clone())
    }

    /// Runs `execution`, and fetches whatever it loads, one batch per loader and level.
    ///
    /// A level leaves when the execution is quiet (polled `Pending`, and not woken during that poll) and the level before
    /// has ended. The fetches run inside this future: dropped, it drops them. While a frontier runs, a second run of it
    /// just polls its execution; the first one fetches for both.
    pub async fn run<F: Future>(&self, execution: F) -> F::Output {
        let mut execution = pin!(execution);
        let mut driver = None;
        poll_fn(|cx| match running(&mut driver, &self.core) {
            Some(driver) => driver.poll(cx, |cx| execution.as_mut().poll(cx)),
            None => execution.as_mut().poll(cx),
        })
        .await
    }

    /// Runs `stream` in the same way, for subscriptions: each item has its own levels, reports, and values.
    pub fn run_stream<S: Stream>(&self, stream: S) -> impl Stream<Item = S::Item> + use<S> {
        let core = self.core.clone();
        let mut stream = Box::pin(stream);
        let mut driver = None;
        let mut between = false;
        stream::poll_fn(move |cx| {
            if std::mem::take(&mut between) {
                core.next_event();
            }
            let item = match running(&mut driver, &core) {
                Some(driver) => driver.poll(cx, |cx| stream.as_mut().poll_next(cx)),
                None => stream.as_mut().poll_next(cx),
            };
            between = matches!(item, Poll::Ready(Some(_)));
            item
        })
    }

    /// Awaits a query that is no batch (the page of a root list) as part of the current level: the next level waits for it
    /// as for a fetch. Without this, two root fields that reach the same loader share a batch or not, as time decides.
    pub async fn hold<F: Future>(&self, query: F) -> F::Output {
        let _held = Held::new(&self.core);
        let mut query = pin!(query);
        poll_fn(|cx| {
            // A load in `query` must not wait for the level that waits for `query`.
            let _phase = Phase::outside();
            query.as_mut().poll(cx)
        })
        .await
    }

    /// Runs `walk`, in which a load of what is not known yet does not wait: it stays pending for good, and its batch is
    /// noted. When [`Gathered::settled`], walk again: what was asked for is known then.
    ///
    /// For an execution that would rather visit a level again than keep a task for each of its loads. Poll the loads of
    /// a walk once, and drop them.
    pub fn gather<T>(&self, walk: impl FnOnce() -> T) -> (T, Gathered) {
        gather(self.core.address(), walk)
    }

    /// The batches that have ended, in the order in which they left; of a stream, those of the current item.
    pub fn reports(&self) -> Vec<BatchReport> {
        self.core.reports()
    }
}

/// The driver of this run, started at its first poll, or as soon as no other run has one.
fn running<'a>(driver: &'a mut Option<Driver>, core: &Arc<Core>) -> Option<&'a mut Driver> {
    if driver.is_none() {
        *driver = Driver::start(core);
    }
    driver.as_mut()
}

/// A direct query of the current level.
struct Held<'a> {
    core: &'a Core,
}

impl<'a> Held<'a> {
    fn new(core: &'a Core) -> Self {
        core.queue.lock().hold();
        Self { core }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.core.queue.lock().release();
        if !self.core.is_executing() {
            // Released by another thread, the level may leave now and nobody else is going to look.
            self.core.signal.wake_by_ref();
        }
    }
}
