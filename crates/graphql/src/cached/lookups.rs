//! What the cache did for each batch, for `extensions.explain`.
use parking_lot::Mutex;
use std::sync::Arc;
use tradewind_cache::Lookup;

/// Kept where somebody wants to know. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lookups(Option<Arc<Noted>>);

type Noted = Mutex<Vec<(&'static str, Lookup)>>;

impl Lookups {
    /// Keeps what it is told, if `wanted`.
    pub(crate) fn new(wanted: bool) -> Self {
        Self(wanted.then(Arc::default))
    }

    pub(crate) fn note(&self, loader: &'static str, lookup: Lookup) {
        if let Some(noted) = &self.0 {
            noted.lock().push((loader, lookup));
        }
    }

    /// The batches in the order in which they ended.
    pub(crate) fn take(&self) -> Vec<(&'static str, Lookup)> {
        self.0.as_ref().map(|noted| std::mem::take(&mut *noted.lock())).unwrap_or_default()
    }
}
