//! GraphiQL, embedded: no request of the page leaves the machine.
//!
//! The page is built in `web/graphiql` and committed compressed, so that building the server needs no Node.
use axum::{
    Router,
    body::{Body, Bytes},
    extract::Path,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
            IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Serialize;
use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash, Hasher},
};

/// `style-src 'unsafe-inline'` is for the editor, which writes its theme into the page; its fonts are `data:` there.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; \
    img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'";
/// A file's name carries a hash of what it holds.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// The block of the page that is filled here, as the build leaves it.
const EMPTY_CONFIG: &str = r#"id="tradewind-config">{}<"#;

#[derive(RustEmbed)]
#[folder = "../../web/graphiql/dist"]
struct Bundle;

/// What the page is told; `web/graphiql/src/config.ts` reads it.
#[derive(Serialize)]
struct PageConfig {
    endpoint: &'static str,
    /// Where it opens a WebSocket for subscriptions.
    subscriptions: &'static str,
}

/// The page, with its settings filled in.
#[derive(Clone)]
struct Page {
    html: Bytes,
    etag: String,
}

/// `GET /graphiql` and the files that the page loads.
pub(crate) fn router() -> Router {
    let page = Page::filled(&PageConfig { endpoint: "/graphql", subscriptions: "/graphql/ws" });
    let index = get(move |headers: HeaderMap| async move {
        page.map(|page| page.respond(&headers)).ok_or(StatusCode::NOT_FOUND)
    });
    Router::new()
        .route("/graphiql", index.clone())
        .route("/graphiql/", index)
        .route("/graphiql/assets/{name}", get(asset))
}

impl Page {
    fn filled(config: &PageConfig) -> Option<Self> {
        let template = decompressed(&Bundle::get("index.html.br")?.data)?;
        // Inside a script element `<` could end the element.
        let config = serde_json::to_string(config).ok()?.replace('<', "\\u003c");
        let html =
            String::from_utf8(template).ok()?.replacen(EMPTY_CONFIG, &format!(r#"id="tradewind-config">{config}<"#), 1);
        let mut hasher = DefaultHasher::new();
        html.hash(&mut hasher);
        Some(Self { etag: format!("\"{:016x}\"", hasher.finish()), html: html.into() })
    }

    fn respond(&self, asked: &HeaderMap) -> Response {
        respond(asked, &self.etag, "text/html; charset=utf-8", "no-cache", || Some(self.html.clone().into()))
    }
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = Bundle::get(&format!("assets/{name}.br")) else { return StatusCode::NOT_FOUND.into_response() };
    let brotli = accepts_brotli(&headers);
    let etag = asset_etag(&file, brotli);
    let body = || if brotli { Some(embedded(file.data)) } else { decompressed(&file.data).map(Body::from) };
    let mut response = respond(&headers, &etag, content_type(&name), FOREVER, body);
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    if brotli && response.status() == StatusCode::OK {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

/// The body is made only for a client that does not have it.
fn respond(
    asked: &HeaderMap,
    etag: &str,
    content_type: &'static str,
    cache: &'static str,
    body: impl FnOnce() -> Option<Body>,
) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, cache),
        (ETAG, etag),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    if has_current(asked, etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    match body() {
        Some(body) => (headers, body).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn has_current(asked: &HeaderMap, etag: &str) -> bool {
    let known = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

/// Two encodings of a file are two representations, so their tags differ.
fn asset_etag(file: &EmbeddedFile, brotli: bool) -> String {
    let hash: String = file.metadata.sha256_hash().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let encoding = if brotli { "-br" } else { "" };
    format!("\"{hash}{encoding}\"")
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(0.0);
        name.trim().eq_ignore_ascii_case("br") && weight > 0.0
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "ttf" => "font/ttf",
        "woff2" => "font/woff2",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

fn embedded(data: Cow<'static, [u8]>) -> Body {
    match data {
        Cow::Borrowed(data) => Bytes::from_static(data).into(),
        Cow::Owned(data) => data.into(),
    }
}

fn decompressed(mut data: &[u8]) -> Option<Vec<u8>> {
    let mut raw = Vec::with_capacity(data.len() * 4);
    brotli::BrotliDecompress(&mut data, &mut raw).ok()?;
    Some(raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::to_bytes, http::Request};
    use tower::ServiceExt as _;

    async fn fetch(path: &str, headers: &[(&str, &str)]) -> Response {
        let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
        router().oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible")
    }

    async fn bytes(response: Response) -> Bytes {
        to_bytes(response.into_body(), usize::MAX).await.expect("a body")
    }

    async fn html() -> String {
        String::from_utf8(bytes(fetch("/graphiql", &[]).await).await.to_vec()).expect("UTF-8")
    }

    fn header<'a>(response: &'a Response, name: &str) -> &'a str {
        response.headers().get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// Path of a file that the page loads, such as its script.
    async fn linked(extension: &str) -> String {
        let html = html().await;
        let mut paths =
            html.split('"').filter(|text| text.starts_with("/graphiql/assets/") && text.ends_with(extension));
        paths.next_back().expect("a linked file").to_owned()
    }

    #[tokio::test]
    async fn the_page_is_told_its_endpoint() {
        assert!(
            html()
                .await
                .contains(r#"<script type="application/json" id="tradewind-config">{"endpoint":"/graphql","subscriptions":"/graphql/ws"}</script>"#)
        );
    }

    #[tokio::test]
    async fn the_page_is_guarded_and_always_revalidated() {
        for path in ["/graphiql", "/graphiql/"] {
            let response = fetch(path, &[]).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
            assert_eq!(header(&response, "cache-control"), "no-cache");
            assert_eq!(header(&response, "content-security-policy"), POLICY);
            assert_eq!(header(&response, "x-content-type-options"), "nosniff");
            assert_eq!(header(&response, "referrer-policy"), "no-referrer");
        }
    }

    #[tokio::test]
    async fn an_asset_is_kept_forever_and_sent_as_the_client_reads_it() {
        let path = linked(".js").await;
        let small = fetch(&path, &[("accept-encoding", "gzip, br;q=0.9")]).await;
        let whole = fetch(&path, &[("accept-encoding", "gzip, br;q=0")]).await;
        assert_eq!(header(&small, "content-encoding"), "br");
        assert_eq!(header(&whole, "content-encoding"), "");
        assert_ne!(header(&small, "etag"), header(&whole, "etag"));
        for response in [&small, &whole] {
            assert_eq!(header(response, "cache-control"), FOREVER);
            assert_eq!(header(response, "content-type"), "text/javascript; charset=utf-8");
            assert_eq!(header(response, "vary"), "accept-encoding");
            assert_eq!(header(response, "content-security-policy"), POLICY);
        }
        assert_eq!(decompressed(&bytes(small).await).expect("brotli"), bytes(whole).await);
    }

    #[tokio::test]
    async fn who_has_the_current_file_gets_no_body() {
        for path in ["/graphiql".to_owned(), linked(".css").await] {
            let first = fetch(&path, &[("accept-encoding", "br")]).await;
            let etag = header(&first, "etag").to_owned();
            let known = format!("\"other\", W/{etag}");
            let again = fetch(&path, &[("accept-encoding", "br"), ("if-none-match", &known)]).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
            assert_eq!(header(&again, "etag"), etag);
            assert!(bytes(again).await.is_empty());
            let changed = fetch(&path, &[("if-none-match", "\"other\"")]).await;
            assert_eq!(changed.status(), StatusCode::OK, "{path}");
        }
    }

    #[tokio::test]
    async fn what_is_not_in_the_bundle_is_not_found() {
        for path in ["/graphiql/assets/none.js", "/graphiql/assets/..%2Findex.html", "/graphiql/none"] {
            assert_eq!(fetch(path, &[]).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn every_file_has_a_type() {
        for file in Bundle::iter().filter(|file| file.starts_with("assets/")) {
            let name = file.strip_suffix(".br").expect("only compressed files are embedded");
            assert_ne!(content_type(name), "application/octet-stream", "{name}");
        }
    }
}
