//! What a batch cost, for the explain output and for metrics.

/// One batch that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchReport {
    /// [`Batch::NAME`](crate::Batch::NAME) of its loader.
    pub loader: &'static str,
    /// Relation level, from 1. A batch that a fetch asked for has the level of that fetch.
    pub level: u32,
    /// Distinct keys that were asked for.
    pub keys: usize,
    /// Rows behind the values, see [`Batch::rows`](crate::Batch::rows).
    pub rows: usize,
    /// Fetches that ran side by side: 1, or more above [`Batch::MAX_KEYS`](crate::Batch::MAX_KEYS).
    pub chunks: usize,
    /// Chunks of those that failed or panicked.
    pub failed: usize,
    /// Start, in microseconds since the frontier was made.
    pub start_micros: u64,
    /// Duration in microseconds.
    pub micros: u64,
}

/// Is told of each batch when it ends, inside the task of the request: it must be quick.
pub trait Observer: Send + Sync {
    /// A batch has ended.
    fn batch_ended(&self, report: &BatchReport);
}
