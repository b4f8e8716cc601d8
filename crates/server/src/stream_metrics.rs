//! Metrics of WebSockets and event streams.
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TransportLabel {
    transport: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CloseLabel {
    code: u16,
}

/// What stays open, and what is sent there.
#[derive(Clone, Debug, Default)]
pub(crate) struct StreamMetrics {
    open: Family<TransportLabel, Gauge>,
    operations: Family<TransportLabel, Gauge>,
    answers: Family<TransportLabel, Counter>,
    closes: Family<CloseLabel, Counter>,
}

impl StreamMetrics {
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "tradewind_graphql_streams",
            "WebSockets and event streams that are open",
            metrics.open.clone(),
        );
        registry.register(
            "tradewind_graphql_stream_operations",
            "Operations under way on WebSockets and event streams",
            metrics.operations.clone(),
        );
        registry.register(
            "tradewind_graphql_stream_answers",
            "Answers and events sent on WebSockets and event streams",
            metrics.answers.clone(),
        );
        registry.register(
            "tradewind_graphql_socket_closes",
            "WebSockets that were closed, by close code; 1000: by the client, 1006: it was gone",
            metrics.closes.clone(),
        );
        metrics
    }

    /// Something is open until the guard goes.
    pub(crate) fn open(&self, transport: &'static str) -> Counted {
        Counted::new(self.open.get_or_create(&TransportLabel { transport }).clone())
    }

    /// An operation is under way until the guard goes.
    pub(crate) fn operation(&self, transport: &'static str) -> Counted {
        Counted::new(self.operations.get_or_create(&TransportLabel { transport }).clone())
    }

    pub(crate) fn answered(&self, transport: &'static str) {
        self.answers.get_or_create(&TransportLabel { transport }).inc();
    }

    pub(crate) fn closed(&self, code: u16) {
        self.closes.get_or_create(&CloseLabel { code }).inc();
    }
}

/// One more on a gauge.
pub(crate) struct Counted(Gauge);

impl Counted {
    fn new(gauge: Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}
