//! One HTTP/1.1 connection that is kept open: what a client of the load is. It shares the cores with what it measures, so
//! it does what an answer needs and no more: hyper's client has a task and two channels for each connection, and took
//! 13 µs of processor where this takes 9 (docs/performance.md).
use crate::{Failure, request::Request};
use axum::http::Uri;
use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Bytes that are read at once.
const ROOM: usize = 16 << 10;
/// As many as the server sends, and some.
const MOST_HEADERS: usize = 32;

/// Where a server is.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) host: String,
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
        Ok(Self { host: host.to_owned(), address, path: uri.path().to_owned() })
    }

    pub(crate) async fn connect(&self) -> Result<Connection, Failure> {
        let stream = TcpStream::connect(&self.address).await.map_err(|error| format!("{}: {error}", self.address))?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: BytesMut::with_capacity(ROOM) })
    }
}

pub(crate) struct Connection {
    stream: TcpStream,
    /// What was read and not given out.
    buffer: BytesMut,
}

#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    pub(crate) body: Bytes,
}

/// What stands before a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    /// Bytes of itself.
    own: usize,
    /// Bytes of the body.
    body: usize,
}

impl Connection {
    /// Sends a request and reads the answer, which must say how long it is.
    pub(crate) async fn send(&mut self, request: &Request) -> Result<Answer, Failure> {
        self.stream.write_all(request.as_bytes()).await?;
        let head = loop {
            self.read(ROOM).await?;
            if let Some(head) = Head::parse(&self.buffer)? {
                break head;
            }
        };
        while self.buffer.len() < head.own + head.body {
            self.read(head.own + head.body - self.buffer.len()).await?;
        }
        let mut answer = self.buffer.split_to(head.own + head.body);
        Ok(Answer { status: head.status, body: answer.split_off(head.own).freeze() })
    }

    async fn read(&mut self, room: usize) -> Result<(), Failure> {
        self.buffer.reserve(room);
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the server closed the connection".into()),
            _ => Ok(()),
        }
    }
}

impl Head {
    /// `None`: more has to be read.
    fn parse(bytes: &[u8]) -> Result<Option<Self>, Failure> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(own) = response.parse(bytes)? else { return Ok(None) };
        let length = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
        let length = length.and_then(|length| std::str::from_utf8(length.value).ok()?.parse().ok());
        let body = length.ok_or("an answer does not say how long it is (Content-Length)")?;
        Ok(Some(Self { status: response.code.unwrap_or_default(), own, body }))
    }
}

impl Answer {
    /// Data, no errors. `deep`: looks through the whole body.
    pub(crate) fn is_good(&self, deep: bool) -> bool {
        let begins = self.status == 200 && self.body.starts_with(b"{\"data\":{");
        begins && (!deep || !self.body.windows(10).any(|window| window == b"\"errors\":["))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[test]
    fn a_head_is_read_when_it_is_whole() {
        let head = b"HTTP/1.1 200 OK\r\nx: y\r\nContent-Length: 12\r\n\r\n";
        assert_eq!(Head::parse(&head[..head.len() - 1]).unwrap(), None);
        assert_eq!(Head::parse(head).unwrap(), Some(Head { status: 200, own: head.len(), body: 12 }));
        assert!(Head::parse(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
    }

    /// Answers come in pieces, and two on one connection do not mix.
    #[tokio::test]
    async fn answers_are_read_from_pieces() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Endpoint::parse(&format!("http://{}/graphql", listener.local_addr().unwrap())).unwrap();
        let served = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let mut received = [0; 1 << 10];
            for body in ["{\"data\":{\"n\":1}}", "{\"data\":{\"n\":1},\"errors\":[]}"] {
                let length = stream.read(&mut received).await.unwrap();
                assert!(received[..length].ends_with(b"\r\n\r\n{}"));
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                for piece in answer.as_bytes().chunks(7) {
                    stream.write_all(piece).await.unwrap();
                    tokio::task::yield_now().await;
                }
            }
        });
        let mut connection = endpoint.connect().await.unwrap();
        let request = Request::post(&endpoint, "/graphql".to_owned(), "{}").unwrap();
        let first = connection.send(&request).await.unwrap();
        assert!(first.is_good(true) && *first.body == *b"{\"data\":{\"n\":1}}", "{first:?}");
        let second = connection.send(&request).await.unwrap();
        assert!(second.is_good(false) && !second.is_good(true), "{second:?}");
        served.await.unwrap();
        assert!(connection.send(&request).await.is_err(), "it is closed");
    }
}
