//! A request that the transport refuses. Every refusal is GraphQL-shaped JSON with a code of the closed list.
use hyper::StatusCode;
use std::borrow::Cow;
use tradewind_graphql::Code;

/// Why nothing ran.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    /// Label of `tradewind_graphql_rejected_total`.
    pub(super) reason: &'static str,
    pub(super) message: Cow<'static, str>,
    /// The methods that would be right.
    pub(super) allow: Option<&'static str>,
}

impl Failure {
    fn new(
        status: StatusCode,
        code: &'static str,
        reason: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, code, reason, message: message.into(), allow: None }
    }

    fn bad_input(status: StatusCode, reason: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(status, Code::BadUserInput.as_str(), reason, message)
    }

    /// 400: the parameters are not what GraphQL over HTTP describes.
    pub(super) fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::bad_input(StatusCode::BAD_REQUEST, "malformed", message)
    }

    /// 400: a hash came without its document, and nothing is stored under it.
    pub(super) fn persisted_query_not_found() -> Self {
        // Apollo's clients compare this very text and then send the document.
        let message = "PersistedQueryNotFound";
        Self::new(StatusCode::BAD_REQUEST, "PERSISTED_QUERY_NOT_FOUND", "persisted_query", message)
    }

    /// 403: a page of another origin asks for a WebSocket.
    pub(super) fn foreign_origin() -> Self {
        let message = "pages of this origin may not open a WebSocket here: allow it with TRADEWIND_CORS_ORIGINS";
        Self::new(StatusCode::FORBIDDEN, "FORBIDDEN", "foreign_origin", message)
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
        Self::new(StatusCode::REQUEST_TIMEOUT, Code::Timeout.as_str(), "slow_body", message)
    }

    /// 413.
    pub(super) fn too_large(limit: usize) -> Self {
        let message =
            format!("the request body is larger than {limit} bytes: send a smaller document, or less in variables");
        Self::bad_input(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message)
    }

    /// 415.
    pub(super) fn media_type(message: &'static str) -> Self {
        Self::bad_input(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", message)
    }

    /// 426: here is a WebSocket, and the request does not ask for one.
    pub(super) fn upgrade_required() -> Self {
        let message = "this is a WebSocket (graphql-transport-ws, version 13, over HTTP/1.1): send GraphQL over HTTP \
             to /graphql";
        Self::bad_input(StatusCode::UPGRADE_REQUIRED, "upgrade_required", message)
    }

    /// 429: this client has enough.
    pub(super) fn rate_limited(message: String) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited.as_str(), "streams_per_address", message)
    }

    /// 503: the server has enough.
    pub(super) fn unavailable(message: String) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable.as_str(), "streams", message)
    }

    /// 500: a panic, or an answer that cannot be written.
    pub(super) fn internal() -> Self {
        let message = "internal error: report the trace id if it lasts";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal.as_str(), "internal", message)
    }
}
