//! A request that the transport refuses. Every refusal is GraphQL-shaped JSON with a code of the closed list.
use super::Ids;
use crate::persisted::NotFound;
use hyper::StatusCode;
use std::{borrow::Cow, time::Duration};
use tradewind_graphql::Code;

/// Why nothing ran.
#[derive(Debug)]
pub(super) struct Failure {
    /// `None`: the request is well-formed, and the profile says the status.
    pub(super) status: Option<StatusCode>,
    pub(super) code: &'static str,
    /// Label of `tradewind_graphql_rejected_total`.
    pub(super) reason: &'static str,
    pub(super) message: Cow<'static, str>,
    /// The methods that would be right.
    pub(super) allow: Option<&'static str>,
}

/// Why an operation did not get its turn.
pub(super) const BUSY: &str =
    "the server has more operations than it can run at the moment: try again in a few seconds";

impl Failure {
    fn new(
        status: impl Into<Option<StatusCode>>,
        code: Code,
        reason: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status: status.into(), code: code.as_str(), reason, message: message.into(), allow: None }
    }

    fn bad_input(status: StatusCode, reason: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(status, Code::BadUserInput, reason, message)
    }

    /// 400: the parameters are not what GraphQL over HTTP describes.
    pub(super) fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::bad_input(StatusCode::BAD_REQUEST, "malformed", message)
    }

    /// The document that a request names cannot be had, or must not run.
    pub(super) fn document(cause: NotFound, ids: &Ids) -> Self {
        const REASON: &str = "persisted_query";
        let missing = |message: String| Self::new(None, Code::PersistedQueryNotFound, REASON, message);
        match cause {
            NotFound::Id(hash) => missing(format!(
                "no document is registered as {hash}: give the server the persisted-documents.json of this client's build"
            )),
            // Apollo's and urql's clients compare these two texts, and then send the document.
            NotFound::Hash => missing("PersistedQueryNotFound".to_owned()),
            NotFound::Unsupported => missing("PersistedQueryNotSupported".to_owned()),
            NotFound::Mismatch => Self::malformed(
                "`extensions.persistedQuery.sha256Hash` is not the SHA-256 of `query`: hash the text that is sent",
            ),
            NotFound::Untrusted => {
                let message =
                    "only trusted documents run here: send the `documentId` of a document that the server has";
                Self::new(None, Code::Forbidden, "untrusted_document", message)
            }
            NotFound::Store(cause) => {
                let (request_id, trace_id) = (ids.request_id(), ids.trace_id());
                tracing::error!(request_id, trace_id = trace_id.as_str(), %cause, "a persisted query cannot be read");
                let message = "persisted queries are not available at the moment: send the document itself";
                Self::new(None, Code::Unavailable, REASON, message)
            }
        }
    }

    /// 403: a browser may have been made to send this by a page of another origin.
    pub(super) fn cross_site() -> Self {
        let message = "any page could make a browser send this GET: add the header GraphQL-Require-Preflight: 1, \
             Apollo-Require-Preflight: 1, or Content-Type: application/json";
        Self::new(StatusCode::FORBIDDEN, Code::Forbidden, "cross_site", message)
    }

    /// 403: a page of another origin asks for a WebSocket.
    pub(super) fn foreign_origin() -> Self {
        let message = "pages of this origin may not open a WebSocket here: allow it with TRADEWIND_CORS_ORIGINS";
        Self::new(StatusCode::FORBIDDEN, Code::Forbidden, "foreign_origin", message)
    }

    /// 401: the token is nobody's.
    pub(super) fn unauthenticated(message: &'static str) -> Self {
        Self::new(None, Code::Unauthenticated, "unauthenticated", message)
    }

    /// 503: nobody knows whose token it is.
    pub(super) fn no_sessions() -> Self {
        let message = "sessions cannot be looked up at the moment: try again in a few seconds";
        Self::new(None, Code::Unavailable, "sessions", message)
    }

    /// 404.
    pub(super) fn not_found() -> Self {
        Self::bad_input(
            StatusCode::NOT_FOUND,
            "not_found",
            "there is nothing here: the API is at /graphql, its schema at /schema.graphql",
        )
    }

    /// 405.
    pub(super) fn method(allow: &'static str) -> Self {
        let message = format!("this method is not possible here: use {allow}");
        Self { allow: Some(allow), ..Self::bad_input(StatusCode::METHOD_NOT_ALLOWED, "method", message) }
    }

    /// 406.
    pub(super) fn not_acceptable() -> Self {
        let message = "the Accept header leaves nothing to answer with: \
             accept application/graphql-response+json or application/json";
        Self::bad_input(StatusCode::NOT_ACCEPTABLE, "not_acceptable", message)
    }

    /// 408.
    pub(super) fn slow_body() -> Self {
        let message = "the request body did not arrive in time: send it faster, or send a smaller one";
        Self::new(StatusCode::REQUEST_TIMEOUT, Code::Timeout, "slow_body", message)
    }

    /// 413.
    pub(super) fn too_large(limit: usize) -> Self {
        let message =
            format!("the request body is larger than {limit} bytes: send a smaller document, or less in variables");
        Self::bad_input(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message)
    }

    /// 414.
    pub(super) fn uri_too_long(length: usize, limit: usize) -> Self {
        let message = format!("the path and query string have {length} bytes, at most {limit} are read: use POST");
        Self::bad_input(StatusCode::URI_TOO_LONG, "uri_too_long", message)
    }

    /// 431.
    pub(super) fn headers_too_large(size: String, limit: String) -> Self {
        let message = format!("the headers have {size}, at most {limit} are read: send fewer or shorter ones");
        Self::bad_input(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large", message)
    }

    /// 415.
    pub(super) fn media_type(message: &'static str) -> Self {
        Self::bad_input(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", message)
    }

    /// The operation was ended.
    pub(super) fn too_slow(limit: Duration) -> Self {
        let message = format!("the operation took longer than {limit:?}: ask for less, or narrow it with a filter");
        Self::new(None, Code::Timeout, "execution_timeout", message)
    }

    /// 503: its turn did not come.
    pub(super) fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, "operations", BUSY)
    }

    /// 426: here is a WebSocket, and the request does not ask for one.
    pub(super) fn upgrade_required() -> Self {
        let message = "this is a WebSocket (graphql-transport-ws, version 13, over HTTP/1.1): send GraphQL over HTTP \
             to /graphql";
        Self::bad_input(StatusCode::UPGRADE_REQUIRED, "upgrade_required", message)
    }

    /// 429: this client has enough.
    pub(super) fn rate_limited(message: String) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, "streams_per_address", message)
    }

    /// 503: the server has enough.
    pub(super) fn unavailable(message: String) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, "streams", message)
    }

    /// 500: a panic, or an answer that cannot be written.
    pub(super) fn internal() -> Self {
        let message = "internal error: report the trace id if it lasts";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, "internal", message)
    }
}
