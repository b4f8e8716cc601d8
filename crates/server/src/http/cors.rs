//! Cross-origin access. The API knows no cookies, so an allowed origin gains nothing but reading answers.
use crate::config::Origins;
use axum::body::Body;
use hyper::{
    Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ALLOW, HeaderMap,
        HeaderValue, ORIGIN,
    },
};

/// The origin to name in the answer, when it may read it.
pub(super) fn allowed(headers: &HeaderMap, origins: &Origins) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    origins.allow(origin.to_str().ok()?).then(|| origin.clone())
}

/// Lets a page of `origin` read the answer.
pub(super) fn expose(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("x-request-id, x-trace-id, retry-after"));
}

/// Answers OPTIONS, a browser's question before a request.
pub(super) fn preflight(request: &HeaderMap, allow: &'static str, allowed: bool) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ALLOW, HeaderValue::from_static(allow));
    if allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(allow));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
        // Clients add headers of their own (Apollo, tracing); without cookies none of them is dangerous.
        let asked = request.get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.unwrap_or_else(|| HeaderValue::from_static("content-type")));
    }
    response
}
