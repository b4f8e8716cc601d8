//! What is noted of an operation on a stream when it ends, however it ends.
use super::{Answer, Caller};
use crate::{http::Site, metrics::StreamedOperation, stream_metrics::Counted};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

pub(super) struct Record {
    site: Arc<Site>,
    operation: StreamedOperation,
    began: tokio::time::Instant,
    request_id: String,
    trace_id: String,
    _counted: Counted,
}

impl Record {
    pub(super) fn begin(site: &Arc<Site>, caller: &Caller) -> Self {
        Self {
            _counted: site.metrics.stream.operation(caller.transport),
            site: Arc::clone(site),
            operation: StreamedOperation {
                transport: caller.transport,
                kind: "unknown",
                ..StreamedOperation::default()
            },
            began: tokio::time::Instant::now(),
            request_id: caller.ids.request_id().to_owned(),
            trace_id: caller.ids.trace_id().as_str().to_owned(),
        }
    }

    /// It is a subscription, and waits for events.
    pub(super) fn is_live(&mut self, name: Option<&str>) {
        if self.operation.kind != "subscription" {
            self.operation.kind = "subscription";
            self.operation.name = name.map(str::to_owned);
        }
    }

    /// When it is to end by itself.
    pub(super) fn ends(&self, most: Option<Duration>) -> Option<tokio::time::Instant> {
        Some(self.began + most?)
    }

    /// An event ran for so many microseconds.
    pub(super) fn ran(&mut self, micros: u64) {
        self.operation.micros = self.operation.micros.saturating_add(micros);
    }

    pub(super) fn note(&mut self, answer: &Answer) {
        let (Answer::Next(outcome) | Answer::Refused(outcome)) = answer;
        let operation = &mut self.operation;
        if operation.kind != "subscription" {
            operation.kind = outcome.operation_type;
            operation.name.clone_from(&outcome.operation_name);
            operation.micros = micros(self.began.into_std());
        }
        operation.statements += outcome.statements;
        operation.answers += 1;
        operation.error_code = operation.error_code.or(outcome.error_code);
        if !outcome.executed && operation.answers == 1 {
            operation.rejected = outcome.limit.or(outcome.error_code).or(Some("unknown"));
        }
        self.site.metrics.stream.answered(operation.transport);
    }
}

fn micros(began: Instant) -> u64 {
    crate::http::graphql::micros_since(began)
}

impl Drop for Record {
    fn drop(&mut self) {
        self.site.metrics.streamed(&self.operation);
        let open = self.began.elapsed();
        self.site.access.streamed(&self.operation, &self.request_id, &self.trace_id, open);
    }
}
