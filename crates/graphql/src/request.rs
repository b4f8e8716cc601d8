//! What the transport hands in, and what it gets back.
use crate::{
    answer::{write_answer, write_json},
    caching::Caching,
    caller::{Caller, SessionChange},
};
use async_graphql::{ErrorExtensionValues, Response, ServerError, parser::types::OperationType};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// A GraphQL request, already read from its transport.
#[derive(Clone, Debug, Default)]
pub struct GraphqlRequest {
    /// The document.
    pub query: String,
    /// Which of its operations; None when it has one.
    pub operation_name: Option<String>,
    /// An object, or null.
    pub variables: serde_json::Value,
}

/// What surrounds the request.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The header `Tradewind-Channel`.
    pub channel: Option<String>,
    /// Whether `extensions.explain` is wanted and allowed.
    pub explain: bool,
    /// Whether `extensions.cost` is wanted. A request that costs too much gets it unasked.
    pub cost: bool,
    /// Who asks.
    pub caller: Arc<Caller>,
    /// Refuse mutations (GET).
    pub queries_only: bool,
    /// Whether somebody would keep the answer as a whole, and so wants to know what it depends on.
    pub whole: bool,
    /// When the request came.
    pub now: DateTime<Utc>,
    /// For the log.
    pub request_id: String,
    /// For the log and for `extensions.traceId` of errors.
    pub trace_id: String,
}

/// The answer, and what logs and metrics want to know of it.
#[derive(Debug)]
pub struct Outcome {
    /// The answer. Objects in its data may be JSON already: write it with [`Outcome::write_json`].
    pub response: Response,
    /// What may be kept of it.
    pub caching: Caching,
    /// False: the request was refused before anything ran, so the answer has no `data`.
    pub executed: bool,
    /// The operation is a mutation, and mutations were not allowed: nothing ran.
    pub method_not_allowed: bool,
    /// Name of the operation that was chosen.
    pub operation_name: Option<String>,
    /// `query`, `mutation`, `subscription`, or `unknown` when it could not be read.
    pub operation_type: &'static str,
    /// SQL statements.
    pub statements: usize,
    /// Cost before execution; 0 when it was refused earlier.
    pub cost: u64,
    /// Code of the first error.
    pub error_code: Option<&'static str>,
    /// The limit that refused it.
    pub limit: Option<&'static str>,
    /// What becomes of the client's session.
    pub session: Option<SessionChange>,
    /// Nothing was done that an earlier request with the same idempotency key had not done.
    pub replayed: bool,
    /// The answer as it was given then, to the byte; the response has nothing then.
    pub kept: Option<String>,
}

impl Outcome {
    /// Appends the answer as JSON.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        if let Some(kept) = &self.kept {
            out.extend_from_slice(kept.as_bytes());
            return;
        }
        let data = self.executed.then_some(&self.response.data);
        write_answer(out, &self.response.errors, data, &self.response.extensions);
    }

    /// Appends the list of its errors as JSON.
    pub fn write_errors(&self, out: &mut Vec<u8>) {
        write_json(out, &self.response.errors);
    }

    /// The answer to a request that is refused, with a [`Code`](crate::Code) or the word of one, before it reaches the engine, or while it waits.
    pub fn refused(code: impl Into<&'static str>, message: String, trace_id: &str) -> Self {
        let code = code.into();
        let mut error = ServerError::new(message, None);
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", code);
        extensions.set("traceId", trace_id);
        error.extensions = Some(extensions);
        Self::unfit(Some(code), vec![error])
    }

    /// Nothing runs, for reasons that have their code and trace id already; `code` is that of the first.
    pub(crate) fn unfit(code: Option<&'static str>, errors: Vec<ServerError>) -> Self {
        Self {
            response: Response::from_errors(errors),
            caching: Caching::none(),
            executed: false,
            method_not_allowed: false,
            operation_name: None,
            operation_type: "unknown",
            statements: 0,
            cost: 0,
            error_code: code,
            limit: None,
            session: None,
            replayed: false,
            kept: None,
        }
    }
}

pub(crate) fn type_name(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}
