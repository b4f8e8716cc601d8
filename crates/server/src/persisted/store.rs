//! Where documents stay that clients have registered.
use super::hash::DocumentHash;
use moka::sync::Cache;
use std::{future::Future, pin::Pin, sync::Arc};

/// What a store answers with, some time.
pub(crate) type Answer<'s, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 's>>;

/// The store cannot be reached.
#[derive(Debug, thiserror::Error)]
#[error("the store of persisted queries does not answer: {0}")]
pub(crate) struct StoreError(pub(crate) String);

/// Documents by their hash. Whatever it holds has been validated, and it may forget any of it: clients send a document
/// again that is not found.
pub(crate) trait DocumentStore: Send + Sync {
    /// The text, if it is still there.
    fn get(&self, hash: DocumentHash) -> Answer<'_, Option<Arc<str>>>;
    /// Keeps a text under its hash.
    fn put(&self, hash: DocumentHash, text: Arc<str>) -> Answer<'_, ()>;
}

/// This process only. Bounded in bytes; documents that are asked for again stay, a flood of others does not push them
/// out.
pub(crate) struct MemoryStore(Cache<DocumentHash, Arc<str>>);

/// The hash and the store's own bookkeeping, about.
const ENTRY_BYTES: usize = 200;

impl MemoryStore {
    pub(crate) fn new(bytes: usize) -> Self {
        let cache = Cache::builder()
            .max_capacity(u64::try_from(bytes).unwrap_or(u64::MAX))
            .weigher(|_, text: &Arc<str>| u32::try_from(text.len() + ENTRY_BYTES).unwrap_or(u32::MAX))
            .build();
        Self(cache)
    }
}

impl DocumentStore for MemoryStore {
    fn get(&self, hash: DocumentHash) -> Answer<'_, Option<Arc<str>>> {
        Box::pin(std::future::ready(Ok(self.0.get(&hash))))
    }

    fn put(&self, hash: DocumentHash, text: Arc<str>) -> Answer<'_, ()> {
        self.0.insert(hash, text);
        Box::pin(std::future::ready(Ok(())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_flood_stays_within_the_bytes() {
        let store = MemoryStore::new(10_000);
        for n in 0..1_000 {
            let text = format!("{{ a{n:0>800} }}");
            store.put(DocumentHash::of(&text), text.into()).await.expect("memory");
        }
        store.0.run_pending_tasks();
        assert!(store.0.weighted_size() <= 10_000 && store.0.entry_count() > 0, "{}", store.0.weighted_size());
    }
}
