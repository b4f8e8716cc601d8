//! The poll loop: run the execution until it is quiet, fetch its frontier, repeat.

use crate::{
    core::Core,
    queue::{Flight, Flush},
};
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};
use tokio::task::coop::unconstrained;

/// After this many rounds within one poll the run lets the other tasks of the worker go first.
const ROUNDS: usize = 128;

/// The one run of a frontier: it flushes the loaders and polls their batches.
pub(crate) struct Driver {
    core: Arc<Core>,
    /// What the execution is woken by.
    waker: Waker,
    flights: FuturesUnordered<Flight>,
    /// How many flights the next level waits for.
    holding: usize,
    departing: Vec<Arc<dyn Flush>>,
}

impl Driver {
    /// `None`: this frontier is being run already, and that run flushes for everyone.
    pub(crate) fn start(core: &Arc<Core>) -> Option<Self> {
        if !core.queue.lock().activate() {
            return None;
        }
        core.signal.arm();
        Some(Self {
            core: core.clone(),
            waker: Waker::from(core.signal.clone()),
            flights: FuturesUnordered::new(),
            holding: 0,
            departing: Vec::new(),
        })
    }

    /// Polls `execution` and the batches that it asks for, until it is ready or nothing can be done now.
    ///
    /// `Pending` is returned only in two ways. Parked: the execution is quiet, so whatever it waits for owns the signal's
    /// waker, and all flights were polled after this poll began, so they own the task's waker. Or rounds used up: the task
    /// has been woken already.
    pub(crate) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut execution: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.core.signal.begin(cx.waker());
        for _ in 0..ROUNDS {
            if self.core.signal.take_woken() {
                if let Poll::Ready(output) = self.poll_execution(&mut execution) {
                    self.core.signal.arm(); // the next item of a stream is asked for without a wake
                    return Poll::Ready(output);
                }
                continue;
            }
            self.poll_flights(cx);
            if self.core.signal.is_woken() {
                continue;
            }
            if !self.depart() && self.core.signal.park() {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Polls the execution once, without tokio's cooperative budget. When that is used up (128 operations on channels,
    /// locks or sockets), resolvers that could run do not, and their wake comes only after this task has yielded: the
    /// execution would look quiet when it is not, and half a level would leave. `ROUNDS` bounds our stay instead.
    fn poll_execution<T>(&self, execution: &mut impl FnMut(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        let _phase = self.core.enter();
        let once = pin!(unconstrained(poll_fn(execution)));
        once.poll(&mut Context::from_waker(&self.waker))
    }

    /// Polls the batches that can go on; each that ends has woken its waiters.
    fn poll_flights(&mut self, cx: &mut Context<'_>) {
        while let Poll::Ready(Some(held)) = self.flights.poll_next_unpin(cx) {
            self.holding -= usize::from(held);
        }
    }

    /// Sends off what may leave. False: nothing may.
    fn depart(&mut self) -> bool {
        let mut departing = std::mem::take(&mut self.departing);
        self.core.queue.lock().take(self.holding == 0, &mut departing);
        let any = !departing.is_empty();
        for loader in departing.drain(..) {
            let place = self.core.queue.lock().next_place();
            if let Some(departure) = loader.flush(place) {
                self.holding += usize::from(departure.holds);
                self.flights.push(departure.flight);
            }
        }
        self.departing = departing;
        any
    }
}

impl Drop for Driver {
    /// The flights are dropped with the driver, and tell their waiters; so does each batch that never left.
    fn drop(&mut self) {
        let left = self.core.queue.lock().deactivate();
        for loader in left {
            loader.cancel();
        }
    }
}
