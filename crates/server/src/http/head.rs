//! What must be right with a request's first line and headers, and how long they may be. The connection itself gives up at `LARGEST_HEAD`, without a body.
use super::failure::Failure;
use crate::config::HttpConfig;
use hyper::{Request, Version, body::Incoming, header::HOST};

/// HTTP/1.1 connections refuse more on their own.
const MOST_HEADERS: usize = 100;

/// Refuses what is longer than the configuration allows, and a request without its one host (RFC 9112, 3.2).
pub(super) fn check(request: &Request<Incoming>, limits: &HttpConfig) -> Result<(), Failure> {
    let uri = request.uri().path_and_query().map_or(0, |path| path.as_str().len());
    if uri > limits.max_uri {
        return Err(Failure::uri_too_long(uri, limits.max_uri));
    }
    let headers = request.headers();
    if request.version() == Version::HTTP_11 && headers.get_all(HOST).iter().count() != 1 {
        return Err(Failure::malformed("a request of HTTP/1.1 has one Host header"));
    }
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes > limits.max_headers {
        return Err(Failure::headers_too_large(format!("{bytes} bytes"), format!("{} bytes", limits.max_headers)));
    }
    if headers.len() > MOST_HEADERS {
        return Err(Failure::headers_too_large(headers.len().to_string(), MOST_HEADERS.to_string()));
    }
    Ok(())
}
