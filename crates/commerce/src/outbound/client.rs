//! The client.
use super::address::{NotAllowed, Reach, Resolver, check_url};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use std::{error::Error, fmt, sync::Arc, time::Duration};

/// What is sent, as `POST`.
#[derive(Clone, Debug)]
pub struct Post {
    /// Where to.
    pub url: String,
    /// Besides `host`, `content-length`, `content-type` (JSON, unless it is given here) and `user-agent`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: Bytes,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status; a redirect is an answer as any other.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// The beginning of its body.
    pub body: Bytes,
}

/// Why there was no answer. The texts are for staff.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It must not be called.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// No answer in time.
    #[error("no answer within {} ms", .0.as_millis())]
    Timeout(Duration),
    /// No connection, or a broken one.
    #[error("{0}")]
    Connection(String),
}

/// Sends requests. Clones share its connections.
#[derive(Clone)]
pub struct HttpClient {
    client: Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    reach: Reach,
}

/// Connections that wait for the next request to the same host.
const IDLE: usize = 8;
const IDLE_FOR: Duration = Duration::from_secs(30);

impl HttpClient {
    /// A client for these addresses. Certificates are judged by Mozilla's list of authorities.
    pub fn new(reach: Reach) -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect::<rustls::RootCertStore>();
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut http = HttpConnector::new_with_resolver(Resolver::new(reach));
        http.enforce_http(false);
        http.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_FOR)
            .pool_max_idle_per_host(IDLE)
            .build(connector.wrap_connector(http));
        Ok(Self { client, reach })
    }

    /// Sends, and reads up to `most` bytes of the answer's body, all within `timeout`.
    pub async fn post(&self, post: Post, timeout: Duration, most: usize) -> Result<Answer, Failure> {
        let request = self.request(Method::POST, post)?;
        self.send(request, timeout, most).await
    }

    /// As [`post`](Self::post), without a body.
    pub async fn get(
        &self,
        url: &str,
        headers: Vec<(HeaderName, HeaderValue)>,
        timeout: Duration,
        most: usize,
    ) -> Result<Answer, Failure> {
        let request = self.request(Method::GET, Post { url: url.to_owned(), headers, body: Bytes::new() })?;
        self.send(request, timeout, most).await
    }

    async fn send(&self, request: Request<Full<Bytes>>, timeout: Duration, most: usize) -> Result<Answer, Failure> {
        let answer = async {
            let answer = self.client.request(request).await.map_err(|error| connection(&error))?;
            let (parts, body) = answer.into_parts();
            Ok(Answer { status: parts.status, headers: parts.headers, body: beginning(body, most).await })
        };
        tokio::time::timeout(timeout, answer).await.map_err(|_| Failure::Timeout(timeout))?
    }

    fn request(&self, method: Method, post: Post) -> Result<Request<Full<Bytes>>, Failure> {
        let uri = check_url(&post.url, self.reach)?;
        let mut request = Request::new(Full::new(post.body));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static(concat!("Tradewind/", env!("CARGO_PKG_VERSION"))));
        for (name, value) in post.headers {
            headers.insert(name, value);
        }
        Ok(request)
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient").field("reach", &self.reach).finish_non_exhaustive()
    }
}

/// The status has been read: what of the body cannot be read is left out.
async fn beginning(mut body: impl BodyExt<Data = Bytes> + Unpin, most: usize) -> Bytes {
    let mut read = Vec::new();
    while read.len() < most
        && let Some(Ok(frame)) = body.frame().await
    {
        if let Ok(data) = frame.into_data() {
            read.extend_from_slice(&data);
        }
    }
    read.truncate(most);
    read.into()
}

fn connection(error: &hyper_util::client::legacy::Error) -> Failure {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    let mut deepest = error.to_string();
    while let Some(error) = cause {
        if let Some(not_allowed) = error.downcast_ref::<NotAllowed>() {
            return Failure::NotAllowed(not_allowed.clone());
        }
        deepest = error.to_string();
        cause = error.source();
    }
    Failure::Connection(deepest)
}
