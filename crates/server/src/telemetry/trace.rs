//! Spans, written after the request from what was measured anyway: nothing is installed on the way of a request, and
//! one that is not sampled pays a comparison.
use super::export;
use crate::{
    config::OtlpConfig,
    http::{Exchange, Ids, Operation},
};
use async_graphql::Value;
use hyper::StatusCode;
use opentelemetry::{
    InstrumentationScope, KeyValue, SpanId, TraceFlags, TraceId,
    trace::{SpanContext, SpanKind, Status, TraceState},
};
use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor};
use std::{
    borrow::Cow,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// Decides which requests get spans, and writes them.
#[derive(Clone)]
pub(crate) struct Tracer {
    pub(super) processor: Arc<BatchSpanProcessor>,
    scope: InstrumentationScope,
    sample: f64,
}

impl Tracer {
    pub(super) fn start(config: &OtlpConfig) -> Result<Self, ExporterBuildError> {
        Ok(Self {
            processor: Arc::new(export::processor(config)?),
            scope: InstrumentationScope::builder("tradewind").with_version(env!("CARGO_PKG_VERSION")).build(),
            sample: config.sample,
        })
    }

    /// The caller's decision counts; a new trace is drawn.
    pub(crate) fn samples(&self, ids: &Ids) -> bool {
        ids.sampled.unwrap_or_else(|| self.sample >= 1.0 || fastrand::f64() < self.sample)
    }

    /// Writes the spans of a request that just ended.
    pub(crate) fn record(&self, exchange: &Exchange, status: StatusCode, elapsed: Duration) {
        let ended = SystemTime::now();
        let began = ended.checked_sub(elapsed).unwrap_or(ended);
        let trace = Trace { tracer: self, id: TraceId::from_bytes(exchange.ids.trace_id), began };
        let http = SpanId::from_bytes(fastrand::u64(1..).to_be_bytes());
        if let Some(operation) = &exchange.operation {
            trace.operation(http, operation);
        }
        let error = exchange.refused.map(|(_, code)| code);
        let mut attributes = vec![
            KeyValue::new("http.request.method", exchange.method.to_string()),
            KeyValue::new("http.route", exchange.route),
            KeyValue::new("http.response.status_code", i64::from(status.as_u16())),
            KeyValue::new("tradewind.request_id", exchange.ids.request_id().to_owned()),
        ];
        attributes.extend(error.map(|code| KeyValue::new("error.type", code)));
        let span = Span {
            id: http,
            parent: SpanId::from_bytes(exchange.ids.parent_id),
            kind: SpanKind::Server,
            start: 0,
            end: micros(elapsed),
        };
        let name = format!("{} {}", exchange.method, exchange.route);
        let status = if status.is_server_error() { Status::error("server error") } else { Status::Unset };
        trace.write(span, name.into(), attributes, status, exchange.ids.sampled.is_some());
    }
}

struct Trace<'t> {
    tracer: &'t Tracer,
    id: TraceId,
    began: SystemTime,
}

struct Span {
    id: SpanId,
    parent: SpanId,
    kind: SpanKind,
    /// Microseconds since the request came.
    start: u64,
    end: u64,
}

impl Trace<'_> {
    fn write(&self, span: Span, name: Cow<'static, str>, attributes: Vec<KeyValue>, status: Status, remote: bool) {
        let at = |micros| self.began + Duration::from_micros(micros);
        self.tracer.processor.on_end(SpanData {
            span_context: SpanContext::new(self.id, span.id, TraceFlags::SAMPLED, false, TraceState::default()),
            parent_span_id: span.parent,
            parent_span_is_remote: remote,
            span_kind: span.kind,
            name,
            start_time: at(span.start),
            end_time: at(span.end.max(span.start)),
            attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status,
            instrumentation_scope: self.tracer.scope.clone(),
        });
    }

    fn child(&self, parent: SpanId, kind: SpanKind, start: u64, end: u64) -> Span {
        Span { id: SpanId::from_bytes(fastrand::u64(1..).to_be_bytes()), parent, kind, start, end }
    }

    /// The operation is named by its type: its own name is chosen by clients, and is an attribute.
    fn operation(&self, http: SpanId, operation: &Operation) {
        let span = self.child(http, SpanKind::Internal, operation.began, operation.ended);
        for (list, kind) in [("phases", Part::Phase), ("batches", Part::Batch), ("statementList", Part::Statement)] {
            for entry in entries(operation.explain.as_ref(), list) {
                self.part(span.id, operation.began, kind, entry);
            }
        }
        let mut attributes = vec![
            KeyValue::new("graphql.operation.type", operation.kind),
            KeyValue::new("tradewind.statements", i64::try_from(operation.statements).unwrap_or(i64::MAX)),
        ];
        attributes.extend(operation.name.clone().map(|name| KeyValue::new("graphql.operation.name", name)));
        attributes.extend(operation.error_code.map(|code| KeyValue::new("error.type", code)));
        self.write(span, operation.kind.into(), attributes, Status::Unset, false);
    }

    fn part(&self, parent: SpanId, began: u64, part: Part, entry: &Value) {
        let number = |name| integer(entry, name).unwrap_or_default();
        let start = began + number("startMicros");
        let span = self.child(parent, part.kind(), start, start + number("micros"));
        let mut attributes = Vec::with_capacity(3);
        for (name, label) in part.figures() {
            let value = integer(entry, name).and_then(|value| i64::try_from(value).ok());
            attributes.extend(value.map(|value| KeyValue::new(*label, value)));
        }
        let name = text(entry, part.name_key()).unwrap_or("unknown").to_owned();
        self.write(span, format!("{} {name}", part.verb()).into(), attributes, Status::Unset, false);
    }
}

/// What an operation is made of.
#[derive(Clone, Copy)]
enum Part {
    Phase,
    Batch,
    Statement,
}

impl Part {
    fn kind(self) -> SpanKind {
        match self {
            Self::Phase | Self::Batch => SpanKind::Internal,
            Self::Statement => SpanKind::Client,
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Phase => "graphql",
            Self::Batch => "load",
            Self::Statement => "sql",
        }
    }

    fn name_key(self) -> &'static str {
        match self {
            Self::Batch => "loader",
            Self::Phase | Self::Statement => "name",
        }
    }

    fn figures(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Phase => &[],
            Self::Batch => &[("keys", "tradewind.keys"), ("rows", "tradewind.rows"), ("chunks", "tradewind.chunks")],
            Self::Statement => &[("rows", "db.response.returned_rows")],
        }
    }
}

fn entries<'v>(explain: Option<&'v Value>, list: &str) -> &'v [Value] {
    match explain {
        Some(Value::Object(object)) => match object.get(list) {
            Some(Value::List(entries)) => entries,
            _ => &[],
        },
        _ => &[],
    }
}

fn integer(entry: &Value, name: &str) -> Option<u64> {
    let Value::Object(object) = entry else { return None };
    let Value::Number(number) = object.get(name)? else { return None };
    number.as_u64()
}

fn text<'v>(entry: &'v Value, name: &str) -> Option<&'v str> {
    let Value::Object(object) = entry else { return None };
    let Value::String(text) = object.get(name)? else { return None };
    Some(text)
}

fn micros(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}
