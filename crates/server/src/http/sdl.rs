//! `/schema.graphql`: does not change while the process runs, so it is compressed once.
use super::{compress::Encoding, etag, reply};
use axum::body::Body;
use bytes::Bytes;
use hyper::{
    Response, StatusCode,
    header::{CONTENT_ENCODING, ETAG, HeaderMap, HeaderValue, VARY},
};

/// The schema's text in every encoding.
pub(crate) struct Sdl {
    plain: Variant,
    encoded: Vec<(Encoding, Variant)>,
}

/// Two encodings are two representations, so their tags differ.
struct Variant {
    body: Bytes,
    etag: Option<HeaderValue>,
}

impl Sdl {
    pub(crate) fn new(text: String) -> Self {
        let hash = etag::hash_of(text.as_bytes());
        let encoded = Encoding::ALL.into_iter().filter_map(|encoding| {
            let body = encoding.compress(text.as_bytes())?.into();
            Some((encoding, Variant { body, etag: etag::tag(hash, Some(encoding)) }))
        });
        Self { encoded: encoded.collect(), plain: Variant { body: text.clone().into(), etag: etag::tag(hash, None) } }
    }

    pub(super) fn respond(&self, asked: &HeaderMap) -> Response<Body> {
        let wanted = Encoding::negotiate(asked);
        let chosen = self.encoded.iter().find(|(encoding, _)| Some(*encoding) == wanted);
        let variant = chosen.map_or(&self.plain, |(_, variant)| variant);
        let is_known = variant.etag.as_ref().is_some_and(|etag| etag::names(asked, etag));
        let (status, body) = match is_known {
            true => (StatusCode::NOT_MODIFIED, Body::empty()),
            false => (StatusCode::OK, variant.body.clone().into()),
        };
        let mut response = reply::text(status, "text/plain; charset=utf-8", body);
        let headers = response.headers_mut();
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        headers.extend(variant.etag.clone().map(|etag| (ETAG, etag)));
        if let Some((encoding, _)) = chosen.filter(|_| !is_known) {
            headers.insert(CONTENT_ENCODING, encoding.header());
        }
        response
    }
}
