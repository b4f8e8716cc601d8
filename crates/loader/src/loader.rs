//! The handle that resolvers load through.

use crate::{
    Batch, LoadError,
    cell::{Outcome, Settles},
    core::Core,
    flight::Flying,
    gather,
    queue::{Departure, Flush, Place},
    state::{Asked, State, TicketOf},
};
use parking_lot::{Mutex, MutexGuard};
use std::sync::Arc;

/// What the clones of a loader share.
///
/// Lock order: `state`, then the queue of the core. Neither is held while a waker or a fetch runs.
pub(crate) struct Shared<B: Batch> {
    pub(crate) batch: B,
    pub(crate) core: Arc<Core>,
    pub(crate) state: Mutex<State<B>>,
}

/// Loads values of one [`Batch`] through one frontier, and knows each value from then on. Cheap to clone.
pub struct Loader<B: Batch> {
    shared: Arc<Shared<B>>,
}

impl<B: Batch> Clone for Loader<B> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<B: Batch> Loader<B> {
    pub(crate) fn new(batch: B, core: Arc<Core>) -> Self {
        Self { shared: Arc::new(Shared { batch, core, state: Mutex::new(State::new()) }) }
    }

    /// The value of `key`, or `None` if it does not exist. Asked again, it is the same value without a fetch.
    ///
    /// # Errors
    /// The fetch failed or panicked, or there is no [`Frontier::run`](crate::Frontier::run) to fetch it.
    pub async fn load(&self, key: B::Key) -> Result<Option<B::Value>, LoadError<B::Error>> {
        match self.shared.ask(key) {
            Asked::Known(answer) => answer,
            Asked::Wait(ticket) => self.wait(ticket).await,
        }
    }

    async fn wait(&self, ticket: TicketOf<B>) -> Result<Option<B::Value>, LoadError<B::Error>> {
        let cell: Arc<dyn Settles> = ticket.cell().clone();
        if gather::note(self.shared.core.address(), &cell, B::LEAF) {
            // The walk comes again when the batch has settled.
            drop(ticket);
            return std::future::pending().await;
        }
        drop(cell);
        ticket.await
    }

    /// The values of `keys`, in their order, duplicates included.
    ///
    /// # Errors
    /// The first error among the keys, see [`Self::load`].
    pub async fn load_many(
        &self,
        keys: impl IntoIterator<Item = B::Key>,
    ) -> Result<Vec<Option<B::Value>>, LoadError<B::Error>> {
        let asked: Vec<_> = keys.into_iter().map(|key| self.shared.ask(key)).collect();
        // All keys are asked for by now; the first ticket waits for the batch, the others are ready with it.
        let mut values = Vec::with_capacity(asked.len());
        for asked in asked {
            values.push(match asked {
                Asked::Known(answer) => answer?,
                Asked::Wait(ticket) => self.wait(ticket).await?,
            });
        }
        Ok(values)
    }

    /// The value of `key` if it is known by now and exists. Never fetches.
    pub fn peek(&self, key: &B::Key) -> Option<B::Value> {
        self.shared.state().peek(key)
    }

    /// Makes a value known that came with another query, so that a load of `key` is free.
    ///
    /// It does not replace what is known, or being fetched: a request sees one value per key. After a write, `clear` first.
    pub fn prime(&self, key: B::Key, value: B::Value) {
        self.shared.state().prime(key, value);
    }

    /// [`Self::prime`] for many.
    pub fn prime_many(&self, values: impl IntoIterator<Item = (B::Key, B::Value)>) {
        let mut state = self.shared.state();
        for (key, value) in values {
            state.prime(key, value);
        }
    }

    /// Forgets `key`, so that the next load reads it again. A mutation clears what it wrote.
    ///
    /// Who waits for it already gets what the batch under way brings.
    pub fn clear(&self, key: &B::Key) {
        self.shared.state().forget(key);
    }

    /// [`Self::clear`] for all keys.
    pub fn clear_all(&self) {
        self.shared.state().forget_all();
    }
}

impl<B: Batch> Shared<B> {
    /// The state, as of the current event of a subscription.
    fn state(&self) -> MutexGuard<'_, State<B>> {
        let mut state = self.state.lock();
        state.enter_epoch(self.core.epoch());
        state
    }

    fn ask(self: &Arc<Self>, key: B::Key) -> Asked<B> {
        let urgent = !self.core.is_executing();
        self.state().ask(key, urgent, || self.core.enqueue(self.clone(), urgent))
    }
}

impl<B: Batch> Flush for Shared<B> {
    fn flush(self: Arc<Self>, place: Place) -> Option<Departure> {
        let closed = self.state.lock().close()?;
        let flying = Flying::new(self, closed);
        Some(Departure { flight: Box::pin(flying.fly(place)), holds: !B::LEAF })
    }

    fn cancel(&self) {
        let abandoned = self.state.lock().abandon();
        if let Some(cell) = abandoned {
            cell.settle(Outcome::all_failed(LoadError::Cancelled { loader: B::NAME }));
        }
    }
}
