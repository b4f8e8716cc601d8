//! One HTTP/1.1 connection that is kept open: what a client of the load is.
use crate::Failure;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, StatusCode, Uri,
    client::conn::http1,
    header::{self, HeaderValue},
    http::request,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Where a server is.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    host: HeaderValue,
    address: String,
    /// Path of the GraphQL endpoint; a floor has its own.
    pub(crate) path: String,
}

impl Endpoint {
    /// `http://127.0.0.1:8000/graphql`
    pub(crate) fn parse(url: &str) -> Result<Self, Failure> {
        let uri: Uri = url.parse().map_err(|error| format!("`{url}` is not an address: {error}"))?;
        let host = uri.host().ok_or_else(|| format!("`{url}` names no host: write http://127.0.0.1:8000/graphql"))?;
        if uri.scheme_str() != Some("http") {
            return Err(format!("`{url}` must start with http://").into());
        }
        let address = format!("{host}:{}", uri.port_u16().unwrap_or(80));
        Ok(Self { host: host.parse()?, address, path: uri.path().to_owned() })
    }

    pub(crate) async fn connect(&self) -> Result<Connection, Failure> {
        let stream = TcpStream::connect(&self.address).await.map_err(|error| format!("{}: {error}", self.address))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            // The next request reports the same error.
            let _ = connection.await;
        });
        Ok(Connection { sender, host: self.host.clone() })
    }
}

pub(crate) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    host: HeaderValue,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl Connection {
    /// A POST with a JSON body; no content coding is accepted.
    pub(crate) async fn send(&mut self, path: &str, body: Bytes) -> Result<Answer, Failure> {
        self.post(path.parse()?, body).await
    }

    /// The same, where the path was read before.
    pub(crate) async fn post(&mut self, path: Uri, body: Bytes) -> Result<Answer, Failure> {
        self.exchange(Request::post(path).header(header::CONTENT_TYPE, JSON), body).await
    }

    /// The same, as a proxy passes it on for a client at this address.
    pub(crate) async fn send_from(&mut self, path: &str, body: Bytes, address: &str) -> Result<Answer, Failure> {
        let request = Request::post(path).header(header::CONTENT_TYPE, JSON);
        self.exchange(request.header("x-forwarded-for", address), body).await
    }

    /// Asks with GET.
    pub(crate) async fn get(&mut self, path: Uri) -> Result<Answer, Failure> {
        self.exchange(Request::get(path), Bytes::new()).await
    }

    async fn exchange(&mut self, request: request::Builder, body: Bytes) -> Result<Answer, Failure> {
        self.sender.ready().await?;
        let request = request.header(header::HOST, self.host.clone()).body(Full::new(body))?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        Ok(Answer { status, body: response.into_body().collect().await?.to_bytes() })
    }
}

impl Answer {
    /// Data, no errors. `deep`: looks through the whole body.
    pub(crate) fn is_good(&self, deep: bool) -> bool {
        let begins = self.status == StatusCode::OK && self.body.starts_with(b"{\"data\":{");
        begins && (!deep || !self.body.windows(10).any(|window| window == b"\"errors\":["))
    }
}
