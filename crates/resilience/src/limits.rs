//! Prometheus metrics of what is bounded here: calls at a time, retries, time.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct ByDependency {
    pub(crate) dep: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByRetry {
    dep: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByReason {
    why: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByStage {
    stage: &'static str,
}

/// Bulkheads, retries, refusals and deadlines of a process. Clones are the same; what is not registered counts where nobody
/// sees it.
#[derive(Clone, Debug, Default)]
pub struct LimitMetrics {
    in_use: Family<ByDependency, Gauge>,
    waiting: Family<ByDependency, Gauge>,
    rejected: Family<ByDependency, Counter>,
    retries: Family<ByRetry, Counter>,
    budget: Family<ByDependency, Gauge>,
    shed: Family<ByReason, Counter>,
    deadlines: Family<ByStage, Counter>,
}

/// What a bulkhead counts.
#[derive(Debug)]
pub(crate) struct BulkheadMetrics {
    pub(crate) in_use: Gauge,
    pub(crate) waiting: Gauge,
    pub(crate) rejected: Counter,
}

/// What a budget of retries counts.
#[derive(Debug)]
pub(crate) struct RetryMetrics {
    pub(crate) ok: Counter,
    pub(crate) failed: Counter,
    pub(crate) denied: Counter,
    pub(crate) left: Gauge,
}

impl LimitMetrics {
    /// Registers `bulkhead_in_use{dep}`, `bulkhead_waiting{dep}`, `bulkhead_rejected_total{dep}`,
    /// `retry_total{dep,outcome=ok|failed|denied}`, `retry_budget_left{dep}`, `shed_total{why}` and
    /// `deadline_exceeded_total{stage}`.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("bulkhead_in_use", "Calls under way", self.in_use.clone());
        registry.register("bulkhead_waiting", "Calls that wait for their turn", self.waiting.clone());
        registry.register("bulkhead_rejected", "Calls refused here: too many waited", self.rejected.clone());
        registry.register("retry", "Second tries, and those that the budget denied", self.retries.clone());
        registry.register("retry_budget_left", "Second tries that the budget has now", self.budget.clone());
        registry.register("shed", "Requests refused because the server has enough to do", self.shed.clone());
        registry.register("deadline_exceeded", "What was given up because its time was over", self.deadlines.clone());
    }

    /// Counts a request that was refused because there is too much to do.
    pub fn shed(&self, why: &'static str) {
        self.shed.get_or_create(&ByReason { why }).inc();
    }

    /// Counts what was given up at this stage because its time was over.
    pub fn deadline_exceeded(&self, stage: &'static str) {
        self.deadlines.get_or_create(&ByStage { stage }).inc();
    }

    pub(crate) fn of_bulkhead(&self, dep: &'static str) -> BulkheadMetrics {
        let labels = ByDependency { dep };
        BulkheadMetrics {
            in_use: self.in_use.get_or_create_owned(&labels),
            waiting: self.waiting.get_or_create_owned(&labels),
            rejected: self.rejected.get_or_create_owned(&labels),
        }
    }

    pub(crate) fn of_retries(&self, dep: &'static str) -> RetryMetrics {
        let counter = |outcome| self.retries.get_or_create_owned(&ByRetry { dep, outcome });
        RetryMetrics {
            ok: counter("ok"),
            failed: counter("failed"),
            denied: counter("denied"),
            left: self.budget.get_or_create_owned(&ByDependency { dep }),
        }
    }
}
