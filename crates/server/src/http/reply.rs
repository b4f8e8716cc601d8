//! Answers: JSON that is written once, into the bytes that leave.
use super::{compress::Encoding, failure::Failure, negotiate::Media, status::STATUS};
use axum::body::Body;
use bytes::Bytes;
use hyper::{
    Response, StatusCode,
    header::{
        ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
        SEC_WEBSOCKET_VERSION, UPGRADE, VARY, X_CONTENT_TYPE_OPTIONS,
    },
};
use tradewind_graphql::Outcome;

/// Seconds until it is worth to try again when something is away.
const RETRY_SECONDS: &str = "5";
/// As many as a kept answer to a GET has, or the next larger map would be taken.
const USUAL_HEADERS: usize = 12;
/// Most answers fit, so that writing does not copy.
const ROOM: usize = 4096;

/// Nobody keeps the answer.
pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// The headers of a request that its answer depends on.
pub(super) const VARIES_BY: HeaderValue = HeaderValue::from_static("accept, accept-encoding, tradewind-channel");

/// Writes a GraphQL response.
pub(super) fn json(outcome: &Outcome) -> Vec<u8> {
    let mut body = Vec::with_capacity(ROOM);
    outcome.write_json(&mut body);
    body
}

/// The answer to a GraphQL request, compressed when that is worth it, and how it is.
pub(super) fn graphql(
    status: StatusCode,
    media: Media,
    body: Bytes,
    encoding: Option<Encoding>,
    cache_control: HeaderValue,
) -> (Response<Body>, Option<Encoding>) {
    let (body, encoding) = match encoding.and_then(|encoding| Some((encoding.compress(&body)?, encoding))) {
        Some((compressed, encoding)) => (compressed.into(), Some(encoding)),
        None => (body, None),
    };
    (encoded(status, media, body, encoding, cache_control), encoding)
}

/// An answer whose body is in its encoding already.
pub(super) fn encoded(
    status: StatusCode,
    media: Media,
    body: Bytes,
    encoding: Option<Encoding>,
    cache_control: HeaderValue,
) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(USUAL_HEADERS);
    headers.insert(CONTENT_TYPE, media.content_type());
    headers.insert(CACHE_CONTROL, cache_control);
    headers.insert(VARY, VARIES_BY);
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, encoding.header());
    }
    response
}

/// Says when it makes sense to ask again.
pub(super) fn ask_again_later(headers: &mut HeaderMap) {
    headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
}

/// The answer to a request that was refused before GraphQL saw it. A client that takes streams only (or nothing that
/// there is) reads no JSON: its status says that it failed.
pub(super) fn failure(failure: &Failure, media: Option<Media>, trace_id: &str) -> Response<Body> {
    let body = serde_json::json!({
        "errors": [{ "message": failure.message, "extensions": { "code": failure.code, "traceId": trace_id } }]
    });
    let status =
        failure.status.unwrap_or_else(|| STATUS.of(media.unwrap_or(Media::GraphqlResponse), Some(failure.code)));
    let mut response = encoded(status, media.unwrap_or(Media::Json), body.to_string().into(), None, NO_STORE);
    match status {
        StatusCode::UPGRADE_REQUIRED => {
            response.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
            response.headers_mut().insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        }
        StatusCode::TOO_MANY_REQUESTS => {
            ask_again_later(response.headers_mut());
        }
        _ => {}
    }
    if let Some(allow) = failure.allow {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    }
    response
}

/// A text that does not change while the process runs.
pub(super) fn text(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Headers that every answer carries, also one that no page should show (OWASP's "REST Security Cheat Sheet"); a page that
/// sets its own policy keeps it.
pub(super) fn secure(response: &mut Response<Body>) {
    const POLICY: HeaderName = HeaderName::from_static("content-security-policy");
    const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(POLICY).or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
}
