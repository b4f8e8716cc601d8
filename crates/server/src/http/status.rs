//! Which statuses answer what.
use super::negotiate::Media;
use hyper::StatusCode;
use tradewind_graphql::Code;

/// The drafts of GraphQL over HTTP differ (400 or 422 for a document that cannot run), and clients do not care: this is
/// the one place that says it. Refusals of HTTP itself (404, 405, 413, …) are the same in all drafts and stand in
/// `Failure`.
pub(super) struct StatusProfile {
    /// Nothing ran (parse, validation, limits, variables), asked for as `application/graphql-response+json`.
    request_error: StatusCode,
    /// The same for `application/json`: clients before 2022 take any other status for a broken server, and drop the
    /// errors.
    request_error_json: StatusCode,
}

/// What the audits of graphql-http expect.
pub(super) const STATUS: StatusProfile =
    StatusProfile { request_error: StatusCode::BAD_REQUEST, request_error_json: StatusCode::OK };

impl StatusProfile {
    /// The status when something ran, whatever became of it (`None`), or of a well-formed request of which nothing ran
    /// because of this code.
    pub(super) fn of(&self, media: Media, refused: Option<&str>) -> StatusCode {
        let Some(code) = refused else { return StatusCode::OK };
        match media {
            Media::Json => self.request_error_json,
            Media::GraphqlResponse if code == Code::Unavailable.as_str() => StatusCode::SERVICE_UNAVAILABLE,
            Media::GraphqlResponse if code == Code::Timeout.as_str() => StatusCode::GATEWAY_TIMEOUT,
            Media::GraphqlResponse if code == Code::Internal.as_str() => StatusCode::INTERNAL_SERVER_ERROR,
            Media::GraphqlResponse if code == Code::Unauthenticated.as_str() => StatusCode::UNAUTHORIZED,
            Media::GraphqlResponse if code == Code::Forbidden.as_str() => StatusCode::FORBIDDEN,
            Media::GraphqlResponse => self.request_error,
        }
    }
}
