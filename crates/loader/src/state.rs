//! What one loader knows and what it is collecting.

use crate::{
    Batch, LoadError,
    cell::{Cell, Ticket},
};
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

pub(crate) type CellOf<B> = Cell<<B as Batch>::Value, <B as Batch>::Error>;
pub(crate) type TicketOf<B> = Ticket<<B as Batch>::Value, <B as Batch>::Error>;
type Answer<B> = Result<Option<<B as Batch>::Value>, LoadError<<B as Batch>::Error>>;

/// What is known of a key.
enum Slot<B: Batch> {
    /// Given by `prime`.
    Primed(B::Value),
    /// Position of the key in a batch: open, under way, or settled.
    Batch(Arc<CellOf<B>>, usize),
}

/// The batch that collects keys until the next flush.
pub(crate) struct Open<B: Batch> {
    pub(crate) cell: Arc<CellOf<B>>,
    pub(crate) keys: Vec<B::Key>,
    urgent: bool,
}

impl<B: Batch> Open<B> {
    /// Queues the batch again, ahead of its level, if an urgent key joins one that was not.
    fn hurry(&mut self, urgent: bool, enqueue: impl FnOnce() -> bool) {
        if urgent && !self.urgent {
            self.urgent = enqueue();
        }
    }
}

/// Reply to a question for one key.
pub(crate) enum Asked<B: Batch> {
    /// Known already.
    Known(Answer<B>),
    /// A batch is going to know.
    Wait(TicketOf<B>),
}

/// The identity map of one loader and its open batch.
pub(crate) struct State<B: Batch> {
    epoch: u64,
    known: HashMap<B::Key, Slot<B>, foldhash::fast::RandomState>,
    open: Option<Open<B>>,
}

impl<B: Batch> State<B> {
    pub(crate) fn new() -> Self {
        Self { epoch: 0, known: HashMap::default(), open: None }
    }

    /// Forgets everything if a new event of a subscription has begun.
    pub(crate) fn enter_epoch(&mut self, epoch: u64) {
        if self.epoch != epoch {
            self.epoch = epoch;
            self.forget_all();
        }
    }

    /// The reply for `key`; an unknown key joins the open batch. `enqueue` is called when that batch has to be queued, and
    /// tells whether someone is going to flush it.
    pub(crate) fn ask(&mut self, key: B::Key, urgent: bool, enqueue: impl FnOnce() -> bool) -> Asked<B> {
        let slot = match self.known.entry(key) {
            Entry::Occupied(entry) => {
                return match entry.get() {
                    Slot::Primed(value) => Asked::Known(Ok(Some(value.clone()))),
                    Slot::Batch(cell, position) => match cell.read(*position) {
                        Some(answer) => Asked::Known(answer),
                        None => {
                            if let Some(open) = &mut self.open
                                && Arc::ptr_eq(&open.cell, cell)
                            {
                                open.hurry(urgent, enqueue);
                            }
                            Asked::Wait(Ticket::new(cell.clone(), *position))
                        }
                    },
                };
            }
            Entry::Vacant(entry) => entry,
        };
        let open = match &mut self.open {
            Some(open) => {
                open.hurry(urgent, enqueue);
                open
            }
            None if enqueue() => self.open.insert(Open { cell: Cell::new(), keys: Vec::new(), urgent }),
            None => return Asked::Known(Err(LoadError::OutsideRun { loader: B::NAME })),
        };
        let position = open.keys.len();
        open.keys.push(slot.key().clone());
        slot.insert(Slot::Batch(open.cell.clone(), position));
        Asked::Wait(Ticket::new(open.cell.clone(), position))
    }

    /// Closes the open batch. `None`: there is none, or all of its waiters are gone.
    pub(crate) fn close(&mut self) -> Option<Open<B>> {
        let closed = self.open.take()?;
        // Owners: `closed`, one slot per key (an open batch is never forgotten), and the waiters. A new waiter needs the
        // lock of this state, so the count cannot grow meanwhile.
        if Arc::strong_count(&closed.cell) == closed.keys.len() + 1 {
            self.forget_batch(&closed.cell, &closed.keys);
            return None;
        }
        Some(closed)
    }

    /// Closes the open batch for good: its keys are unknown again.
    pub(crate) fn abandon(&mut self) -> Option<Arc<CellOf<B>>> {
        let Open { cell, keys, .. } = self.open.take()?;
        self.forget_batch(&cell, &keys);
        Some(cell)
    }

    /// Forgets those of `keys` that are known through `cell`.
    pub(crate) fn forget_batch(&mut self, cell: &Arc<CellOf<B>>, keys: &[B::Key]) {
        for key in keys {
            if matches!(self.known.get(key), Some(Slot::Batch(owner, _)) if Arc::ptr_eq(owner, cell)) {
                self.known.remove(key);
            }
        }
    }

    /// The value of `key`, if it is known and present.
    pub(crate) fn peek(&self, key: &B::Key) -> Option<B::Value> {
        match self.known.get(key)? {
            Slot::Primed(value) => Some(value.clone()),
            Slot::Batch(cell, position) => cell.read(*position)?.ok()?,
        }
    }

    /// Makes `value` known unless something is known, or being fetched, under `key`: one value per key.
    pub(crate) fn prime(&mut self, key: B::Key, value: B::Value) {
        self.known.entry(key).or_insert(Slot::Primed(value));
    }

    /// Forgets `key`. A key of the open batch stays: nothing has been read for it yet, so nothing is stale.
    pub(crate) fn forget(&mut self, key: &B::Key) {
        if self.known.get(key).is_some_and(|slot| !is_open(self.open.as_ref(), slot)) {
            self.known.remove(key);
        }
    }

    /// Forgets all but the open batch.
    pub(crate) fn forget_all(&mut self) {
        let open = self.open.as_ref();
        self.known.retain(|_, slot| is_open(open, slot));
    }
}

fn is_open<B: Batch>(open: Option<&Open<B>>, slot: &Slot<B>) -> bool {
    matches!((open, slot), (Some(open), Slot::Batch(cell, _)) if Arc::ptr_eq(&open.cell, cell))
}
