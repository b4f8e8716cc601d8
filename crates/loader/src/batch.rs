//! What a loader fetches, and how.

use std::{collections::HashMap, future::Future, hash::Hash};

/// The values that a fetch found, by key. A key that is absent from it does not exist.
///
/// Build it with `collect()`, or fill a `Loaded::default()`. The hasher is fast and seeded per process.
pub type Loaded<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// One kind of batch: a relation (`variants_by_product`) or a lookup (`product_by_id`).
///
/// The implementing type carries what the fetch needs: a pool, the channel, arguments that all keys share.
pub trait Batch: Send + Sync + 'static {
    /// Label in metrics and in the explain output, for example `variants_by_product`.
    const NAME: &'static str;

    /// A larger batch is split into chunks of at most this many keys, which run side by side.
    const MAX_KEYS: usize = 1000;

    /// Nothing is ever loaded from below these values, so the next level need not wait for this fetch.
    ///
    /// Set it on a slow last hop (a facet count, a total). It costs determinism when it is a lie: two resolvers below
    /// different leaf loaders that ask the same loader may then share a batch or not, as time decides.
    const LEAF: bool = false;

    /// What a value is asked by. It is cloned twice per distinct key; prefer `Copy` types and `Arc<str>`.
    type Key: Clone + Eq + Hash + Send + Sync + 'static;

    /// What one key yields. Each waiter gets a clone; prefer `Arc<Row>` and `Arc<[Row]>`.
    type Value: Clone + Send + Sync + 'static;

    /// Why a fetch failed. Each waiter gets a clone.
    type Error: Clone + Send + Sync + 'static;

    /// Fetches the values of `keys`: distinct, never empty, at most [`Self::MAX_KEYS`], in the order first asked.
    ///
    /// It runs inside the task of the request, outside of the GraphQL execution. It may load through other loaders of the
    /// same frontier; it must not wait for anything that a resolver produces.
    fn fetch(
        &self,
        keys: Vec<Self::Key>,
    ) -> impl Future<Output = Result<Loaded<Self::Key, Self::Value>, Self::Error>> + Send;

    /// Number of rows behind the values, for reports: a has-many loader counts the children.
    fn rows(values: &Loaded<Self::Key, Self::Value>) -> usize {
        values.len()
    }
}
