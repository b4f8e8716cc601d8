use crate::support::{TestServer, code};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

#[tokio::test]
async fn a_query_is_answered_with_ids_and_safe_headers() {
    let server = TestServer::start(&[]).await;
    let response = server
        .client
        .post(server.url("/graphql"))
        .header("x-request-id", "my-id.1")
        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")
        .json(&json!({ "query": "{ products(first: 2) { nodes { id } } }" }))
        .send()
        .await
        .expect("an answer");
    let headers = response.headers().clone();
    assert_eq!(headers["x-request-id"], "my-id.1");
    assert_eq!(headers["x-trace-id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["cache-control"], "no-store");
    assert!(!headers.contains_key(header::CONTENT_ENCODING) && !headers.contains_key("access-control-allow-origin"));
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["data"]["products"]["nodes"].as_array().expect("a list").len(), 2, "{body}");
}

#[tokio::test]
async fn get_runs_queries_only() {
    let server = TestServer::start(&[]).await;
    let query =
        [("query", "query A { __typename } query B { b: __typename }"), ("operationName", "B"), ("variables", "")];
    let url = reqwest::Url::parse_with_params(&server.url("/graphql"), query).expect("a URL");
    let body: Value = server.client.get(url).send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(body, json!({ "data": { "b": "Query" } }));

    let response = server.get("/graphql?query=mutation%7B__typename%7D").await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()[header::ALLOW], "POST");
    assert_eq!(code(&response.json().await.expect("JSON")), "BAD_USER_INPUT");
}

#[tokio::test]
async fn every_refusal_has_the_shape_of_graphql() {
    let server = TestServer::start(&[("TRADEWIND_BODY_LIMIT", "1KiB")]).await;
    let post = || server.client.post(server.url("/graphql"));
    let json = || post().header("content-type", "application/json");
    let large = format!(r#"{{"query":"{}"}}"#, " ".repeat(1024));
    let cases = [
        (server.client.get(server.url("/nothing")), 404, "BAD_USER_INPUT"),
        (server.client.put(server.url("/graphql")), 405, "BAD_USER_INPUT"),
        (server.client.post(server.url("/livez")), 405, "BAD_USER_INPUT"),
        (json().header("accept", "text/html").body("{}"), 406, "BAD_USER_INPUT"),
        (json().body(large), 413, "BAD_USER_INPUT"),
        (post().body("{}"), 415, "BAD_USER_INPUT"),
        (post().header("content-type", "text/plain").body("{}"), 415, "BAD_USER_INPUT"),
        (post().header("content-type", "application/x-www-form-urlencoded").body("query={a}"), 415, "BAD_USER_INPUT"),
        (post().header("content-type", "multipart/form-data; boundary=x").body("--x--"), 415, "BAD_USER_INPUT"),
        (json().header("content-encoding", "gzip").body("{}"), 415, "BAD_USER_INPUT"),
        (json().body("{"), 400, "BAD_USER_INPUT"),
        (json().body("[]"), 400, "BAD_USER_INPUT"),
        (json().body(r#"{"extensions":{"persistedQuery":{}}}"#), 400, "PERSISTED_QUERY_NOT_FOUND"),
        (
            json().header("tradewind-channel", "nowhere").body(r#"{"query":"{ channel { code } }"}"#),
            200,
            "BAD_USER_INPUT",
        ),
        (server.client.get(server.url("/graphql?query=a&query=b")), 400, "BAD_USER_INPUT"),
    ];
    for (request, status, expected) in cases {
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), status, "{}", response.url());
        let body: Value = response.json().await.expect("JSON");
        assert_eq!(code(&body), expected, "{body}");
        assert!(body["errors"][0]["message"].is_string() && body["errors"][0]["extensions"]["traceId"].is_string());
        assert!(body.get("data").is_none(), "{body}");
    }
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_ask() {
    let server = TestServer::start(&[("TRADEWIND_COMPRESSION_MIN", "100")]).await;
    let ask = |encoding: &'static str, query: &'static str| {
        let request = server.client.post(server.url("/graphql")).header("accept-encoding", encoding);
        request.json(&json!({ "query": query })).send()
    };
    let large = "{ products(first: 3) { nodes { id slug title descriptionHtml } } }";
    for encoding in ["gzip", "br"] {
        let response = ask(encoding, large).await.expect("an answer");
        assert_eq!(response.headers()[header::CONTENT_ENCODING], encoding);
    }
    for (encoding, query) in [("identity", large), ("gzip", "{ __typename }")] {
        let response = ask(encoding, query).await.expect("an answer");
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
    }
}

#[tokio::test]
async fn allowed_origins_may_read_and_others_may_not() {
    let server = TestServer::start(&[("TRADEWIND_CORS_ORIGINS", "https://shop.example")]).await;
    let preflight = |origin: &'static str| {
        let request = server.client.request(reqwest::Method::OPTIONS, server.url("/graphql")).header("origin", origin);
        request
            .header("access-control-request-headers", "content-type,x-mine")
            .header("access-control-request-method", "POST")
            .send()
    };
    let response = preflight("https://shop.example").await.expect("an answer");
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_eq!(response.headers()["access-control-allow-origin"], "https://shop.example");
    assert_eq!(response.headers()["access-control-allow-headers"], "content-type,x-mine");
    assert!(!response.headers().contains_key("access-control-allow-credentials"));
    let response = preflight("https://evil.example").await.expect("an answer");
    assert!(response.headers().keys().all(|name| !name.as_str().starts_with("access-control")));
    let request =
        server.client.get(server.url("/graphql?query=%7B__typename%7D")).header("origin", "https://shop.example");
    let response = request.send().await.expect("an answer");
    assert_eq!(response.headers()["access-control-allow-origin"], "https://shop.example");
}

#[tokio::test]
async fn http2_without_tls_is_spoken() {
    let server = TestServer::start(&[]).await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().expect("a client");
    let response = client.get(server.url("/graphql?query=%7B__typename%7D")).send().await.expect("an answer");
    assert_eq!((response.version(), response.status()), (reqwest::Version::HTTP_2, StatusCode::OK));
}

#[tokio::test]
async fn the_other_pages_answer() {
    let server = TestServer::start(&[("TRADEWIND_GRAPHIQL", "true")]).await;
    assert_eq!(server.get("/").await.headers()[header::LOCATION], "/graphiql");
    let page = server.get("/graphiql").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.headers()["content-type"].to_str().expect("text").starts_with("text/html"));
    let sdl = server.get("/schema.graphql").await.text().await.expect("text");
    assert_eq!(sdl, tradewind_graphql::sdl());
    for path in ["/livez", "/readyz"] {
        assert_eq!(server.get(path).await.status(), StatusCode::OK, "{path}");
    }
    let closed = TestServer::start(&[]).await;
    assert_eq!(closed.get("/graphiql").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(closed.get("/").await.status(), StatusCode::OK);
}
