//! What a long-running task cannot be given once.
use chrono::{DateTime, Utc};
use std::{fmt, sync::Arc};
use uuid::Uuid;

/// Where a task that runs for long gets the time, ids and chance from. Clones share them.
#[derive(Clone)]
pub struct Sources {
    now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    id: Arc<dyn Fn() -> Uuid + Send + Sync>,
    chance: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl Sources {
    /// The clock, a source of UUIDv7, and one of numbers from 0 (inclusive) to 1.
    pub fn new(
        now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
        id: impl Fn() -> Uuid + Send + Sync + 'static,
        chance: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self { now: Arc::new(now), id: Arc::new(id), chance: Arc::new(chance) }
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        (self.now)()
    }

    /// A new id.
    pub fn id(&self) -> Uuid {
        (self.id)()
    }

    /// A number from 0 to 1.
    pub fn chance(&self) -> f64 {
        (self.chance)()
    }

    pub(crate) fn ids(&self) -> &(dyn Fn() -> Uuid + Send + Sync) {
        &*self.id
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").finish_non_exhaustive()
    }
}
