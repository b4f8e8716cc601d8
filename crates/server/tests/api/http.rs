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
    assert_eq!(headers["cache-control"], "public, no-cache");
    assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
    assert_eq!(headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
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
        (json().body(r#"{"extensions":{"persistedQuery":{}}}"#), 400, "BAD_USER_INPUT"),
        (json().body(r#"{"documentId":"md5:0"}"#), 400, "BAD_USER_INPUT"),
        (
            json().header("tradewind-channel", "nowhere").body(r#"{"query":"{ channel { code } }"}"#),
            200,
            "BAD_USER_INPUT",
        ),
        (server.client.get(server.url("/graphql?query=a&query=b")), 400, "BAD_USER_INPUT"),
        (server.client.get(server.url("/graphql?query=%7B%2")), 400, "BAD_USER_INPUT"),
        (server.client.get(server.url("/graphql?query=%ff")), 400, "BAD_USER_INPUT"),
        (server.client.get(server.url(&format!("/graphql?query={}", "a".repeat(20_000)))), 414, "BAD_USER_INPUT"),
        (json().header("x-long", "a".repeat(40_000)).body("{}"), 431, "BAD_USER_INPUT"),
        (server.client.post(server.url("/graphql/d/sha256:0")), 405, "BAD_USER_INPUT"),
        (server.client.delete(server.url("/schema.graphql")), 405, "BAD_USER_INPUT"),
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
    for encoding in ["gzip", "br", "zstd"] {
        let response = ask(encoding, large).await.expect("an answer");
        assert_eq!(response.headers()[header::CONTENT_ENCODING], encoding);
    }
    for (encoding, query) in [("identity", large), ("gzip", "{ __typename }")] {
        let response = ask(encoding, query).await.expect("an answer");
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
    }
}

#[tokio::test]
async fn a_refused_method_names_the_right_ones() {
    let server = TestServer::start(&[]).await;
    for (path, allow) in [("/graphql", "GET, POST"), ("/graphql/d/x", "GET"), ("/schema.graphql", "GET, HEAD")] {
        let response = server.client.put(server.url(path)).send().await.expect("an answer");
        assert_eq!(
            (response.status().as_u16(), &response.headers()[header::ALLOW]),
            (405, &allow.parse().expect("ASCII"))
        );
    }
    // HEAD would have to run the operation for nothing.
    assert_eq!(server.client.head(server.url("/graphql")).send().await.expect("an answer").status(), 405);
}

#[tokio::test]
async fn a_panic_is_answered_and_says_nothing_of_its_cause() {
    let server = TestServer::start_at(&[], || panic!("a secret cause")).await;
    let response = server.post("{ __typename }").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(code(&body), "INTERNAL");
    assert!(!body.to_string().contains("secret"), "{body}");
    assert_eq!(server.get("/livez").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_request_names_its_host_once() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = TestServer::start(&[]).await;
    for (hosts, status) in [("", "400"), ("host: a\r\nhost: b\r\n", "400"), ("host: a\r\n", "200")] {
        let mut stream = tokio::net::TcpStream::connect(server.address).await.expect("a connection");
        let request = format!("GET /livez HTTP/1.1\r\n{hosts}connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
}

#[tokio::test]
async fn many_headers_are_refused_over_http2_too() {
    let server = TestServer::start(&[]).await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().expect("a client");
    let request = (0..101).fold(client.get(server.url("/livez")), |request, n| request.header(format!("x-{n}"), "1"));
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status().as_u16(), 431);
    assert_eq!(code(&response.json().await.expect("JSON")), "BAD_USER_INPUT");
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
    let compressed = server.client.get(server.url("/schema.graphql")).header("accept-encoding", "gzip");
    let compressed = compressed.send().await.expect("an answer");
    assert_eq!(compressed.headers()[header::CONTENT_ENCODING], "gzip");
    let etag = compressed.headers()[header::ETAG].clone();
    let again = |encoding: &'static str| {
        let request = server.client.get(server.url("/schema.graphql")).header("accept-encoding", encoding);
        request.header(header::IF_NONE_MATCH, etag.clone()).send()
    };
    assert_eq!(again("gzip").await.expect("an answer").status(), StatusCode::NOT_MODIFIED);
    assert_eq!(again("br").await.expect("an answer").status(), StatusCode::OK);
    for path in ["/livez", "/readyz"] {
        assert_eq!(server.get(path).await.status(), StatusCode::OK, "{path}");
    }
    let closed = TestServer::start(&[]).await;
    assert_eq!(closed.get("/graphiql").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(closed.get("/").await.status(), StatusCode::OK);
}
