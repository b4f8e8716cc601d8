//! Prometheus metrics of the loaders.

use crate::{BatchReport, Observer};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        family::Family,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use std::time::Duration;

/// Name of the histogram of keys per batch, per loader.
pub const BATCH_SIZE: &str = "tradewind_graphql_dataloader_batch_size";
/// Name of the histogram of seconds per batch, per loader.
pub const BATCH_DURATION_SECONDS: &str = "tradewind_graphql_dataloader_batch_duration_seconds";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LoaderLabels {
    loader: &'static str,
}

/// The loader metrics of a process; give a clone in an `Arc` to each [`Frontier`](crate::Frontier).
#[derive(Debug, Clone)]
pub struct LoaderMetrics {
    size: Family<LoaderLabels, Histogram>,
    duration: Family<LoaderLabels, Histogram>,
}

impl LoaderMetrics {
    /// Adds the metrics to `registry`.
    pub fn register(registry: &mut Registry) -> Self {
        // 1 to 4,096 keys; 100 us to 3.3 s.
        let size = Family::new_with_constructor((|| Histogram::new(exponential_buckets(1.0, 4.0, 7))) as fn() -> _);
        let duration =
            Family::new_with_constructor((|| Histogram::new(exponential_buckets(0.0001, 2.0, 16))) as fn() -> _);
        registry.register(BATCH_SIZE, "Distinct keys per loader batch", size.clone());
        registry.register(BATCH_DURATION_SECONDS, "Duration of a loader batch in seconds", duration.clone());
        Self { size, duration }
    }
}

impl Observer for LoaderMetrics {
    fn batch_ended(&self, report: &BatchReport) {
        let labels = LoaderLabels { loader: report.loader };
        // A batch is bounded by the size of a response, far below the 2^52 that an f64 counts exactly.
        self.size.get_or_create(&labels).observe(report.keys as f64);
        self.duration.get_or_create(&labels).observe(Duration::from_micros(report.micros).as_secs_f64());
    }
}
