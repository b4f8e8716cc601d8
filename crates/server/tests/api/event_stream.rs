//! Server-sent events and Apollo's multipart protocol.
use crate::{
    socket_client::{products, rename},
    support::{TestServer, code, filled},
};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tradewind_testkit::TestDb;

const CHANGED: &str = "subscription { productChanged { product { title } } }";
const MULTIPART: &str = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0";
const JSON: &str = "application/graphql-response+json";

fn ask(server: &TestServer, accept: &str, query: &str) -> RequestBuilder {
    server.client.post(server.url("/graphql")).header("accept", accept).json(&json!({ "query": query }))
}

async fn stream(server: &TestServer, accept: &str, query: &str) -> Response {
    let response = ask(server, accept, query).send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK, "{accept}: {query}");
    response
}

/// Reads on until `needle` has come; all that has come.
async fn until(response: &mut Response, needle: &str) -> String {
    let mut text = String::new();
    while !text.contains(needle) {
        let chunk = response.chunk().await.expect("a chunk").unwrap_or_else(|| panic!("the end after {text}"));
        text.push_str(std::str::from_utf8(&chunk).expect("text"));
    }
    text
}

#[tokio::test]
async fn both_formats_tell_of_writes_on_either_database() {
    for data in TestDb::each().await {
        let data = filled(data).await;
        let server = TestServer::start(&[("DATABASE_URL", data.url())]).await;
        let all = products(&server.db).await;
        let mut sse = stream(&server, "text/event-stream", CHANGED).await;
        let mut multipart = stream(&server, &format!("{MULTIPART}, {JSON};q=0.9"), CHANGED).await;
        assert_eq!(sse.headers()["content-type"], "text/event-stream; charset=utf-8");
        assert_eq!(sse.headers()["cache-control"], "no-store");
        assert_eq!(multipart.headers()["content-type"], "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0");
        assert_eq!(
            (until(&mut sse, "\n\n").await, until(&mut multipart, "--").await),
            (":\n\n".into(), "\r\n--graphql".into())
        );
        for title in ["One", "Two"] {
            rename(&server.db, &all[0], title).await;
            let data = format!(r#"{{"data":{{"productChanged":{{"product":{{"title":"{title}"}}}}}}}}"#);
            assert_eq!(until(&mut sse, "\n\n").await, format!("event: next\ndata: {data}\n\n"));
            let part = format!("\r\ncontent-type: application/json\r\n\r\n{{\"payload\":{data}}}\r\n--graphql");
            assert_eq!(until(&mut multipart, "\r\n--graphql").await, part);
        }
        // Who goes away is not served any longer.
        drop((sse, multipart));
        for transport in ["sse", "multipart"] {
            server.until(&format!("tradewind_graphql_streams{{transport=\"{transport}\"}} 0")).await;
            server.until(&format!("tradewind_graphql_stream_operations{{transport=\"{transport}\"}} 0")).await;
        }
        server.stop().await;
    }
}

#[tokio::test]
async fn who_reads_only_events_gets_everything_as_events() {
    let server = TestServer::start(&[]).await;
    let of = async |query| stream(&server, "text/event-stream", query).await.text().await.expect("text");
    let data = r#"{"data":{"__typename":"Query"}}"#;
    assert_eq!(of("{ __typename }").await, format!(":\n\nevent: next\ndata: {data}\n\nevent: complete\ndata: \n\n"));
    let refused = of("{ nothing }").await;
    assert!(
        refused.starts_with(":\n\nevent: next\ndata: {\"errors\":[{")
            && refused.ends_with("event: complete\ndata: \n\n"),
        "{refused}"
    );
    assert!(refused.contains("GRAPHQL_VALIDATION_FAILED") && !refused.contains("\"data\":"), "{refused}");
    let parts = stream(&server, MULTIPART, "{ __typename }").await.text().await.expect("text");
    assert_eq!(
        parts,
        format!("\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{{\"payload\":{data}}}\r\n--graphql--\r\n")
    );
    let refused = stream(&server, MULTIPART, "{ nothing }").await.text().await.expect("text");
    assert!(refused.contains("{\"payload\":null,\"errors\":[{"), "{refused}");
    // EventSource sends a GET.
    let url = reqwest::Url::parse_with_params(&server.url("/graphql"), [("query", CHANGED)]).expect("a URL");
    let mut response = server.client.get(url).header("accept", "text/event-stream").send().await.expect("an answer");
    assert_eq!(until(&mut response, ":").await, ":\n\n");
    let mutation = server.client.get(server.url("/graphql?query=mutation%7B__typename%7D"));
    let refused = mutation.header("accept", "text/event-stream").send().await.expect("an answer");
    assert_eq!(
        (refused.status(), refused.headers()["allow"].to_str().expect("text")),
        (StatusCode::METHOD_NOT_ALLOWED, "POST")
    );
}

#[tokio::test]
async fn who_also_reads_json_gets_a_stream_only_of_what_is_one() {
    let server = TestServer::start(&[]).await;
    // urql's.
    let everything = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed";
    for (query, status) in [("{ __typename }", 200), ("subscription { nothing }", 400), ("{ nothing }", 400)] {
        let response = ask(&server, everything, query).send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), status, "{query}");
        assert_eq!(response.headers()["content-type"], "application/graphql-response+json; charset=utf-8");
    }
    // Of a subscription that cannot begin, its own reason is told.
    let empty = "subscription { productChanged(ids: []) { productId } }";
    let refused: Value = ask(&server, everything, empty).send().await.expect("an answer").json().await.expect("JSON");
    assert!(refused["errors"][0]["message"].to_string().contains("`ids` has 0 ids"), "{refused}");
    let response = stream(&server, everything, CHANGED).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
    // Who reads no stream is told what would be right.
    let body: Value = ask(&server, JSON, CHANGED).send().await.expect("an answer").json().await.expect("JSON");
    assert!(code(&body) == "BAD_USER_INPUT" && body.to_string().contains("text/event-stream"), "{body}");
    // What is wrong with the request itself is said by the status.
    let empty = server.client.post(server.url("/graphql")).header("accept", "text/event-stream");
    assert_eq!(empty.header("content-type", "text/plain").body("{}").send().await.expect("an answer").status(), 415);
}

#[tokio::test]
async fn silence_is_filled_and_a_duration_kept() {
    let settings = [("TRADEWIND_STREAM_PING_INTERVAL", "10ms"), ("TRADEWIND_SUBSCRIPTION_MAX_DURATION", "500ms")];
    let server = TestServer::start(&settings).await;
    let events = stream(&server, "text/event-stream", CHANGED).await.text().await.expect("text");
    assert!(events.matches(":\n\n").count() > 2 && events.ends_with("event: complete\ndata: \n\n"), "{events}");
    let parts = stream(&server, MULTIPART, CHANGED).await.text().await.expect("text");
    let alive = "\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql";
    assert!(parts.matches(alive).count() > 2 && parts.ends_with("\r\n--graphql--\r\n"), "{parts}");
}

#[tokio::test]
async fn streams_end_when_the_server_stops() {
    let mut server = TestServer::start(&[]).await;
    let events = stream(&server, "text/event-stream", CHANGED).await;
    let parts = stream(&server, MULTIPART, CHANGED).await;
    server.begin_stop();
    // Without `complete`: a client asks again.
    let events = events.text().await.expect("the end");
    assert!(!events.contains("event:"), "{events}");
    let parts = parts.text().await.expect("the end");
    assert!(parts.contains("{\"payload\":null,\"errors\":[{") && parts.ends_with("--graphql--\r\n"), "{parts}");
    server.ended().await;
}

#[tokio::test]
async fn streams_are_counted() {
    for (setting, status) in [("TRADEWIND_MAX_STREAMS", 503), ("TRADEWIND_MAX_STREAMS_PER_ADDRESS", 429)] {
        let server = TestServer::start(&[(setting, "1")]).await;
        let first = stream(&server, "text/event-stream", CHANGED).await;
        let refused = ask(&server, MULTIPART, CHANGED).send().await.expect("an answer");
        assert_eq!(
            (refused.status().as_u16(), refused.headers()["retry-after"].to_str().expect("text")),
            (status, "5")
        );
        let body: Value = refused.json().await.expect("JSON");
        assert_eq!(code(&body), if status == 429 { "RATE_LIMITED" } else { "UNAVAILABLE" });
        // One answer needs no place.
        assert_eq!(server.post("{ __typename }").await.status(), 200);
        drop(first);
        server.until("tradewind_graphql_streams{transport=\"sse\"} 0").await;
        stream(&server, MULTIPART, CHANGED).await;
    }
}
