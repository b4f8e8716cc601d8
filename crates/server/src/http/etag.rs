//! Entity tags (RFC 9110, 8.8.3): a hash of what is sent, the same on every instance.
use super::compress::Encoding;
use hyper::header::{HeaderMap, HeaderValue, IF_NONE_MATCH};
use std::hash::{DefaultHasher, Hasher};

/// The hash that tags of a body begin with.
pub(super) fn hash_of(body: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(body);
    hasher.finish()
}

/// The tag of a body in an encoding: two encodings are two representations.
pub(super) fn tag(hash: u64, encoding: Option<Encoding>) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{hash:016x}{}\"", encoding.map_or("", Encoding::suffix))).ok()
}

/// Whether the client has it already.
pub(super) fn names(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    let known = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = known.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || etag == tag.trim_start_matches("W/"))
}
