//! The opening handshake (RFC 6455, section 4.2).
use crate::{config::Origins, http::failure::Failure};
use axum::body::Body;
use hyper::{
    Request, Response, StatusCode, Uri, Version,
    header::{
        CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
        SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
    },
};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// The only sub-protocol that is spoken.
const PROTOCOL: &str = "graphql-transport-ws";

/// What the client wants.
pub(super) struct Handshake {
    /// Value of `Sec-WebSocket-Accept`.
    pub(super) accept: String,
    /// Whether it offers our sub-protocol. If not, it is told by close code 4406: a browser shows no status.
    pub(super) speaks_ours: bool,
}

/// Whether a request asks for a WebSocket.
pub(in crate::http) fn is_upgrade(headers: &HeaderMap) -> bool {
    has(headers, &UPGRADE, "websocket") && has(headers, &CONNECTION, "upgrade")
}

fn has(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(word))
}

impl Handshake {
    pub(super) fn read<B>(request: &Request<B>) -> Result<Self, Failure> {
        let headers = request.headers();
        let version = headers.get(SEC_WEBSOCKET_VERSION).map(HeaderValue::as_bytes);
        let key = headers.get(SEC_WEBSOCKET_KEY).filter(|key| key.len() == 24);
        let (Some(key), Some(b"13"), Version::HTTP_11, true) = (key, version, request.version(), is_upgrade(headers))
        else {
            return Err(Failure::upgrade_required());
        };
        let speaks_ours = has(headers, &SEC_WEBSOCKET_PROTOCOL, PROTOCOL);
        Ok(Self { accept: derive_accept_key(key.as_bytes()), speaks_ours })
    }
}

/// 101.
pub(super) fn response(accept: String, speaks_ours: bool) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::try_from(accept) {
        headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    }
    if speaks_ours {
        headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    }
    response
}

/// Browsers let any page open a WebSocket anywhere, and ask nobody: only pages of our own origin and of those that may
/// call us get one. A client that is no browser names no origin.
pub(super) fn is_allowed(headers: &HeaderMap, origins: &Origins) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    origins.allow(origin) || is_own(origin, headers)
}

/// Whether the cookie that came along is the client's word. A page of another origin brings it where it may with other
/// requests: `listed` are those, none unless the configuration allows credentials. Our own page brings it unless the
/// cookie is for HTTPS alone and the page came over plain HTTP, where anybody on the way could have written it.
pub(super) fn may_bring_cookie(headers: &HeaderMap, listed: Option<&Origins>, is_secure: bool) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let is_listed = listed.is_some_and(|listed| *listed != Origins::Any && listed.allow(origin));
    let is_private = !is_secure || origin.starts_with("https://") || Origins::Localhost.allow(origin);
    is_listed || is_own(origin, headers) && is_private
}

fn is_own(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let origin: Option<Uri> = origin.parse().ok();
    let authority = origin.as_ref().and_then(Uri::authority);
    matches!((authority, host), (Some(origin), Some(host)) if origin.as_str().eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(origin: &'static str) -> HeaderMap {
        let host = (HOST, HeaderValue::from_static("api.example:8080"));
        HeaderMap::from_iter([host, (ORIGIN, HeaderValue::from_static(origin))])
    }

    #[test]
    fn a_cookie_comes_only_from_pages_that_may_send_it() {
        let listed = Origins::List(vec!["https://shop.example".to_owned()]);
        let (own, shop) = (from("https://api.example:8080"), from("https://shop.example"));
        for is_secure in [true, false] {
            let may = |headers: &HeaderMap, listed| may_bring_cookie(headers, listed, is_secure);
            assert!(may(&HeaderMap::new(), None) && may(&own, None) && may(&shop, Some(&listed)));
            assert_eq!(may(&from("http://api.example:8080"), None), !is_secure);
            for headers in [from("https://evil.example"), from("null"), shop.clone()] {
                assert!(!may(&headers, None) && !may(&headers, Some(&Origins::Any)), "{headers:?}");
            }
        }
    }

    #[test]
    fn foreign_pages_get_no_socket() {
        let origins = Origins::List(vec!["https://shop.example".to_owned()]);
        let allowed = |origin| is_allowed(&from(origin), &origins);
        assert!(allowed("https://shop.example") && allowed("http://api.example:8080"));
        for foreign in
            ["https://evil.example", "null", "", "http://api.example", "http://api.example:8080.evil.example"]
        {
            assert!(!allowed(foreign), "{foreign}");
        }
        assert!(is_allowed(&HeaderMap::new(), &origins));
    }
}
