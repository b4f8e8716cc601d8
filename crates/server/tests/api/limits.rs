use crate::support::{TestServer, code};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn an_operation_that_takes_too_long_is_ended() {
    // Its only connection is taken, so that the operation waits.
    let server =
        TestServer::start(&[("TRADEWIND_DB_MAX_CONNECTIONS", "1"), ("TRADEWIND_EXECUTION_TIMEOUT", "50ms")]).await;
    let _held = server.db.begin_write().await.expect("the connection");
    let response = server.post("{ products(first: 1) { nodes { id } } }").await;
    assert_eq!(code(&response.json::<Value>().await.expect("JSON")), "TIMEOUT");
    assert!(server.scrape().await.contains(r#"tradewind_graphql_rejected_total{reason="execution_timeout"} 1"#));
}

#[tokio::test]
async fn a_database_without_a_free_connection_is_unavailable_and_the_process_not_ready() {
    let server =
        TestServer::start(&[("TRADEWIND_DB_MAX_CONNECTIONS", "1"), ("TRADEWIND_DB_ACQUIRE_TIMEOUT", "50ms")]).await;
    let held = server.db.begin_write().await.expect("the connection");
    let body: Value = server.post("{ products(first: 1) { nodes { id } } }").await.json().await.expect("JSON");
    assert_eq!(code(&body), "UNAVAILABLE", "{body}");
    assert!(!body.to_string().contains("pool"), "{body}");
    assert_eq!(server.get("/readyz").await.status().as_u16(), 503);
    assert_eq!(server.get("/livez").await.status().as_u16(), 200);
    drop(held);
    let body: Value = server.post("{ products(first: 1) { nodes { id } } }").await.json().await.expect("JSON");
    assert!(body.get("errors").is_none(), "{body}");
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up() {
    let server = TestServer::start(&[("TRADEWIND_READ_TIMEOUT", "50ms")]).await;
    let mut stream = tokio::net::TcpStream::connect(server.address).await.expect("a connection");
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer, then the end");
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"TIMEOUT\""), "{answer}");
}

#[tokio::test]
async fn a_limit_of_the_configuration_reaches_the_engine() {
    let server = TestServer::start(&[("TRADEWIND_MAX_ROOT_FIELDS", "2")]).await;
    let body: Value = server.post("{ a: __typename b: __typename c: __typename }").await.json().await.expect("JSON");
    assert_eq!(code(&body), "QUERY_TOO_COSTLY", "{body}");
}

#[tokio::test]
async fn explain_is_answered_only_where_it_is_allowed() {
    for (allowed, setting) in [(true, "true"), (false, "false")] {
        let server = TestServer::start(&[("TRADEWIND_EXPLAIN", setting)]).await;
        let request = server.client.get(server.url("/graphql?query=%7Bproducts(first:1)%7Bnodes%7Bid%7D%7D%7D"));
        let body: Value =
            request.header("tradewind-explain", "1").send().await.expect("an answer").json().await.expect("JSON");
        assert_eq!(body["extensions"]["explain"]["statements"].as_u64().is_some(), allowed, "{body}");
    }
}
