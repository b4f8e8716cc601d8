//! Documents that clients name instead of sending.
use crate::{
    socket_client::Socket,
    support::{TestServer, code},
};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tradewind_server::config::{Config, Profile, Sources};

const MODERN: &str = "application/graphql-response+json";
const TYPENAME: &str = "{ __typename }";
/// `printf '{ __typename }' | sha256sum`
const HASH: &str = "7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b";
const NAMED: &str = "query First($n: Int!) { products(first: $n) { nodes { id } } }";

fn persisted(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

async fn send(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.header("accept", MODERN).send().await.expect("an answer");
    let is_good = response.status() == StatusCode::OK;
    // `__typename` alone depends on nothing that could be judged.
    let allowed: &[&str] = if is_good { &["public, no-cache", "no-store"] } else { &["no-store"] };
    let told = response.headers()["cache-control"].to_str().expect("text");
    assert!(allowed.contains(&told), "{told}");
    (response.status(), response.json().await.expect("JSON"))
}

async fn post(server: &TestServer, body: Value) -> (StatusCode, Value) {
    send(server.client.post(server.url("/graphql")).json(&body)).await
}

async fn get(server: &TestServer, path: &str, parameters: &[(&str, String)]) -> (StatusCode, Value) {
    let url = reqwest::Url::parse_with_params(&server.url(path), parameters).expect("a URL");
    send(server.client.get(url)).await
}

fn is_missing((status, body): &(StatusCode, Value)) -> bool {
    *status == 400
        && code(body) == "PERSISTED_QUERY_NOT_FOUND"
        && body["errors"][0]["message"] == "PersistedQueryNotFound"
        && body.get("data").is_none()
}

#[tokio::test]
async fn a_document_is_registered_once_and_named_afterwards() {
    let server = TestServer::start(&[]).await;
    let named = json!({ "extensions": persisted(HASH) });
    assert!(is_missing(&post(&server, named.clone()).await));
    let legacy = server.post_json(&named).await;
    assert_eq!(legacy.status(), StatusCode::OK, "clients of plain JSON read errors of a 200 only");
    assert_eq!(code(&legacy.json().await.expect("JSON")), "PERSISTED_QUERY_NOT_FOUND");

    let expected = (StatusCode::OK, json!({ "data": { "__typename": "Query" } }));
    assert_eq!(post(&server, json!({ "query": TYPENAME, "extensions": persisted(HASH) })).await, expected);
    assert_eq!(post(&server, named).await, expected);
    assert_eq!(post(&server, json!({ "documentId": format!("sha256:{HASH}") })).await, expected);
    assert_eq!(get(&server, "/graphql", &[("extensions", persisted(HASH).to_string())]).await, expected);
    let text = server.scrape().await;
    for line in [
        r#"tradewind_graphql_documents_total{origin="text"} 1"#,
        r#"tradewind_graphql_documents_total{origin="automatic"} 3"#,
        r#"tradewind_graphql_rejected_total{reason="persisted_query"} 2"#,
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
}

#[tokio::test]
async fn a_get_registers_too() {
    let server = TestServer::start(&[]).await;
    let extensions = ("extensions", persisted(HASH).to_string());
    assert!(is_missing(&get(&server, "/graphql", std::slice::from_ref(&extensions)).await));
    let both = [("query", TYPENAME.to_owned()), extensions.clone()];
    assert_eq!(get(&server, "/graphql", &both).await.0, StatusCode::OK);
    assert_eq!(get(&server, "/graphql", &[extensions]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn what_is_not_valid_or_has_another_hash_is_not_kept() {
    let server = TestServer::start(&[]).await;
    for text in ["{ nothing }", "{", "{ products(first: 101, last: 1) { nope } }"] {
        let hash = sha256(text);
        let (status, body) = post(&server, json!({ "query": text, "extensions": persisted(&hash) })).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(is_missing(&post(&server, json!({ "extensions": persisted(&hash) })).await), "{text}");
    }
    let (status, body) = post(&server, json!({ "query": "{ a: __typename }", "extensions": persisted(HASH) })).await;
    assert_eq!((status, code(&body)), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"));
    assert!(is_missing(&post(&server, json!({ "extensions": persisted(HASH) })).await));
}

#[tokio::test]
async fn clients_learn_that_automatic_persisted_queries_are_off() {
    let server = TestServer::start(&[("TRADEWIND_PERSISTED_QUERIES", "0")]).await;
    let (_, body) = post(&server, json!({ "extensions": persisted(HASH) })).await;
    assert_eq!(body["errors"][0]["message"], "PersistedQueryNotSupported");
    for _ in 0..2 {
        let (status, _) = post(&server, json!({ "query": TYPENAME, "extensions": persisted(HASH) })).await;
        assert_eq!(status, StatusCode::OK);
    }
}

fn sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file as the client preset writes it.
fn file_of(texts: &[(String, &str)]) -> tempfile::NamedTempFile {
    let documents: serde_json::Map<String, Value> =
        texts.iter().map(|(id, text)| (id.clone(), Value::from(*text))).collect();
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), Value::from(documents).to_string()).expect("written");
    file
}

fn trusted() -> tempfile::NamedTempFile {
    file_of(&[(format!("sha256:{}", sha256(NAMED)), NAMED), (HASH.to_owned(), TYPENAME)])
}

#[tokio::test]
async fn a_trusted_document_is_named_in_body_query_string_and_path() {
    let file = trusted();
    let server = TestServer::start(&[("TRADEWIND_TRUSTED_DOCUMENTS", file.path().to_str().expect("UTF-8"))]).await;
    let id = format!("sha256:{}", sha256(NAMED));
    let variables = json!({ "n": 2 });
    let answers = [
        post(&server, json!({ "documentId": id, "variables": variables })).await,
        post(&server, json!({ "extensions": persisted(&sha256(NAMED)), "variables": variables })).await,
        get(&server, "/graphql", &[("documentId", id.clone()), ("variables", variables.to_string())]).await,
        get(&server, &format!("/graphql/d/{id}"), &[("variables", variables.to_string())]).await,
        get(&server, &format!("/graphql/d/{}", sha256(NAMED)), &[("variables", variables.to_string())]).await,
    ];
    for (status, body) in &answers {
        assert_eq!(*status, StatusCode::OK, "{body}");
        assert_eq!(body["data"]["products"]["nodes"].as_array().map(Vec::len), Some(2), "{body}");
    }
    let absent = format!("sha256:{}", "0".repeat(64));
    let (status, body) = post(&server, json!({ "documentId": absent })).await;
    assert_eq!((status, code(&body)), (StatusCode::BAD_REQUEST, "PERSISTED_QUERY_NOT_FOUND"));
    let (status, body) = get(&server, &format!("/graphql/d/{absent}"), &[]).await;
    assert_eq!((status, code(&body)), (StatusCode::NOT_FOUND, "PERSISTED_QUERY_NOT_FOUND"));
    let (status, _) = get(&server, &format!("/graphql/d/{id}"), &[("query", TYPENAME.to_owned())]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    // The variable is missing: the document is known, the request is not right.
    let (_, body) = get(&server, &format!("/graphql/d/{id}"), &[]).await;
    assert!(body["errors"][0]["message"].as_str().is_some_and(|message| message.contains('n')), "{body}");
    assert!(server.scrape().await.contains(r#"tradewind_graphql_documents_total{origin="trusted"} 6"#));
}

#[tokio::test]
async fn only_trusted_documents_run_where_they_are_required() {
    let file = trusted();
    let path = file.path().to_str().expect("UTF-8");
    for (mode, allowed) in [("require", false), ("prefer", true), ("any", true)] {
        let settings = [("TRADEWIND_TRUSTED_DOCUMENTS", path), ("TRADEWIND_DOCUMENTS_MODE", mode)];
        let server = TestServer::start(&settings).await;
        assert_eq!(post(&server, json!({ "documentId": HASH })).await.0, StatusCode::OK, "{mode}");
        assert_eq!(post(&server, json!({ "query": TYPENAME })).await.0, StatusCode::OK, "{mode}");
        let other = "{ other: __typename }";
        let texts = [json!({ "query": other }), json!({ "query": other, "extensions": persisted(&sha256(other)) })];
        for text in texts {
            let (status, body) = post(&server, text).await;
            assert_eq!(status == StatusCode::OK, allowed, "{mode}: {body}");
            assert!(allowed || (status, code(&body)) == (StatusCode::FORBIDDEN, "FORBIDDEN"), "{body}");
        }
        let named = post(&server, json!({ "extensions": persisted(&sha256(other)) })).await;
        assert_eq!(is_missing(&named), !allowed, "{mode}: {named:?}");
        let counted = server.scrape().await.contains(r#"tradewind_graphql_documents_total{origin="text"} 2"#);
        assert_eq!(counted, mode == "prefer", "{mode}");
    }
}

#[tokio::test]
async fn sockets_and_event_streams_take_documents_by_name_too() {
    let changed = "subscription { productChanged { productId } }";
    let file = file_of(&[(HASH.to_owned(), TYPENAME), (sha256(changed), changed)]);
    let path = file.path().to_str().expect("UTF-8");
    let settings = [("TRADEWIND_TRUSTED_DOCUMENTS", path), ("TRADEWIND_DOCUMENTS_MODE", "require")];
    let server = TestServer::start(&settings).await;
    let mut socket = Socket::ready(&server).await;
    for payload in
        [json!({ "documentId": HASH }), json!({ "extensions": persisted(HASH) }), json!({ "query": TYPENAME })]
    {
        socket.send(json!({ "id": "1", "type": "subscribe", "payload": payload })).await;
        assert_eq!(socket.receive().await["payload"], json!({ "data": { "__typename": "Query" } }));
        assert_eq!(socket.receive().await, json!({ "id": "1", "type": "complete" }));
    }
    let refused = [
        (json!({ "documentId": "0".repeat(64) }), "PERSISTED_QUERY_NOT_FOUND"),
        (json!({ "query": "{ other: __typename }" }), "FORBIDDEN"),
        (json!({ "query": "{ other: __typename }", "extensions": persisted(HASH) }), "BAD_USER_INPUT"),
    ];
    for (payload, expected) in refused {
        socket.send(json!({ "id": "2", "type": "subscribe", "payload": payload })).await;
        let error = socket.receive().await;
        assert_eq!((&error["type"], &error["payload"][0]["extensions"]["code"]), (&json!("error"), &json!(expected)));
    }
    let subscribe = json!({ "id": "3", "type": "subscribe", "payload": { "documentId": sha256(changed) } });
    socket.send(subscribe).await;
    server.until("tradewind_graphql_stream_operations{transport=\"websocket\"} 1").await;

    let events = server.client.get(server.url(&format!("/graphql/d/{HASH}"))).header("accept", "text/event-stream");
    let events = events.send().await.expect("an answer").text().await.expect("text");
    assert!(events.contains(r#"data: {"data":{"__typename":"Query"}}"#), "{events}");
    let events = server.client.get(server.url("/graphql?query=%7Ba%7D")).header("accept", "text/event-stream");
    assert_eq!(events.send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_server_does_not_start_with_documents_that_cannot_run() {
    let costly = "{ products(first: 100) { nodes { variants(first: 100) { nodes { product { variants(first: 100) { nodes { id } } } } } } } }";
    let texts =
        ["{ nothing }", "{", costly, "{ ...A } fragment A on Query { ...A }", "fragment A on Query { __typename }"];
    let mut documents: Vec<_> = texts.iter().map(|text| (sha256(text), *text)).collect();
    documents.push((sha256("{ a }"), "{ b }"));
    documents.push(("getProduct".to_owned(), TYPENAME));
    documents.push((HASH.to_owned(), TYPENAME));
    let file = file_of(&documents);
    let error = refusal(file.path()).await;
    let listed = error.lines().filter(|line| line.starts_with("  - ")).count();
    assert_eq!(listed, 7, "{error}");
    for expected in ["nothing", "(cost)", "another hash", "\"getProduct\" is no id", "TRADEWIND_TRUSTED_DOCUMENTS"] {
        assert!(error.contains(expected), "{expected} is missing in {error}");
    }
    let list = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(list.path(), "[]").expect("written");
    assert!(refusal(list.path()).await.contains("write a JSON object"));
    assert!(refusal(std::path::Path::new("absent.json")).await.contains("cannot be read"));
}

async fn refusal(trusted: &std::path::Path) -> String {
    let data = crate::support::shop().await;
    let environment = crate::support::environment(&[
        ("DATABASE_URL", data.url()),
        ("TRADEWIND_TRUSTED_DOCUMENTS", trusted.to_str().expect("UTF-8")),
    ]);
    let config = Config::read(Profile::Serve, &Sources { environment, ..Sources::default() }).expect("a configuration");
    let app = tradewind_server::app::App::build(config, || chrono::DateTime::UNIX_EPOCH).await;
    app.err().expect("refused").to_string()
}
