use crate::support::{TestServer, code};
use serde_json::{Value, json};

const MODERN: &str = "application/graphql-response+json";
const LEGACY: &str = "application/json";

#[tokio::test]
async fn the_status_says_whether_anything_ran_except_to_legacy_clients() {
    let server = TestServer::start(&[]).await;
    let cases = [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "GRAPHQL_VALIDATION_FAILED"),
    ];
    for (query, expected) in cases {
        for (accept, status) in [(MODERN, 400), (LEGACY, 200)] {
            let request = server.client.post(server.url("/graphql")).header("accept", accept);
            let response = request.json(&json!({ "query": query })).send().await.expect("an answer");
            assert_eq!(response.status().as_u16(), status, "{query}");
            assert_eq!(response.headers()["content-type"], format!("{accept}; charset=utf-8"));
            let body: Value = response.json().await.expect("JSON");
            assert_eq!(code(&body), expected);
            assert!(body.get("data").is_none());
        }
    }
}

#[tokio::test]
async fn what_ran_keeps_its_data_beside_the_errors() {
    let server = TestServer::start(&[]).await;
    let query = r#"{ __typename node(id: "not an id") { id } }"#;
    let request = server.client.post(server.url("/graphql")).header("accept", MODERN);
    let response = request.json(&json!({ "query": query })).send().await.expect("an answer");
    assert_eq!(response.status().as_u16(), 200);
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["data"]["__typename"], "Query", "{body}");
    assert_eq!(code(&body), "BAD_USER_INPUT");
}

#[tokio::test]
async fn who_is_told_to_come_again_learns_when() {
    // A shop without a channel.
    let data = tradewind_testkit::TestDb::sqlite().await;
    let server = TestServer::start(&[("DATABASE_URL", data.url())]).await;
    for (accept, status) in [(MODERN, 503), (LEGACY, 200)] {
        let request = server.client.post(server.url("/graphql")).header("accept", accept);
        let response = request.json(&json!({ "query": "{ __typename }" })).send().await.expect("an answer");
        assert_eq!((response.status().as_u16(), &response.headers()["retry-after"] == "5"), (status, true));
        assert_eq!(code(&response.json().await.expect("JSON")), "UNAVAILABLE");
    }
}
