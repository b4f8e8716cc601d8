//! Where the waiters of one batch meet its outcome.

use crate::LoadError;
use parking_lot::Mutex;
use std::{
    future::Future,
    mem,
    ops::Range,
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
};

/// What a batch brought, by position of the key in the batch.
pub(crate) struct Outcome<V, E> {
    values: Vec<Option<V>>,
    failed: Vec<(Range<usize>, LoadError<E>)>,
}

impl<V: Clone, E: Clone> Outcome<V, E> {
    pub(crate) fn new(values: Vec<Option<V>>, failed: Vec<(Range<usize>, LoadError<E>)>) -> Self {
        Self { values, failed }
    }

    /// The same error for every key of the batch.
    pub(crate) fn all_failed(error: LoadError<E>) -> Self {
        Self { values: Vec::new(), failed: vec![(0..usize::MAX, error)] }
    }

    fn at(&self, position: usize) -> Result<Option<V>, LoadError<E>> {
        match self.failed.iter().find(|(range, _)| range.contains(&position)) {
            Some((_, error)) => Err(error.clone()),
            None => Ok(self.values.get(position).cloned().flatten()),
        }
    }
}

/// One batch as its waiters see it: empty until it settles, then constant.
///
/// The owners of a cell are counted (`Arc::strong_count`) to notice a batch without waiters, so a [`Ticket`] is its only
/// owner outside of the loader's state.
pub(crate) struct Cell<V, E> {
    outcome: OnceLock<Outcome<V, E>>,
    wakers: Mutex<Vec<Waker>>,
    walked: AtomicBool,
}

impl<V: Clone, E: Clone> Cell<V, E> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { outcome: OnceLock::new(), wakers: Mutex::new(Vec::new()), walked: AtomicBool::new(false) })
    }

    /// A walk asked for some of it and left: it hears of an error when it comes again, not from a ticket.
    pub(crate) fn is_walked(&self) -> bool {
        self.walked.load(Relaxed)
    }

    /// The answer at `position`, once settled. Without a lock.
    pub(crate) fn read(&self, position: usize) -> Option<Result<Option<V>, LoadError<E>>> {
        self.outcome.get().map(|outcome| outcome.at(position))
    }

    /// Stores the outcome, then wakes the waiters in the order in which they came. The first outcome stays.
    pub(crate) fn settle(&self, outcome: Outcome<V, E>) {
        let _ = self.outcome.set(outcome);
        let wakers = mem::take(&mut *self.wakers.lock());
        for waker in wakers {
            waker.wake();
        }
    }

    /// Registers a waker, at `place` if the waiter has one already. `None`: the batch settled meanwhile.
    ///
    /// `settle` stores the outcome before it takes the lock. So a waiter that finds no outcome while it holds the lock
    /// is in the list that `settle` is going to take: no wake-up is lost.
    fn register(&self, place: Option<usize>, waker: &Waker) -> Option<usize> {
        let mut wakers = self.wakers.lock();
        if self.outcome.get().is_some() {
            return None;
        }
        if let Some(place) = place
            && let Some(known) = wakers.get_mut(place)
        {
            known.clone_from(waker);
            return Some(place);
        }
        wakers.push(waker.clone());
        Some(wakers.len() - 1)
    }
}

/// A batch that settles, whatever it brings.
pub(crate) trait Settles: Send + Sync {
    /// Ready when it has settled; else the waker is registered, at its place where it has one.
    fn poll_settled(&self, place: &mut Option<usize>, cx: &mut Context<'_>) -> Poll<()>;
    /// Some of its keys have an error.
    fn has_failed(&self) -> bool;
    /// A walk asks for some of it: errors are remembered until it comes again.
    fn walk(&self);
}

impl<V: Clone + Send + Sync, E: Clone + Send + Sync> Settles for Cell<V, E> {
    fn poll_settled(&self, place: &mut Option<usize>, cx: &mut Context<'_>) -> Poll<()> {
        *place = match self.outcome.get() {
            Some(_) => None,
            None => self.register(*place, cx.waker()),
        };
        if place.is_some() { Poll::Pending } else { Poll::Ready(()) }
    }

    fn has_failed(&self) -> bool {
        self.outcome.get().is_some_and(|outcome| !outcome.failed.is_empty())
    }

    fn walk(&self) {
        self.walked.store(true, Relaxed);
    }
}

/// One waiter's claim on its position of a batch.
pub(crate) struct Ticket<V, E> {
    cell: Arc<Cell<V, E>>,
    position: usize,
    place: Option<usize>,
}

impl<V, E> Ticket<V, E> {
    pub(crate) fn new(cell: Arc<Cell<V, E>>, position: usize) -> Self {
        Self { cell, position, place: None }
    }

    pub(crate) fn cell(&self) -> &Arc<Cell<V, E>> {
        &self.cell
    }
}

impl<V: Clone, E: Clone> Future for Ticket<V, E> {
    type Output = Result<Option<V>, LoadError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            if let Some(answer) = self.cell.read(self.position) {
                return Poll::Ready(answer);
            }
            if let Some(place) = self.cell.register(self.place, cx.waker()) {
                self.place = Some(place);
                return Poll::Pending;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[derive(Default)]
    struct Task(AtomicUsize);

    impl std::task::Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    #[test]
    fn a_waiter_that_registers_too_late_is_told() {
        let cell = Cell::<u32, String>::new();
        assert_eq!(cell.read(0), None);
        cell.settle(Outcome::new(vec![Some(7)], Vec::new()));
        assert_eq!(cell.register(None, Waker::noop()), None);
        assert_eq!(cell.read(0), Some(Ok(Some(7))));
    }

    #[test]
    fn a_waiter_that_is_polled_again_registers_its_last_waker_only() {
        let cell = Cell::<u32, String>::new();
        let mut ticket = Box::pin(Ticket::new(cell.clone(), 0));
        let tasks = [Arc::new(Task::default()), Arc::new(Task::default())];
        for task in &tasks {
            let waker = Waker::from(task.clone());
            assert!(ticket.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        }
        cell.settle(Outcome::new(vec![None], Vec::new()));
        assert_eq!(tasks.each_ref().map(|task| task.0.load(Relaxed)), [0, 1]);
    }

    #[test]
    fn the_first_outcome_stays() {
        let cell = Cell::<u32, String>::new();
        cell.settle(Outcome::all_failed(LoadError::Cancelled { loader: "x" }));
        cell.settle(Outcome::new(vec![Some(1)], Vec::new()));
        assert_eq!(cell.read(0), Some(Err(LoadError::Cancelled { loader: "x" })));
    }
}
