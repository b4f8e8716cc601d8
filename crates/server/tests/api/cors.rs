//! Pages of other origins, and what they can make a browser send.
use crate::support::{TestServer, code};
use reqwest::{Response, StatusCode};

async fn query(server: &TestServer, origin: Option<&str>) -> Response {
    let request = server.client.get(server.url("/graphql?query=%7B__typename%7D"));
    let request = origin.into_iter().fold(request, |request, origin| request.header("origin", origin));
    request.send().await.expect("an answer")
}

fn vary(response: &Response) -> String {
    let all = response.headers().get_all("vary").iter();
    all.map(|value| value.to_str().expect("ASCII")).collect::<Vec<_>>().join(", ")
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
    assert_eq!(response.headers()["vary"], "access-control-request-headers, access-control-request-method");
    let response = query(&server, Some("https://shop.example")).await;
    assert_eq!(response.headers()["access-control-allow-origin"], "https://shop.example");
    assert_eq!(
        response.headers()["access-control-expose-headers"],
        "etag, idempotent-replayed, retry-after, x-request-id, x-trace-id"
    );
    // A cache must not give the answer of one page to another, so all of them say on what they depend.
    for origin in [Some("https://evil.example"), None] {
        let response = query(&server, origin).await;
        assert!(vary(&response).contains("origin"), "{}", vary(&response));
        assert!(!response.headers().contains_key("access-control-allow-origin"));
    }
    let refused = server.client.get(server.url("/nothing")).header("origin", "https://shop.example");
    let refused = refused.send().await.expect("an answer");
    assert_eq!(refused.headers()["access-control-allow-origin"], "https://shop.example");
}

#[tokio::test]
async fn where_every_page_may_read_the_answer_depends_on_none() {
    let server = TestServer::start(&[("TRADEWIND_CORS_ORIGINS", "*")]).await;
    let response = query(&server, Some("https://any.example")).await;
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    assert!(!response.headers().contains_key("access-control-allow-credentials"));
    assert!(!vary(&response).contains("origin"), "{}", vary(&response));
    let closed = TestServer::start(&[]).await;
    let response = query(&closed, Some("https://any.example")).await;
    assert!(!response.headers().contains_key("access-control-allow-origin") && !vary(&response).contains("origin"));
}

#[tokio::test]
async fn credentials_are_allowed_to_the_listed_origins_only() {
    let settings = [
        ("TRADEWIND_CORS_ORIGINS", "https://shop.example"),
        ("TRADEWIND_CORS_CREDENTIALS", "true"),
        ("TRADEWIND_CSRF_PREVENTION", "true"),
    ];
    let server = TestServer::start(&settings).await;
    let allowed = query(&server, Some("https://shop.example")).await;
    assert_eq!(allowed.headers()["access-control-allow-credentials"], "true");
    let other = query(&server, Some("https://evil.example")).await;
    assert!(!other.headers().contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn a_get_that_any_page_could_send_is_refused_where_cookies_mean_something() {
    let server = TestServer::start(&[("TRADEWIND_CSRF_PREVENTION", "true")]).await;
    let paths = ["/graphql?query=%7B__typename%7D".to_owned(), format!("/graphql/d/sha256:{}", "0".repeat(64))];
    for path in &paths {
        let response = server.get(path).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
        assert_eq!(code(&response.json().await.expect("JSON")), "FORBIDDEN");
    }
    let headers = [
        ("graphql-require-preflight", "1"),
        ("apollo-require-preflight", "true"),
        ("x-apollo-operation-name", "A"),
        ("content-type", "application/json"),
    ];
    for (name, value) in headers {
        let response = server.client.get(server.url(&paths[0])).header(name, value).send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{name}");
    }
    let form = server.client.get(server.url(&paths[0])).header("content-type", "text/plain");
    assert_eq!(form.send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
    // Nothing but JSON is read from a POST, which a browser asks for first.
    assert_eq!(server.post("{ __typename }").await.status(), StatusCode::OK);
    let open = TestServer::start(&[]).await;
    assert_eq!(query(&open, None).await.status(), StatusCode::OK);
}
