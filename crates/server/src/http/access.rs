//! One line per request. It names ids, times and codes; never a header, an argument or a variable.
use super::{Exchange, Ids};
use crate::metrics::StreamedOperation;
use hyper::StatusCode;
use std::time::Duration;

/// Longer names are cut: clients choose them.
const LONGEST_NAME: usize = 100;

/// Which requests get a line, and how loud it is.
#[derive(Clone, Debug)]
pub(crate) struct AccessLog {
    /// Share of the successful ones, 0 to 1.
    pub(crate) sample: f64,
    /// A developer's screen shows it only when asked (`TRADEWIND_LOG=tradewind::access=debug`).
    pub(crate) quiet: bool,
}

macro_rules! line {
    ($level:ident, $exchange:expr, $status:expr, $elapsed:expr) => {{
        let operation = $exchange.operation.as_ref();
        let error_code = operation.and_then(|operation| operation.error_code).or($exchange.refused.map(|(_, code)| code));
        tracing::$level!(
            target: "tradewind::access",
            request_id = $exchange.ids.request_id(),
            trace_id = $exchange.ids.trace_id().as_str(),
            method = $exchange.method.as_str(),
            route = $exchange.route,
            status = $status.as_u16(),
            duration_us = u64::try_from($elapsed.as_micros()).unwrap_or(u64::MAX),
            operation_name = operation.and_then(|operation| operation.name.as_deref()).map(cut),
            operation_type = operation.map(|operation| operation.kind),
            statements = operation.map(|operation| operation.statements),
            error_code,
            "request"
        );
    }};
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
        if self.quiet || probe {
            line!(debug, exchange, status, elapsed);
        } else {
            line!(info, exchange, status, elapsed);
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
                    target: "tradewind::access",
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
                    target: "tradewind::access",
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
