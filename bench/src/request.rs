//! A request that is ready to be sent: written once, however often it is sent.
use crate::{Failure, http_client::Endpoint};
use bytes::Bytes;
use std::fmt;

/// The bytes of an HTTP/1.1 request. No content coding is accepted.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    target: String,
    bytes: Bytes,
}

impl Request {
    /// `target`: path and query.
    pub(crate) fn get(endpoint: &Endpoint, target: String) -> Result<Self, Failure> {
        Self::new(endpoint, "GET", target, "", "")
    }

    /// Sends JSON.
    pub(crate) fn post(endpoint: &Endpoint, target: String, body: &str) -> Result<Self, Failure> {
        Self::new(endpoint, "POST", target, &of_json(body), body)
    }

    /// The same, as a proxy passes it on for a client at this address.
    pub(crate) fn post_from(endpoint: &Endpoint, address: &str, body: &str) -> Result<Self, Failure> {
        let headers = format!("{}x-forwarded-for: {address}\r\n", of_json(body));
        Self::new(endpoint, "POST", endpoint.path.clone(), &headers, body)
    }

    /// Sends JSON to the endpoint itself.
    pub(crate) fn json(endpoint: &Endpoint, body: &serde_json::Value) -> Result<Self, Failure> {
        Self::post(endpoint, endpoint.path.clone(), &body.to_string())
    }

    fn new(endpoint: &Endpoint, method: &str, target: String, headers: &str, body: &str) -> Result<Self, Failure> {
        if !target.starts_with('/') || !target.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(format!("`{target}` is no path of a request").into());
        }
        let host = &endpoint.host;
        let bytes = format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\n{headers}\r\n{body}").into();
        Ok(Self { target, bytes })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Headers of a request whose body is JSON.
fn of_json(body: &str) -> String {
    format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len())
}

/// Its path and query.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.target)
    }
}
