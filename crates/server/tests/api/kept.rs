//! What HTTP caches are told, and whole answers that are kept.
use crate::support::{TestServer, filled};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tradewind_testkit::TestDb;

const LIST: &str = "{ products(first: 2, sort: TITLE) { nodes { title } } }";
const STOCK: &str = "{ products(first: 1) { nodes { variants(first: 1) { nodes { availableForSale } } } } }";

async fn get(server: &TestServer, query: &str, headers: &[(&str, &str)]) -> Response {
    let url = reqwest::Url::parse_with_params(&server.url("/graphql"), [("query", query)]).expect("a URL");
    let request = headers.iter().fold(server.client.get(url), |request, (name, value)| request.header(*name, *value));
    request.send().await.expect("an answer")
}

fn told(response: &Response) -> &str {
    response.headers()["cache-control"].to_str().expect("text")
}

/// Statements that the server has run.
async fn statements(server: &TestServer) -> f64 {
    let text = server.scrape().await;
    let counts = text.lines().filter(|line| line.starts_with("db_client_operation_duration_seconds_count"));
    counts.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

#[tokio::test]
async fn every_answer_says_who_may_keep_it() {
    let server = TestServer::start(&[]).await;
    let cases = [
        (LIST, "public, no-cache"),
        ("{ channel { code } }", "public, no-cache"),
        // Never kept, itself or what may be behind it.
        (STOCK, "no-store"),
        ("{ node(id: \"UHJvZHVjdDp4\") { id } }", "no-store"),
        // Errors.
        ("{ products(first: -1) { nodes { title } } }", "no-store"),
        ("{ nothing }", "no-store"),
        ("{ products(first: 1) { nodes { title } } node(id: \"x\") { id } }", "no-store"),
    ];
    for (query, expected) in cases {
        assert_eq!(told(&get(&server, query, &[]).await), expected, "GET {query}");
        assert_eq!(told(&server.post(query).await), expected, "POST {query}");
    }
    let explained = get(&server, LIST, &[("tradewind-cost", "1")]).await;
    assert_eq!(told(&explained), "no-store");
}

#[tokio::test]
async fn an_edge_may_keep_what_the_operator_allows_it() {
    let server = TestServer::start(&[("TRADEWIND_EDGE_MAX_AGE", "30s")]).await;
    assert_eq!(told(&get(&server, LIST, &[]).await), "public, max-age=0, s-maxage=30, must-revalidate");
    assert_eq!(told(&get(&server, STOCK, &[]).await), "no-store");
}

#[tokio::test]
async fn a_client_that_has_the_answer_gets_no_body() {
    let server = TestServer::start(&[]).await;
    for round in ["executed", "kept"] {
        let first = get(&server, LIST, &[]).await;
        let headers = first.headers().clone();
        let tag = headers["etag"].to_str().expect("text");
        assert!(headers["surrogate-key"].to_str().expect("text").split(' ').all(|key| key.len() == 16), "{headers:?}");
        let again = get(&server, LIST, &[("if-none-match", tag)]).await;
        assert_eq!((again.status(), told(&again)), (StatusCode::NOT_MODIFIED, "public, no-cache"), "{round}");
        assert_eq!(again.headers()["etag"], tag);
        assert!(again.bytes().await.expect("no body").is_empty());
        let other = get(&server, LIST, &[("if-none-match", "\"0\"")]).await;
        assert_eq!(other.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn an_answer_is_kept_until_what_it_shows_is_written() {
    let server = TestServer::start(&[]).await;
    let first: Value = server.post(LIST).await.json().await.expect("JSON");
    let before = statements(&server).await;
    assert!(before > 0.0);
    for _ in 0..3 {
        let again: Value = server.post(LIST).await.json().await.expect("JSON");
        assert_eq!(again, first);
    }
    assert_eq!(statements(&server).await, before, "kept answers need no statement");

    server.data.sabotage("UPDATE products SET title = 'New ' || title").await;
    // A writer tells of it no sooner.
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    let new: Value = server.post(LIST).await.json().await.expect("JSON");
    let titles: Vec<_> = new["data"]["products"]["nodes"].as_array().expect("a list").iter().collect();
    assert!(titles.iter().all(|node| node["title"].as_str().expect("a title").starts_with("New ")), "{new}");

    let metrics = server.scrape().await;
    for line in [
        r#"cache_requests_total{type="answer",layer="load",outcome="miss"} 1"#,
        r#"cache_requests_total{type="answer",layer="l1",outcome="hit"} 3"#,
        r#"cache_requests_total{type="answer",layer="any",outcome="superseded"} 1"#,
        r#"tradewind_graphql_documents_total{origin="kept"} 3"#,
        r#"tradewind_graphql_documents_total{origin="text"} 2"#,
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} is missing in\n{metrics}");
    }
}

#[tokio::test]
async fn channels_and_variables_have_answers_of_their_own() {
    let server = TestServer::start(&[]).await;
    let ask = async |first: u32, channel: &str| -> Value {
        let query = "query($first: Int) { products(first: $first) { nodes { title } } channel { code } }";
        let body = json!({ "query": query, "variables": { "first": first } });
        let request = server.client.post(server.url("/graphql")).header("tradewind-channel", channel).json(&body);
        request.send().await.expect("an answer").json().await.expect("JSON")
    };
    for _ in 0..2 {
        assert_eq!(ask(1, "default").await["data"]["products"]["nodes"].as_array().expect("a list").len(), 1);
        assert_eq!(ask(2, "default").await["data"]["products"]["nodes"].as_array().expect("a list").len(), 2);
        assert!(ask(1, "nowhere").await["errors"][0]["message"].as_str().expect("a text").contains("nowhere"));
    }
}

#[tokio::test]
async fn a_mutation_waits_for_readers_only_where_it_wrote_what_they_keep() {
    const CART_KEY: &str = "0a5f6f0e-9a77-4a52-8d0c-6f3c5f1f7a01";
    const REGISTER_KEY: &str = "0a5f6f0e-9a77-4a52-8d0c-6f3c5f1f7a02";
    const CART: &str = "mutation { cartCreate(input: {}) { cart { id } userErrors { code } } }";
    const REGISTER: &str = "mutation { customerRegister(input: { email: \"a@example.com\",
        password: \"correct horse battery\" }) { userErrors { code message } } }";
    for data in TestDb::each().await {
        let data = filled(data).await;
        let server = TestServer::start(&[("DATABASE_URL", data.url())]).await;
        let waited = async || {
            let text = server.scrape().await;
            let count = text.lines().find_map(|line| line.strip_prefix("cache_commit_wait_seconds_count "));
            count.map_or(0, |count| count.parse().expect("a number"))
        };
        let send = async |query: &str, key: &str| {
            let request = server.client.post(server.url("/graphql")).header("idempotency-key", key);
            let response = request.json(&json!({ "query": query })).send().await.expect("an answer");
            let replayed = response.headers().contains_key("idempotent-replayed");
            let answer: Value = response.json().await.expect("JSON");
            assert!(!answer.to_string().contains("\"code\""), "{answer}");
            replayed
        };
        assert!(!send(CART, CART_KEY).await);
        assert_eq!(waited().await, 0, "{}: nobody keeps a cart", data.backend());
        assert!(!send(REGISTER, REGISTER_KEY).await);
        assert_eq!(waited().await, 1, "{}", data.backend());
        assert!(send(REGISTER, REGISTER_KEY).await);
        assert_eq!(waited().await, 1, "{}: an answer is kept after the wait", data.backend());
        // As after a crash in between: what was done may have been committed just now.
        data.sabotage("UPDATE idempotency_keys SET answer = NULL").await;
        assert!(send(REGISTER, REGISTER_KEY).await);
        assert_eq!(waited().await, 2, "{}", data.backend());
        server.stop().await;
    }
}
