//! Cross-origin access. An allowed origin may read answers; cookies, such as that of a session, come along only where the
//! configuration lists the origin and allows credentials.
use crate::config::{HttpConfig, Origins};
use axum::body::Body;
use hyper::{
    Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_HEADERS, ALLOW, HeaderMap, HeaderValue, ORIGIN, VARY,
    },
};

const EXPOSED: HeaderValue =
    HeaderValue::from_static("etag, idempotent-replayed, retry-after, x-request-id, x-trace-id");
/// Chromium keeps a preflight for two hours at most.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");
/// Asked for when a page names no header.
const USUAL_HEADERS: HeaderValue = HeaderValue::from_static("content-type");

/// What the answer says of its origin: the origin itself, or `*` where every page may read. `None` where it may not.
pub(super) fn allowed(headers: &HeaderMap, config: &HttpConfig) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    if config.cors == Origins::Any {
        return Some(HeaderValue::from_static("*"));
    }
    config.cors.allow(origin.to_str().ok()?).then(|| origin.clone())
}

/// Lets a page of the allowed origin read the answer, and tells caches that another origin gets another one.
pub(super) fn expose(headers: &mut HeaderMap, allowed: Option<HeaderValue>, config: &HttpConfig) {
    if depends_on_origin(&config.cors) {
        headers.append(VARY, HeaderValue::from_static("origin"));
    }
    let Some(origin) = allowed else { return };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    if config.cors_credentials {
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
}

/// Also for requests without an origin: a cache may give their answer to a page.
fn depends_on_origin(origins: &Origins) -> bool {
    match origins {
        Origins::Any => false,
        Origins::Localhost => true,
        Origins::List(list) => !list.is_empty(),
    }
}

/// Answers OPTIONS, a browser's question before a request.
pub(super) fn preflight(request: &HeaderMap, allow: &'static str, allowed: bool) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ALLOW, HeaderValue::from_static(allow));
    headers.insert(VARY, HeaderValue::from_static("access-control-request-headers, access-control-request-method"));
    if allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(allow));
        headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        // Clients add headers of their own (Apollo, tracing): all of them are fine from an origin that may call.
        let asked = request.get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.unwrap_or(USUAL_HEADERS));
    }
    response
}
