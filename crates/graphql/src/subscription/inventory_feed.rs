//! Which of the variants that somebody watches are to be read again.
use std::time::Duration;
use tradewind_persistence::{
    Db,
    changes::{ChangeReader, Missed, Wanted},
};
use uuid::Uuid;

/// Between two events of a subscription. What changes meanwhile is one event with the last figures, so that an item which
/// sells a thousand times a second does not cost each of its watchers as many reads.
const PACE: Duration = Duration::from_millis(100);
/// After an event that failed.
const RETRY: Duration = Duration::from_secs(5);

/// Knows what its client has not been told yet: at first all, and all again after changes were missed. What could not be
/// read stays there and is read again.
pub(super) struct InventoryFeed {
    variants: Vec<Uuid>,
    reader: ChangeReader,
    owed: Vec<Uuid>,
}

impl InventoryFeed {
    pub(super) fn new(variants: Vec<Uuid>, db: &Db) -> Self {
        // The reader comes before whatever is read: a change in between is told again.
        let reader = db.stock_changes().subscribe(Wanted::Only(variants.clone()));
        Self { owed: variants.clone(), variants, reader }
    }

    /// Waits for variants to read. Dropping the future loses nothing.
    pub(super) async fn next(&mut self, db: &Db) -> Vec<Uuid> {
        if self.owed.is_empty() {
            match self.reader.next_batch(self.variants.len()).await {
                Ok(changed) => self.owed = changed,
                Err(Missed) => *self = Self::new(std::mem::take(&mut self.variants), db),
            }
        }
        self.owed.clone()
    }

    /// Its client has what `next` gave.
    pub(super) fn told(&mut self) {
        self.owed.clear();
    }

    pub(super) fn rest(&self) -> Duration {
        if self.owed.is_empty() { PACE } else { RETRY }
    }
}
