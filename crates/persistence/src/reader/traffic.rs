//! Which connections are in use, and who joins which.
use super::connection::Cell;
use parking_lot::Mutex;
use std::{
    sync::{Arc, LazyLock, Weak},
    time::Duration,
};

/// So many connections are opened before requests share them: two for each core, so that the database is never idle
/// while we compute.
pub(super) static WARM: LazyLock<usize> =
    LazyLock::new(|| 2 * std::thread::available_parallelism().map_or(1, usize::from));

/// A connection whose statement has run for this long is slow: nobody should wait behind it.
const SLOW: Duration = Duration::from_millis(20);

/// The connections in use.
#[derive(Debug, Default)]
pub(super) struct Traffic(Mutex<Vec<Weak<Cell>>>);

impl Traffic {
    /// A new connection while there are few; then the one with the fewest statements; a new one where all are slow.
    pub(super) fn join(&self) -> Arc<Cell> {
        let mut cells = self.0.lock();
        cells.retain(|cell| cell.strong_count() > 0);
        if cells.len() >= *WARM {
            let open = cells.iter().filter_map(Weak::upgrade).filter(|cell| cell.is_open());
            let quickest =
                open.filter_map(|cell| cell.load(SLOW).map(|load| (load, cell))).min_by_key(|(load, _)| *load);
            if let Some((_, cell)) = quickest {
                return cell;
            }
        }
        let new = Arc::default();
        cells.push(Arc::downgrade(&new));
        new
    }
}
