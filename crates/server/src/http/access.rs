//! One line per request. It names ids, times and codes; never a header, an argument or a variable.
use super::{Exchange, Ids, connection::micros};
use crate::{
    metrics::StreamedOperation,
    telemetry::{Line, LogWriter},
};
use hyper::StatusCode;
use std::time::Duration;
use tracing::Level;

/// Longer names are cut: clients choose them.
const LONGEST_NAME: usize = 100;

/// Which requests get a line, and how loud it is.
#[derive(Clone)]
pub(crate) struct AccessLog {
    /// Share of the successful ones, 0 to 1.
    pub(crate) sample: f64,
    /// A developer's screen shows it only when asked (`TRADEWIND_LOG=tradewind::access=debug`).
    pub(crate) quiet: bool,
    /// Where lines of JSON go, if the log has such.
    pub(crate) json: Option<LogWriter>,
}

const TARGET: &str = "tradewind::access";

macro_rules! line {
    ($level:ident, $exchange:expr, $status:expr, $elapsed:expr) => {{
        let operation = $exchange.operation.as_ref();
        tracing::$level!(
            target: TARGET,
            request_id = $exchange.ids.request_id(),
            trace_id = $exchange.ids.trace_id().as_str(),
            method = $exchange.method.as_str(),
            route = $exchange.route,
            status = $status.as_u16(),
            duration_us = micros($elapsed),
            operation_name = operation.and_then(|operation| operation.name.as_deref()).map(cut),
            operation_type = operation.map(|operation| operation.kind),
            statements = operation.map(|operation| operation.statements),
            error_code = $exchange.error_code(),
            "request"
        );
    }};
}

/// The same line without the detour through `tracing`, which takes as long as all else about it. What it is made of is
/// plain, but for the operation's name: ids are hexadecimal or [checked](Ids::of), a method is a token (RFC 9110, 9.1).
fn json(exchange: &Exchange, status: StatusCode, elapsed: Duration) -> String {
    let mut line = Line::begin(&Level::INFO);
    line.raw(r#","message":"request","request_id":""#);
    line.raw(exchange.ids.request_id());
    line.raw(r#"","trace_id":""#);
    line.raw(exchange.ids.trace_id().as_str());
    line.raw(r#"","method":""#);
    line.raw(exchange.method.as_str());
    line.raw(r#"","route":""#);
    line.raw(exchange.route);
    line.raw("\"");
    line.number("status", status.as_u16().into());
    line.number("duration_us", micros(elapsed));
    if let Some(operation) = &exchange.operation {
        if let Some(name) = &operation.name {
            line.text("operation_name", cut(name));
        }
        line.raw(r#","operation_type":""#);
        line.raw(operation.kind);
        line.raw("\"");
        line.number("statements", u64::try_from(operation.statements).unwrap_or(u64::MAX));
    }
    if let Some(code) = exchange.error_code() {
        line.text("error_code", code);
    }
    line.text("target", TARGET);
    line.end()
}

impl AccessLog {
    pub(super) fn write(&self, exchange: &Exchange, status: StatusCode, elapsed: Duration) {
        let failed = exchange.refused.is_some()
            || exchange.operation.as_ref().is_some_and(|operation| operation.error_code.is_some())
            || status.is_client_error()
            || status.is_server_error();
        if !failed && self.sample < 1.0 && fastrand::f64() >= self.sample {
            return;
        }
        // Probes come every few seconds and say nothing.
        let probe = !failed && matches!(exchange.route, "/livez" | "/readyz");
        match &self.json {
            _ if self.quiet || probe => line!(debug, exchange, status, elapsed),
            Some(log) if tracing::enabled!(target: TARGET, Level::INFO) => log.put(&json(exchange, status, elapsed)),
            Some(_) => {}
            None => line!(info, exchange, status, elapsed),
        }
    }
}

impl AccessLog {
    /// The end of an operation on a stream.
    pub(super) fn streamed(&self, operation: &StreamedOperation, request_id: &str, trace_id: &str, open: Duration) {
        if operation.error_code.is_none() && self.sample < 1.0 && fastrand::f64() >= self.sample {
            return;
        }
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: TARGET,
                    request_id,
                    trace_id,
                    transport = operation.transport,
                    operation_name = operation.name.as_deref().map(cut),
                    operation_type = operation.kind,
                    answers = operation.answers,
                    statements = operation.statements,
                    duration_us = operation.micros,
                    open_ms = u64::try_from(open.as_millis()).unwrap_or(u64::MAX),
                    error_code = operation.error_code,
                    "operation"
                )
            };
        }
        if self.quiet { line!(debug) } else { line!(info) }
    }

    /// The end of a WebSocket.
    pub(super) fn socket(&self, ids: &Ids, code: u16, operations: u64, open: Duration) {
        let open_ms = u64::try_from(open.as_millis()).unwrap_or(u64::MAX);
        let (request_id, trace_id) = (ids.request_id(), ids.trace_id());
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: TARGET,
                    request_id,
                    trace_id = trace_id.as_str(),
                    code,
                    operations,
                    open_ms,
                    "socket"
                )
            };
        }
        if self.quiet { line!(debug) } else { line!(info) }
    }
}

fn cut(name: &str) -> &str {
    let end = name.char_indices().nth(LONGEST_NAME).map_or(name.len(), |(end, _)| end);
    &name[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{http::Operation, telemetry::logged};
    use hyper::{Method, Version, header::HeaderMap};
    use serde_json::Value;
    use std::{net::Ipv4Addr, time::Instant};

    #[test]
    fn both_ways_write_the_same_line() {
        let named =
            Operation { name: Some("Find \"it\"".into()), kind: "query", statements: 3, ..Operation::default() };
        let failed = Operation { kind: "mutation", error_code: Some("TIMEOUT"), ..Operation::default() };
        let refused = Some(("slow_body", "BAD_REQUEST"));
        for (operation, refused) in [(None, None), (Some(named), None), (Some(failed), None), (None, refused)] {
            let exchange = Exchange {
                started: Instant::now(),
                ids: Ids::of(&HeaderMap::new()),
                peer: Ipv4Addr::LOCALHOST.into(),
                method: Method::POST,
                version: Version::HTTP_11,
                route: "/graphql",
                traced: false,
                operation,
                refused,
            };
            let (status, elapsed) = (StatusCode::OK, Duration::from_micros(12));
            let mut expected = logged(|| line!(info, &exchange, status, elapsed));
            let mut direct: Value = serde_json::from_str(&json(&exchange, status, elapsed)).expect("JSON");
            assert!(direct["timestamp"].is_string() && expected["timestamp"].is_string());
            direct["timestamp"] = Value::Null;
            expected["timestamp"] = Value::Null;
            assert_eq!(direct, expected);
        }
    }
}
