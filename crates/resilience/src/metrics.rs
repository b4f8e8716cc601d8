//! Prometheus metrics of the things that this process depends on.

use crate::State;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByCall {
    dep: &'static str,
    op: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByDependency {
    dep: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByTransition {
    dep: &'static str,
    to: &'static str,
}

/// Calls and breakers of a process. The default counts where nobody sees it.
#[derive(Clone, Debug)]
pub struct DependencyMetrics {
    seconds: Family<ByCall, Histogram, fn() -> Histogram>,
    state: Family<ByDependency, Gauge>,
    transitions: Family<ByTransition, Counter>,
}

impl Default for DependencyMetrics {
    fn default() -> Self {
        let buckets: fn() -> Histogram =
            || Histogram::new([0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.1, 0.25, 1.0]);
        Self {
            seconds: Family::new_with_constructor(buckets),
            state: Family::default(),
            transitions: Family::default(),
        }
    }
}

impl DependencyMetrics {
    /// Registers `dependency_seconds{dep,op,outcome=ok|failed|timeout|open}`, `breaker_state{dep}` (0 closed, 1 half
    /// open, 2 open) and `breaker_transitions_total{dep,to}`.
    pub fn register(registry: &mut Registry) -> Self {
        let new = Self::default();
        registry.register("dependency_seconds", "Time of calls to what the server depends on", new.seconds.clone());
        registry.register("breaker_state", "0 closed, 1 half open, 2 open", new.state.clone());
        registry.register("breaker_transitions", "Changes of a breaker's state", new.transitions.clone());
        new
    }

    /// Those of one dependency.
    #[must_use]
    pub fn of(&self, dep: &'static str) -> Dependency {
        self.state.get_or_create(&ByDependency { dep }).set(0);
        Dependency { dep, metrics: self.clone() }
    }
}

/// Metrics of one dependency.
#[derive(Clone, Debug)]
pub struct Dependency {
    dep: &'static str,
    metrics: DependencyMetrics,
}

impl Dependency {
    /// Counts a call.
    pub fn call(&self, op: &'static str, outcome: &'static str, took: Duration) {
        let labels = ByCall { dep: self.dep, op, outcome };
        self.metrics.seconds.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// Notes that its breaker changed.
    pub fn changed(&self, state: State) {
        let (figure, to) = match state {
            State::Closed => (0, "closed"),
            State::HalfOpen => (1, "half_open"),
            State::Open => (2, "open"),
        };
        self.metrics.state.get_or_create(&ByDependency { dep: self.dep }).set(figure);
        self.metrics.transitions.get_or_create(&ByTransition { dep: self.dep, to }).inc();
    }
}
