//! A batch under way: its chunks, its panics, its report, and what happens when it is dropped.

use crate::{
    Batch, BatchReport, LoadError, Loaded,
    cell::Outcome,
    loader::Shared,
    queue::Place,
    state::{CellOf, Open},
};
use futures_util::{FutureExt, future::join_all};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

/// A batch that has left its loader. Dropped before it landed, it gives its waiters an error: none of them hangs.
pub(crate) struct Flying<B: Batch> {
    shared: Arc<Shared<B>>,
    cell: Arc<CellOf<B>>,
    keys: Vec<B::Key>,
    landed: bool,
}

impl<B: Batch> Flying<B> {
    pub(crate) fn new(shared: Arc<Shared<B>>, closed: Open<B>) -> Self {
        Self { shared, cell: closed.cell, keys: closed.keys, landed: false }
    }

    /// Fetches, settles and reports. All chunks settle together, so the next level stays one level.
    pub(crate) async fn fly(mut self, place: Place) -> bool {
        let started = Instant::now();
        let chunks = self.fetch().await;
        let report = self.describe(&chunks, place, started);
        self.land(chunks);
        self.shared.core.report(place.ordinal, report);
        !B::LEAF
    }

    async fn fetch(&self) -> Vec<Chunk<B>> {
        let size = B::MAX_KEYS.max(1);
        if self.keys.len() <= size {
            return vec![fetch_chunk(&self.shared.batch, self.keys.clone()).await];
        }
        join_all(self.keys.chunks(size).map(|keys| fetch_chunk(&self.shared.batch, keys.to_vec()))).await
    }

    fn describe(&self, chunks: &[Chunk<B>], place: Place, started: Instant) -> BatchReport {
        let start = started.saturating_duration_since(self.shared.core.started);
        BatchReport {
            loader: B::NAME,
            level: place.level,
            keys: self.keys.len(),
            rows: chunks.iter().flatten().map(|(_, rows)| rows).sum(),
            chunks: chunks.len(),
            failed: chunks.iter().filter(|chunk| chunk.is_err()).count(),
            start_micros: u64::try_from(start.as_micros()).unwrap_or(u64::MAX),
            micros: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        }
    }

    fn land(&mut self, chunks: Vec<Chunk<B>>) {
        let mut values = Vec::with_capacity(self.keys.len());
        let mut failed = Vec::new();
        for (keys, chunk) in self.keys.chunks(B::MAX_KEYS.max(1)).zip(chunks) {
            match chunk {
                Ok((mut loaded, _)) => values.extend(keys.iter().map(|key| loaded.remove(key))),
                Err(error) => {
                    failed.push((values.len()..values.len() + keys.len(), error));
                    values.extend(keys.iter().map(|_| None));
                }
            }
        }
        // What a walk asked for stays: it leaves the errors to loads that come later, and a fetch that took as long as it
        // may would be made again only to tell them.
        if !failed.is_empty() && !self.cell.is_walked() {
            // Before the waiters hear of it: the first of them may retry at once.
            let mut state = self.shared.state.lock();
            for (range, _) in &failed {
                state.forget_batch(&self.cell, self.keys.get(range.clone()).unwrap_or_default());
            }
        }
        self.landed = true;
        self.cell.settle(Outcome::new(values, failed));
    }
}

impl<B: Batch> Drop for Flying<B> {
    fn drop(&mut self) {
        if !self.landed {
            self.shared.state.lock().forget_batch(&self.cell, &self.keys);
            self.cell.settle(Outcome::all_failed(LoadError::Cancelled { loader: B::NAME }));
        }
    }
}

/// Values and rows of one chunk.
type Chunk<B> = Result<(Loaded<<B as Batch>::Key, <B as Batch>::Value>, usize), LoadError<<B as Batch>::Error>>;

/// One fetch. A panic in it ends this fetch alone: the batch is not polled again, and what it borrowed is shared state of
/// the implementor, whose locks may tell of the panic as ever.
async fn fetch_chunk<B: Batch>(batch: &B, keys: Vec<B::Key>) -> Chunk<B> {
    let fetch = async {
        let loaded = batch.fetch(keys).await.map_err(LoadError::Fetch)?;
        let rows = B::rows(&loaded);
        Ok((loaded, rows))
    };
    AssertUnwindSafe(fetch).catch_unwind().await.unwrap_or(Err(LoadError::Panicked { loader: B::NAME }))
}
