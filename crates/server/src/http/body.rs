//! Reads a request body: bounded in bytes and in time.
use super::{failure::Failure, negotiate::is_utf8};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::{
    body::{Body, Incoming},
    header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap},
};
use std::time::Duration;

/// Only `application/json` is read: a browser sends nothing else across origins without asking first, which is what
/// keeps foreign pages from posting here.
pub(super) fn require_json(headers: &HeaderMap) -> Result<(), Failure> {
    let message = "the Content-Type must be application/json";
    let value =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).ok_or_else(|| Failure::media_type(message))?;
    let mut parts = value.split(';').map(str::trim);
    if !parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json")) {
        return Err(Failure::media_type(message));
    }
    let charset = parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("charset"));
    if charset.is_some_and(|(_, charset)| !is_utf8(charset)) {
        return Err(Failure::media_type("the charset of the Content-Type must be utf-8"));
    }
    match headers.get(CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => {
            Err(Failure::media_type("compressed request bodies are not read: send it as it is"))
        }
        _ => Ok(()),
    }
}

/// The whole body, or why not.
pub(super) async fn read(body: Incoming, limit: usize, patience: Duration) -> Result<Bytes, Failure> {
    if body.size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(Failure::too_large(limit));
    }
    tokio::time::timeout(patience, collect(body, limit)).await.map_err(|_| Failure::slow_body())?
}

async fn collect(mut body: Incoming, limit: usize) -> Result<Bytes, Failure> {
    // Nearly every body is one frame, which then is not copied.
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Failure::malformed("the request body ended early"))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + rest.len() + data.len() > limit {
            return Err(Failure::too_large(limit));
        }
        if first.is_empty() {
            first = data;
        } else {
            rest.extend_from_slice(&data);
        }
    }
    if rest.is_empty() {
        return Ok(first);
    }
    let mut whole = BytesMut::with_capacity(first.len() + rest.len());
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&rest);
    Ok(whole.freeze())
}
