//! Asking without waiting: one walk asks for all keys of a level and leaves, instead of a task per key.

use crate::cell::Settles;
use std::{
    cell::RefCell,
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll},
};

/// A batch that a walk asked something of.
struct Asked {
    cell: Arc<dyn Settles>,
    leaf: bool,
    /// Where our waker stands in the cell.
    place: Option<usize>,
}

/// The batches that a walk asked something of. They are fetched as long as this is kept.
#[derive(Default)]
pub struct Gathered(Vec<Asked>);

impl Gathered {
    /// The walk found all that it asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ready when another walk gets further: all batches have ended that a level waits for, or, where there is none, all
    /// leaf batches ([`Batch::LEAF`](crate::Batch::LEAF)).
    pub fn poll_settled(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let only_leaves = self.0.iter().all(|asked| asked.leaf);
        let mut pending = false;
        for asked in self.0.iter_mut().filter(|asked| only_leaves || !asked.leaf) {
            pending |= asked.cell.poll_settled(&mut asked.place, cx).is_pending();
        }
        if pending { Poll::Pending } else { Poll::Ready(()) }
    }

    /// A batch brought an error, which a walk has no words for: load instead. The same error is told without a fetch.
    pub fn has_failed(&self) -> bool {
        self.0.iter().any(|asked| asked.cell.has_failed())
    }

    /// [`Self::poll_settled`] as a future.
    pub async fn settled(&mut self) {
        poll_fn(|cx| self.poll_settled(cx)).await;
    }
}

thread_local! {
    static GATHERING: RefCell<Option<(usize, Gathered)>> = const { RefCell::new(None) };
}

/// Runs `walk`, whose loads through the frontier at this address are noted.
pub(crate) fn gather<T>(frontier: usize, walk: impl FnOnce() -> T) -> (T, Gathered) {
    let mut scope = Scope(GATHERING.replace(Some((frontier, Gathered::default()))));
    let output = walk();
    let gathered = scope.leave();
    (output, gathered)
}

/// Notes that the walk under way waits for this batch. False: none is.
pub(crate) fn note(frontier: usize, cell: &Arc<dyn Settles>, leaf: bool) -> bool {
    GATHERING.with_borrow_mut(|gathering| match gathering {
        Some((of, gathered)) if *of == frontier => {
            cell.walk();
            if !gathered.0.iter().any(|asked| Arc::ptr_eq(&asked.cell, cell)) {
                gathered.0.push(Asked { cell: Arc::clone(cell), leaf, place: None });
            }
            true
        }
        _ => false,
    })
}

/// Restores what was gathered before, also when a walk panics.
struct Scope(Option<(usize, Gathered)>);

impl Scope {
    fn leave(&mut self) -> Gathered {
        GATHERING.with_borrow_mut(|gathering| gathering.take().map(|(_, gathered)| gathered).unwrap_or_default())
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        GATHERING.set(self.0.take());
    }
}
