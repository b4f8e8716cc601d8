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
    assert!(server.scrape().await.contains(r#"deadline_exceeded_total{stage="execution"} 1"#));
    let modern = server.client.post(server.url("/graphql")).header("accept", "application/graphql-response+json");
    let modern = modern.json(&serde_json::json!({ "query": "{ products(first: 1) { nodes { id } } }" }));
    assert_eq!(modern.send().await.expect("an answer").status().as_u16(), 504);
}

#[tokio::test]
async fn a_database_without_a_free_connection_is_unavailable_and_the_process_not_ready() {
    let server =
        TestServer::start(&[("TRADEWIND_DB_MAX_CONNECTIONS", "1"), ("TRADEWIND_DB_ACQUIRE_TIMEOUT", "1s")]).await;
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

/// One operation holds a turn until its time is over, because the only connection is taken. Another one that needs no
/// connection answers before that where there is a second turn, and only afterwards where there is none.
#[tokio::test]
async fn operations_wait_for_their_turn() {
    for (turns, waits) in [("1", true), ("2", false)] {
        let settings = [
            ("TRADEWIND_DB_MAX_CONNECTIONS", "1"),
            ("TRADEWIND_EXECUTION_TIMEOUT", "1s"),
            ("TRADEWIND_MAX_CONCURRENT_OPERATIONS", turns),
        ];
        let server = TestServer::start(&settings).await;
        let _held = server.db.begin_write().await.expect("the connection");
        let first = server.client.post(server.url("/graphql"));
        let first = first.json(&serde_json::json!({ "query": "{ products { totalCount } }" })).send();
        let first = tokio::spawn(first);
        while !server.scrape().await.contains("http_server_active_requests 1") {
            tokio::task::yield_now().await;
        }
        // From being counted to taking its turn.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let second = server.post("{ __typename }").await;
        assert_eq!(first.is_finished(), waits, "{turns} turns");
        let body: Value = second.json().await.expect("JSON");
        assert!(waits || body.get("errors").is_none(), "{body}");
        first.await.expect("no panic").expect("an answer");
    }
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
