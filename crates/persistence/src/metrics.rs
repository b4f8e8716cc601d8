//! Metrics of the pool and its statements; names follow OpenTelemetry's database conventions.
use crate::PoolStatus;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByStatement {
    statement: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByState {
    state: &'static str,
}

/// Statements and connections.
#[derive(Clone, Debug)]
pub struct PoolMetrics {
    duration: Family<ByStatement, Histogram, fn() -> Histogram>,
    failures: Family<ByStatement, Counter>,
    retries: Counter,
    connections: Family<ByState, Gauge>,
    max: Gauge,
    pending: Gauge,
}

impl PoolMetrics {
    /// Registers `db_client_operation_duration_seconds`, `db_client_operation_failures_total`,
    /// `db_client_transaction_retries_total`, `db_client_connection_count`, `db_client_connection_max` and `db_client_connection_pending_requests`.
    pub fn register(registry: &mut Registry) -> Self {
        let buckets: fn() -> Histogram = || Histogram::new([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0]);
        let duration = Family::new_with_constructor(buckets);
        let (failures, connections, retries) = (Family::default(), Family::default(), Counter::default());
        registry.register(
            "db_client_operation_duration_seconds",
            "Time until the last row of a statement",
            duration.clone(),
        );
        registry.register("db_client_operation_failures", "Statements that failed", failures.clone());
        registry.register(
            "db_client_transaction_retries",
            "Transactions that began again after a deadlock or a serialization failure",
            retries.clone(),
        );
        registry.register("db_client_connection_count", "Open connections of the pool by state", connections.clone());
        let (max, pending) = (Gauge::default(), Gauge::default());
        registry.register("db_client_connection_max", "Most connections of the pool", max.clone());
        registry.register(
            "db_client_connection_pending_requests",
            "Statements that wait for a connection",
            pending.clone(),
        );
        Self { duration, failures, retries, connections, max, pending }
    }

    /// Reads the pool's figures; called when metrics are scraped.
    pub fn sample(&self, db: &crate::Db) {
        db.sample_retries();
        let PoolStatus { max, open, idle, waiting } = db.connections();
        let figure = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.connections.get_or_create(&ByState { state: "idle" }).set(figure(idle));
        self.connections.get_or_create(&ByState { state: "used" }).set(figure(open.saturating_sub(idle)));
        self.max.set(figure(max));
        self.pending.set(figure(waiting));
    }

    pub(crate) fn transaction_retried(&self) {
        self.retries.inc();
    }

    pub(crate) fn statement(&self, name: &'static str, elapsed: Duration, failed: bool) {
        let labels = ByStatement { statement: name };
        self.duration.get_or_create(&labels).observe(elapsed.as_secs_f64());
        if failed {
            self.failures.get_or_create(&labels).inc();
        }
    }
}
