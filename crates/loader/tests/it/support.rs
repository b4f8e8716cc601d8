//! A batch whose fetches are recorded and whose behaviour a test chooses.

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use std::sync::Arc;
use tradewind_loader::{Batch, Loaded};

/// What a fetch does with its keys.
type Fetch = dyn Fn(Vec<u32>) -> BoxFuture<'static, Result<Loaded<u32, u32>, String>> + Send + Sync;

/// The keys of each fetch, in order.
#[derive(Clone, Default)]
pub(crate) struct Journal(Arc<Mutex<Vec<Vec<u32>>>>);

impl Journal {
    pub(crate) fn fetches(&self) -> Vec<Vec<u32>> {
        self.0.lock().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.0.lock().len()
    }
}

/// A batch of at most `MAX` keys per chunk.
pub(crate) struct Probe<const MAX: usize = 1000> {
    journal: Journal,
    fetch: Box<Fetch>,
}

impl<const MAX: usize> Probe<MAX> {
    pub(crate) fn new<F, Fut>(journal: &Journal, fetch: F) -> Self
    where
        F: Fn(Vec<u32>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Loaded<u32, u32>, String>> + Send + 'static,
    {
        Self { journal: journal.clone(), fetch: Box::new(move |keys| Box::pin(fetch(keys))) }
    }

    /// Every key exists, its value is ten times the key; the fetch yields once, as one that waits for a socket does.
    pub(crate) fn tenfold(journal: &Journal) -> Self {
        Self::new(journal, |keys| async move {
            tokio::task::yield_now().await;
            Ok(tenfold(&keys))
        })
    }
}

impl<const MAX: usize> Batch for Probe<MAX> {
    const NAME: &'static str = "probe";
    const MAX_KEYS: usize = MAX;
    type Key = u32;
    type Value = u32;
    type Error = String;

    async fn fetch(&self, keys: Vec<u32>) -> Result<Loaded<u32, u32>, String> {
        self.journal.0.lock().push(keys.clone());
        (self.fetch)(keys).await
    }
}

pub(crate) fn tenfold(keys: &[u32]) -> Loaded<u32, u32> {
    keys.iter().map(|key| (*key, key * 10)).collect()
}
