//! A batch behind the cache, and one that never is.
use crate::loaders::Source;
use futures_util::FutureExt;
use std::sync::Arc;
use tradewind_cache::{CacheError, Cached, Reread, Route};
use tradewind_loader::{Batch, Loaded};
use tradewind_persistence::DbError;

/// A batch of this crate: what it fetches with can be exchanged.
pub(crate) trait OnSource: Sized {
    fn on(source: Source) -> Self;
    fn source(&self) -> &Source;
}

/// Asks the cache first, and fetches what it does not have.
pub(crate) struct Through<B>(B);

/// Always fetches, and lets nobody keep an answer with what it fetched.
pub(crate) struct Fresh<B>(B);

impl<B: OnSource> Through<B> {
    pub(crate) fn new(source: Source) -> Self {
        Self(B::on(source))
    }
}

impl<B: OnSource> Fresh<B> {
    pub(crate) fn new(source: Source) -> Self {
        Self(B::on(source))
    }
}

/// What the primary has at the key now: for the same request, but without its cache, its connection and its reports.
pub(crate) fn reread<B: Batch<Error = DbError> + OnSource>(batch: &B, key: B::Key) -> Reread<B::Value> {
    let batch = B::on(batch.source().aside());
    async move { Ok(batch.fetch(vec![key.clone()]).await?.remove(&key)) }.boxed()
}

impl<B> Batch for Through<B>
where
    B: Batch<Error = DbError> + OnSource + Cached<Key = <B as Batch>::Key, Value = <B as Batch>::Value>,
{
    const NAME: &'static str = <B as Batch>::NAME;
    const MAX_KEYS: usize = B::MAX_KEYS;
    const LEAF: bool = B::LEAF;
    type Key = <B as Batch>::Key;
    type Value = <B as Batch>::Value;
    type Error = DbError;

    async fn fetch(&self, keys: Vec<Self::Key>) -> Result<Loaded<Self::Key, Self::Value>, DbError> {
        let source = self.0.source();
        let Some(view) = &source.view else { return self.0.fetch(keys).await };
        let load = |keys: Vec<<B as Batch>::Key>, route| async move {
            // In boxes: the future of each load would be as large as the largest of them.
            if B::EXPIRES
                && let Some(look) = source.boundary.learn(source, view)
            {
                look.await?;
            }
            let Route::Replica(replica) = route else { return self.0.fetch(keys).await };
            let replica = B::on(source.of_replica(replica));
            match Box::pin(replica.fetch(Vec::clone(&keys))).await {
                // The replica was not asked, so it has not failed. What the primary says is no older.
                Err(error) if error.is_refused_here() => Box::pin(self.0.fetch(keys)).await,
                answer => answer,
            }
        };
        let (loaded, lookup) = view.get_many(&self.0, keys, load).await;
        source.lookups.note(Self::NAME, lookup);
        loaded.map_err(|error| match error {
            CacheError::Load(cause) => cause,
            unproved => DbError::Unavailable(Arc::new(Unproved(unproved.to_string()))),
        })
    }

    fn rows(values: &Loaded<Self::Key, Self::Value>) -> usize {
        B::rows(values)
    }
}

impl<B: Batch + OnSource> Batch for Fresh<B> {
    const NAME: &'static str = B::NAME;
    const MAX_KEYS: usize = B::MAX_KEYS;
    const LEAF: bool = B::LEAF;
    type Key = B::Key;
    type Value = B::Value;
    type Error = B::Error;

    async fn fetch(&self, keys: Vec<Self::Key>) -> Result<Loaded<Self::Key, Self::Value>, B::Error> {
        if let Some(view) = &self.0.source().view {
            view.note_uncached();
        }
        self.0.fetch(keys).await
    }

    fn rows(values: &Loaded<Self::Key, Self::Value>) -> usize {
        B::rows(values)
    }
}

/// What cannot be proved fresh is not shown.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unproved(String);
