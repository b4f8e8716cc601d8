//! Clients that take their time. The server takes one connection, so that another one is answered only when the slow one
//! has been given up: nothing here measures a time.
use crate::support::TestServer;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const GET: &[u8] = b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n";

async fn with_one_connection(read: &str, idle: &str) -> TestServer {
    let settings =
        [("TRADEWIND_MAX_CONNECTIONS", "1"), ("TRADEWIND_READ_TIMEOUT", read), ("TRADEWIND_IDLE_TIMEOUT", idle)];
    TestServer::start(&settings).await
}

async fn connect(server: &TestServer) -> TcpStream {
    TcpStream::connect(server.address).await.expect("a connection")
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut buffer = vec![0; 4096];
    let length = stream.read(&mut buffer).await.expect("an answer");
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}

#[tokio::test]
async fn who_sends_nothing_or_half_a_head_is_given_up() {
    // An HTTP/2 client that opens a connection and asks for nothing: preface, empty SETTINGS.
    let h2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    for sent in [b"", &GET[..20], h2] {
        let server = with_one_connection("500ms", "1h").await;
        let mut stream = connect(&server).await;
        stream.write_all(sent).await.expect("sent");
        assert_eq!(server.get("/livez").await.status().as_u16(), 200);
    }
}

#[tokio::test]
async fn half_a_head_on_a_kept_connection_is_given_up() {
    let server = with_one_connection("500ms", "1h").await;
    let mut stream = connect(&server).await;
    stream.write_all(GET).await.expect("sent");
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200 "));
    stream.write_all(&GET[..20]).await.expect("sent");
    assert_eq!(server.get("/livez").await.status().as_u16(), 200);
}

#[tokio::test]
async fn a_kept_connection_may_wait_longer_than_a_head() {
    let server = with_one_connection("300ms", "1h").await;
    let mut stream = connect(&server).await;
    for _ in 0..2 {
        stream.write_all(GET).await.expect("sent");
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200 "));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test]
async fn who_asks_for_nothing_more_is_given_up() {
    let server = with_one_connection("500ms", "500ms").await;
    let mut stream = connect(&server).await;
    stream.write_all(GET).await.expect("sent");
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200 "));
    assert_eq!(server.get("/livez").await.status().as_u16(), 200);
    let client = reqwest::Client::builder().http2_prior_knowledge().build().expect("a client");
    let server = with_one_connection("500ms", "500ms").await;
    assert_eq!(client.get(server.url("/livez")).send().await.expect("an answer").status().as_u16(), 200);
    assert_eq!(server.get("/livez").await.status().as_u16(), 200);
}

#[tokio::test]
async fn who_does_not_read_the_answers_is_given_up() {
    let server = with_one_connection("500ms", "500ms").await;
    let mut stream = connect(&server).await;
    // Far more than the sockets of both sides hold.
    let asked = b"GET /schema.graphql HTTP/1.1\r\nhost: x\r\n\r\n".repeat(4_000);
    let flood = tokio::spawn(async move {
        let sent = stream.write_all(&asked).await;
        (stream, sent)
    });
    assert_eq!(server.get("/livez").await.status().as_u16(), 200);
    let _ = flood.await.expect("no panic");
}
