use crate::support::TestServer;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const BODY: &str = r#"{"query":"{ __typename }"}"#;

/// A request of which the server has read the first half.
async fn half_sent(server: &TestServer) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        BODY.len()
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream.write_all(&BODY.as_bytes()[..5]).await.expect("sent");
    // The gauge says when the server has it.
    while !server.scrape().await.contains("http_server_active_requests 1") {
        tokio::task::yield_now().await;
    }
    stream
}

#[tokio::test]
async fn a_request_in_flight_is_finished() {
    let mut server = TestServer::start(&[]).await;
    let mut stream = half_sent(&server).await;
    server.begin_stop();
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    stream.write_all(&BODY.as_bytes()[5..]).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer, then the end");
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains(r#"{"data":{"__typename":"Query"}}"#), "{answer}");
    server.ended().await;
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_keep_the_server() {
    let mut server = TestServer::start(&[("TRADEWIND_DRAIN_TIMEOUT", "50ms")]).await;
    let _stream = half_sent(&server).await;
    server.begin_stop();
    server.ended().await;
}

#[tokio::test]
async fn load_balancers_learn_first() {
    let mut server = TestServer::start(&[("TRADEWIND_DRAIN_DELAY", "2s")]).await;
    assert_eq!(server.get("/readyz").await.status().as_u16(), 200);
    server.begin_stop();
    while server.get("/readyz").await.status().as_u16() != 503 {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.get("/livez").await.status().as_u16(), 200);
    assert_eq!(server.post("{ __typename }").await.status().as_u16(), 200);
    server.ended().await;
}
