//! The server's own metrics; loader and pool bring theirs. Names follow OpenTelemetry where it has one.
use crate::{http::Exchange, persisted::Origin, stream_metrics::StreamMetrics};
use hyper::{Method, StatusCode, Version};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tradewind_cache::CacheMetrics;
use tradewind_loader::LoaderMetrics;
use tradewind_persistence::{Db, PoolMetrics};
use tradewind_resilience::{DependencyMetrics, LimitMetrics};

/// Seconds, as OpenTelemetry's conventions for HTTP say.
const HTTP_BUCKETS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
/// Seconds; an operation without a slow part takes less than the first bucket of HTTP.
const OPERATION_BUCKETS: [f64; 13] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HttpLabels {
    http_request_method: &'static str,
    http_route: &'static str,
    http_response_status_code: u16,
    network_protocol_version: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    operation_type: &'static str,
    operation_name: Arc<str>,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TypeLabel {
    operation_type: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CodeLabel {
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabel {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OriginLabel {
    origin: &'static str,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// Series of what nearly each request is. Finding one by its labels, behind a lock and through SipHash, takes longer than
/// counting in it.
#[derive(Default)]
struct Usual {
    /// Of GraphQL over HTTP/1.1 with status 200: by GET, by POST, by GET of a document.
    requests: [OnceLock<Histogram>; 3],
    /// Queries that succeeded without one of the known names.
    others: OnceLock<Counter>,
    /// Of queries.
    durations: OnceLock<Histogram>,
    /// Answers that were kept.
    kept: OnceLock<Counter>,
}

impl Usual {
    fn request(&self, labels: &HttpLabels) -> Option<&OnceLock<Histogram>> {
        let HttpLabels { http_request_method, http_route, http_response_status_code, network_protocol_version } =
            labels;
        let number = match (*http_request_method, *http_route) {
            _ if (*http_response_status_code, *network_protocol_version) != (200, "1.1") => None,
            ("GET", "/graphql") => Some(0),
            ("POST", "/graphql") => Some(1),
            ("GET", "/graphql/d/{id}") => Some(2),
            _ => None,
        };
        self.requests.get(number?)
    }
}

/// Requests.
#[derive(Clone, Debug)]
pub(crate) struct HttpMetrics {
    duration: Histograms<HttpLabels>,
    active: Gauge,
}

impl HttpMetrics {
    /// A request is being answered until the guard goes, also when its client goes away.
    pub(crate) fn begin(&self) -> Active {
        self.active.inc();
        Active(self.active.clone())
    }
}

/// Counts a request as active.
pub(crate) struct Active(Gauge);

impl Drop for Active {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// What is noted of an operation on a WebSocket or an event stream.
#[derive(Debug, Default)]
pub(crate) struct StreamedOperation {
    /// `websocket`, `sse` or `multipart`.
    pub(crate) transport: &'static str,
    pub(crate) name: Option<String>,
    pub(crate) kind: &'static str,
    /// Answers and events so far.
    pub(crate) answers: u64,
    pub(crate) statements: usize,
    pub(crate) error_code: Option<&'static str>,
    /// Why nothing ran.
    pub(crate) rejected: Option<&'static str>,
    /// Microseconds that it ran; the time between the events of a subscription does not count.
    pub(crate) micros: u64,
}

/// Everything that `/metrics` shows.
pub struct Metrics {
    registry: Registry,
    db: Db,
    pool: PoolMetrics,
    /// For the engine.
    pub(crate) loader: Arc<LoaderMetrics>,
    pub(crate) http: HttpMetrics,
    /// Of what is bounded.
    pub(crate) limits: LimitMetrics,
    /// Of what the server depends on.
    pub(crate) dependencies: DependencyMetrics,
    /// Of both tiers and the log.
    pub(crate) cache: CacheMetrics,
    pub(crate) stream: StreamMetrics,
    operations: Family<OperationLabels, Counter>,
    durations: Histograms<TypeLabel>,
    errors: Family<CodeLabel, Counter>,
    rejected: Family<ReasonLabel, Counter>,
    documents: Family<OriginLabel, Counter>,
    /// Queries of these names that succeeded.
    names: HashMap<Arc<str>, OnceLock<Counter>, foldhash::quality::RandomState>,
    other: Arc<str>,
    usual: Usual,
}

impl Metrics {
    /// Registers all of them. `names` are the operations that get their own series; clients choose names, so all
    /// others count as `other`.
    pub(crate) fn new(db: &Db, names: &[String]) -> Self {
        let mut registry = Registry::default();
        let http = HttpMetrics {
            duration: Family::new_with_constructor(|| Histogram::new(HTTP_BUCKETS)),
            active: Gauge::default(),
        };
        let durations: Histograms<TypeLabel> = Family::new_with_constructor(|| Histogram::new(OPERATION_BUCKETS));
        let (operations, errors, rejected) = (Family::default(), Family::default(), Family::default());
        let documents = Family::default();
        registry.register(
            "http_server_request_duration_seconds",
            "Time until the answer was ready",
            http.duration.clone(),
        );
        registry.register("http_server_active_requests", "Requests being answered", http.active.clone());
        registry.register("tradewind_graphql_operations", "Operations that were asked for", operations.clone());
        registry.register(
            "tradewind_graphql_operation_duration_seconds",
            "Time that an operation ran",
            durations.clone(),
        );
        registry.register("tradewind_graphql_errors", "Answers by the code of their first error", errors.clone());
        registry.register("tradewind_graphql_rejected", "Requests of which nothing ran, by reason", rejected.clone());
        registry.register(
            "tradewind_graphql_documents",
            "Operations by where their document came from",
            documents.clone(),
        );
        let stream = StreamMetrics::register(&mut registry);
        let cache = CacheMetrics::register(&mut registry);
        let dependencies = DependencyMetrics::register(&mut registry);
        let limits = db.limits().clone();
        limits.register(&mut registry);
        let pool = PoolMetrics::register(&mut registry);
        db.set_metrics(pool.clone());
        let loader = Arc::new(LoaderMetrics::register(&mut registry));
        let names = names.iter().map(|name| (Arc::from(name.as_str()), OnceLock::new())).collect();
        Self {
            registry,
            db: db.clone(),
            pool,
            loader,
            limits,
            dependencies,
            cache,
            http,
            stream,
            operations,
            durations,
            errors,
            rejected,
            documents,
            names,
            other: "other".into(),
            usual: Usual::default(),
        }
    }

    /// Notes a request that was answered.
    pub(crate) fn record(&self, exchange: &Exchange, status: StatusCode, elapsed: Duration) {
        let labels = HttpLabels {
            http_request_method: method(&exchange.method),
            http_route: exchange.route,
            http_response_status_code: status.as_u16(),
            network_protocol_version: if exchange.version == Version::HTTP_2 { "2" } else { "1.1" },
        };
        let find = || self.http.duration.get_or_create(&labels).clone();
        count(self.usual.request(&labels), find, |series| series.observe(elapsed.as_secs_f64()));
        if exchange.route.starts_with("/graphql") {
            self.operation(exchange);
        }
    }

    fn operation(&self, exchange: &Exchange) {
        let refused = exchange.refused;
        let operation = exchange.operation.as_ref();
        if let Some(code) = exchange.error_code() {
            self.errors.get_or_create(&CodeLabel { code }).inc();
        }
        if let Some(reason) = refused.map(|(reason, _)| reason).or(operation.and_then(|operation| operation.rejected)) {
            self.refused(reason);
        }
        let Some(operation) = operation else { return };
        let micros = operation.ended.saturating_sub(operation.began);
        self.ended(operation.name.as_deref(), operation.kind, operation.error_code.is_some(), micros);
    }

    fn refused(&self, reason: &'static str) {
        self.rejected.get_or_create(&ReasonLabel { reason }).inc();
        match reason {
            "operations" | "large_requests" | "streams" | "streams_per_address" => self.limits.shed(reason),
            "slow_body" => self.limits.deadline_exceeded("body"),
            "execution_timeout" => self.limits.deadline_exceeded("execution"),
            _ => {}
        }
    }

    /// Notes an operation on a stream that has ended.
    pub(crate) fn streamed(&self, operation: &StreamedOperation) {
        if let Some(code) = operation.error_code {
            self.errors.get_or_create(&CodeLabel { code }).inc();
        }
        if let Some(reason) = operation.rejected {
            self.refused(reason);
        }
        self.ended(operation.name.as_deref(), operation.kind, operation.error_code.is_some(), operation.micros);
    }

    fn ended(&self, name: Option<&str>, operation_type: &'static str, failed: bool, micros: u64) {
        let (name, queries) = match name.and_then(|name| self.names.get_key_value(name)) {
            Some((name, queries)) => (name, queries),
            None => (&self.other, &self.usual.others),
        };
        let find = || {
            let outcome = if failed { "error" } else { "ok" };
            let labels = OperationLabels { operation_type, operation_name: Arc::clone(name), outcome };
            self.operations.get_or_create(&labels).clone()
        };
        let is_query = operation_type == "query";
        count((is_query && !failed).then_some(queries), find, |series| _ = series.inc());
        let find = || self.durations.get_or_create(&TypeLabel { operation_type }).clone();
        let seconds = Duration::from_micros(micros).as_secs_f64();
        count(is_query.then_some(&self.usual.durations), find, |series| series.observe(seconds));
    }

    /// Notes where the document of a request came from.
    pub(crate) fn document(&self, origin: Origin) {
        let find = || self.documents.get_or_create(&OriginLabel { origin: origin.as_str() }).clone();
        count((origin == Origin::Kept).then_some(&self.usual.kept), find, |series| _ = series.inc());
    }

    /// OpenMetrics text.
    pub(crate) fn text(&self) -> Result<String, std::fmt::Error> {
        self.pool.sample(&self.db);
        let mut text = String::with_capacity(16 << 10);
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Counts in a series, which is looked up once where it has a place.
fn count<M: Clone>(place: Option<&OnceLock<M>>, find: impl FnOnce() -> M, count: impl FnOnce(&M)) {
    match place {
        Some(place) => count(place.get_or_init(find)),
        None => count(&find()),
    }
}

/// Clients may invent methods.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        Method::HEAD => "HEAD",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        _ => "_OTHER",
    }
}
