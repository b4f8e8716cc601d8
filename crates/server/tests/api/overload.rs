//! More than the server can do is refused at once, and what was let in is done.
use crate::support::{TestServer, code, filled};
use reqwest::Response;
use serde_json::Value;
use tradewind_testkit::TestDb;

const READ: &str = "{ products(first: 1) { nodes { title } } }";
const WRITE: &str = "mutation { cartCreate(input: { lines: [] }) { token userErrors { code } } }";

/// Says that it makes sense to come again.
async fn refused(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["retry-after"], "5");
    let body = response.json().await.expect("JSON");
    assert_eq!(code(&body), "UNAVAILABLE", "{body}");
    (status, body)
}

async fn has(server: &TestServer, lines: &[&str]) {
    let text = server.scrape().await;
    for line in lines {
        assert!(text.lines().any(|found| found == *line), "{line} is missing in\n{text}");
    }
}

#[tokio::test]
async fn an_operation_is_refused_where_enough_wait_for_their_turn() {
    let settings = [
        ("TRADEWIND_CACHE", "off"),
        ("TRADEWIND_DB_MAX_CONNECTIONS", "1"),
        ("TRADEWIND_MAX_CONCURRENT_OPERATIONS", "1"),
        ("TRADEWIND_MAX_WAITING_OPERATIONS", "1"),
    ];
    let server = TestServer::start(&settings).await;
    // The one connection of SQLite: who has a turn waits for it.
    let held = server.db.begin_write().await.expect("a transaction");
    let both = async { tokio::join!(server.post(READ), server.post(READ)) };
    let third = async {
        server.until(r#"bulkhead_waiting{dep="operations"} 1"#).await;
        let (status, _) = refused(server.post(READ).await).await;
        assert_eq!(status, 503);
        drop(held);
    };
    let ((first, second), ()) = tokio::join!(both, third);
    for answer in [first, second] {
        let body: Value = answer.json().await.expect("JSON");
        assert!(body.get("errors").is_none(), "{body}");
    }
    has(
        &server,
        &[
            r#"shed_total{why="operations"} 1"#,
            r#"tradewind_graphql_rejected_total{reason="operations"} 1"#,
            r#"bulkhead_rejected_total{dep="operations"} 1"#,
            r#"bulkhead_in_use{dep="operations"} 0"#,
            r#"bulkhead_waiting{dep="operations"} 0"#,
        ],
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn a_mutation_is_refused_where_enough_wait_for_a_connection_and_reads_go_on() {
    let Some(test) = TestDb::postgres().await else { return };
    let data = filled(test).await;
    let settings =
        [("DATABASE_URL", data.url()), ("TRADEWIND_DB_MAX_CONNECTIONS", "1"), ("TRADEWIND_DB_MAX_WAITING", "0")];
    let server = TestServer::start(&settings).await;
    let held = server.db.begin_write().await.expect("a transaction");
    refused(server.post(WRITE).await).await;
    let read: Value = server.post(READ).await.json().await.expect("JSON");
    assert!(read.get("errors").is_none(), "{read}");
    has(
        &server,
        &[
            r#"bulkhead_rejected_total{dep="primary_writes"} 1"#,
            r#"bulkhead_in_use{dep="primary_writes"} 1"#,
            r#"bulkhead_in_use{dep="primary"} 0"#,
            r#"retry_budget_left{dep="primary"} 30"#,
            r#"retry_budget_left{dep="primary_writes"} 30"#,
        ],
    )
    .await;
    drop(held);
    let written: Value = server.post(WRITE).await.json().await.expect("JSON");
    assert!(written["data"]["cartCreate"]["token"].is_string(), "{written}");
    server.stop().await;
}
