//! Who asks over a stream: WebSockets and server-sent events with a session.
use crate::{
    session::{LOG_IN, ME, body, log_in, log_out, send, with_customer},
    socket_client::{PROTOCOL, Socket, open, products, rename},
    support::TestServer,
};
use serde_json::{Value, json};

const CHANGED: &str = "subscription { productChanged { product { title } } }";
const KEY: &str = "5d8e2e0e-40a4-4b62-9bdb-0a1a";

/// A socket whose upgrade had these headers.
async fn upgraded(server: &TestServer, headers: &[(&str, &str)]) -> Socket {
    let headers = [&[PROTOCOL], headers].concat();
    open(server, "/graphql/ws", &headers).await.unwrap_or_else(|refused| panic!("{refused:?}"))
}

async fn with_token(server: &TestServer, token: &str) -> Socket {
    Socket::silent(server).await.introduced(json!({ "authorization": format!("Bearer {token}") })).await
}

/// The address of whoever the socket is.
async fn me(socket: &mut Socket) -> Value {
    let told = socket.ask(json!({ "query": ME })).await;
    assert_eq!(told["type"], "next", "{told}");
    told["payload"]["data"]["customer"]["email"].clone()
}

fn code(told: &Value) -> &str {
    assert_eq!(told["type"], "error", "{told}");
    told["payload"][0]["extensions"]["code"].as_str().expect("a code")
}

#[tokio::test]
async fn a_token_comes_with_the_first_message_or_the_upgrade() {
    let (server, input) = with_customer(&[]).await;
    let token = log_in(&server, &input).await;
    let bearer = format!("Bearer {token}");
    for name in ["authorization", "Authorization"] {
        let mut socket = Socket::silent(&server).await.introduced(json!({ name: bearer })).await;
        assert_eq!(me(&mut socket).await, "ada@example.com", "{name}");
        let told = socket.ask(json!({ "query": "mutation { sessionRevokeOthers { sessionsEnded } }" })).await;
        assert_eq!(told["payload"]["data"]["sessionRevokeOthers"]["sessionsEnded"], 0, "{told}");
    }
    let mut socket = upgraded(&server, &[("authorization", &bearer)]).await.introduced(Value::Null).await;
    assert_eq!(me(&mut socket).await, "ada@example.com");
    // Who is not logged in sends nothing in it.
    for payload in [Value::Null, json!({ "authorization": null }), json!({ "Authorization": "" })] {
        let mut socket = Socket::silent(&server).await.introduced(payload).await;
        assert_eq!(me(&mut socket).await, Value::Null);
        let told = socket.ask(json!({ "query": "mutation { sessionRevokeOthers { sessionsEnded } }" })).await;
        assert_eq!(code(&told), "UNAUTHENTICATED");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_token_that_is_nobodys_closes_the_socket() {
    let server = TestServer::start(&[]).await;
    for (value, expected, reason) in [
        (json!("Bearer nobodys"), 4403, "Forbidden"),
        (json!("Bearer"), 4403, "Forbidden"),
        (json!("Basic YTpi"), 4403, "Forbidden"),
        (json!(format!("Bearer {}", "x".repeat(200))), 4403, "Forbidden"),
        (json!(7), 4400, "Invalid message: `authorization` must be a string"),
    ] {
        let mut socket = Socket::silent(&server).await;
        socket.send(json!({ "type": "connection_init", "payload": { "authorization": value } })).await;
        assert_eq!(socket.closed().await, (expected, reason.to_owned()), "{value}");
    }
    let mut socket = upgraded(&server, &[("authorization", "Bearer nobodys")]).await;
    socket.send(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.closed().await.0, 4403);
    let refused = open(&server, "/graphql/ws", &[PROTOCOL, ("authorization", "Basic YTpi")]).await;
    assert_eq!(refused.err().expect("refused").status(), 401);
    server.until("tradewind_graphql_socket_closes_total{code=\"4403\"} 5").await;
}

#[tokio::test]
async fn a_cookie_counts_where_the_page_is_ours() {
    let listed = [("TRADEWIND_CORS_ORIGINS", "https://shop.example")];
    let trusted = [listed[0], ("TRADEWIND_CORS_CREDENTIALS", "true"), ("TRADEWIND_CSRF_PREVENTION", "true")];
    let any = [("TRADEWIND_CORS_ORIGINS", "*")];
    let ada = json!("ada@example.com");
    for (settings, origin, expected) in [
        (&listed[..], None, &ada),
        (&listed[..], Some("own"), &ada),
        (&trusted[..], Some("https://shop.example"), &ada),
        // Neither sends cookies with other requests.
        (&listed[..], Some("https://shop.example"), &Value::Null),
        (&any[..], Some("https://evil.example"), &Value::Null),
    ] {
        let (server, input) = with_customer(settings).await;
        let cookie = format!("a=b; __Host-tradewind_session={}", log_in(&server, &input).await);
        let own = format!("http://{}", server.address);
        let origin = origin.map(|origin| if origin == "own" { own.as_str() } else { origin });
        let mut headers = vec![("cookie", cookie.as_str())];
        headers.extend(origin.map(|origin| ("origin", origin)));
        let mut socket = upgraded(&server, &headers).await.introduced(Value::Null).await;
        assert_eq!(me(&mut socket).await, *expected, "{settings:?} {origin:?}");
        if origin.is_none() {
            // A browser cannot leave it out: one that is not good is nobody's.
            let old = [("cookie", "__Host-tradewind_session=old")];
            let mut socket = upgraded(&server, &old).await.introduced(Value::Null).await;
            assert_eq!(me(&mut socket).await, Value::Null);
            // The token of the first message goes before the cookie.
            let mut socket = upgraded(&server, &headers).await;
            socket.send(json!({ "type": "connection_init", "payload": { "authorization": "Bearer x" } })).await;
            assert_eq!(socket.closed().await.0, 4403);
        }
        server.stop().await;
    }
}

#[tokio::test]
async fn a_session_that_ends_lets_nothing_more_run() {
    let (server, input) = with_customer(&[]).await;
    let all = products(&server.db).await;
    let token = log_in(&server, &input).await;
    let mut socket = with_token(&server, &token).await;
    let cookie = format!("__Host-tradewind_session={token}");
    let mut by_cookie = upgraded(&server, &[("cookie", &cookie)]).await.introduced(Value::Null).await;
    let mut nobody = Socket::ready(&server).await;
    let bearer = format!("Bearer {token}");
    let stream = server.client.post(server.url("/graphql")).header("accept", "text/event-stream");
    let stream = stream.header("authorization", &bearer).json(&json!({ "query": CHANGED }));
    let mut sse = stream.send().await.expect("an answer");
    for socket in [&mut socket, &mut by_cookie, &mut nobody] {
        socket.subscribe("live", CHANGED).await;
    }
    server.until("tradewind_graphql_stream_operations{transport=\"websocket\"} 3").await;
    server.until("tradewind_graphql_stream_operations{transport=\"sse\"} 1").await;
    rename(&server.db, &all[0], "Before").await;
    for socket in [&mut socket, &mut by_cookie, &mut nobody] {
        assert_eq!(socket.receive().await["payload"]["data"]["productChanged"]["product"]["title"], "Before");
    }
    log_out(&server, &token).await;
    let refused = socket.ask(json!({ "query": ME })).await;
    assert_eq!(code(&refused), "UNAUTHENTICATED");
    let refused = socket.ask(json!({ "query": CHANGED })).await;
    assert_eq!(code(&refused), "UNAUTHENTICATED");
    assert_eq!(me(&mut by_cookie).await, Value::Null);
    rename(&server.db, &all[0], "After").await;
    for socket in [&mut socket, &mut by_cookie] {
        let last = socket.receive().await;
        assert_eq!((code(&last), last["id"].as_str()), ("UNAUTHENTICATED", Some("live")));
        socket.settle().await;
    }
    assert_eq!(nobody.receive().await["payload"]["data"]["productChanged"]["product"]["title"], "After");
    let mut text = String::new();
    while let Some(chunk) = sse.chunk().await.expect("a chunk") {
        text.push_str(std::str::from_utf8(&chunk).expect("text"));
    }
    assert!(text.contains("Before") && !text.contains("After") && text.contains("UNAUTHENTICATED"), "{text}");
    assert!(text.ends_with("event: complete\ndata: \n\n"), "{text}");
    // A token that ended is not taken for a new socket either.
    let mut late = Socket::silent(&server).await;
    late.send(json!({ "type": "connection_init", "payload": { "Authorization": bearer } })).await;
    assert_eq!(late.closed().await.0, 4403);
    server.stop().await;
}

#[tokio::test]
async fn what_comes_twice_over_a_socket_is_done_once() {
    let (server, input) = with_customer(&[]).await;
    let mut socket = Socket::ready(&server).await;
    let request = |input: &Value, key: Value| json!({ "query": LOG_IN, "variables": { "input": input }, "extensions": { "idempotencyKey": key } });
    let first = socket.ask(request(&input, json!(KEY))).await;
    let again = Socket::ready(&server).await.ask(request(&input, json!(KEY))).await;
    assert!(first["payload"]["data"]["customerLogIn"]["session"]["token"].is_string(), "{first}");
    assert_eq!(first["payload"], again["payload"]);
    // The header means the same key.
    let header = [("idempotency-key", KEY)];
    let by_header = send(&server, LOG_IN, json!({ "input": input }), &header).await;
    assert_eq!(by_header.headers()["idempotent-replayed"], "true");
    assert_eq!(body(by_header).await, first["payload"]);
    // Without a key, and with another one, it is done again.
    for key in [Value::Null, json!("another-key-for-another-time")] {
        let other = socket.ask(request(&input, key)).await;
        assert!(other["payload"]["data"]["customerLogIn"]["session"]["token"].is_string(), "{other}");
        assert_ne!(other["payload"], first["payload"]);
    }
    let mut different = input.clone();
    different["label"] = json!("Phone");
    for (input, key) in [(&different, json!(KEY)), (&input, json!("ä")), (&input, json!("")), (&input, json!(7))] {
        assert_eq!(code(&socket.ask(request(input, key)).await), "BAD_USER_INPUT");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_session_in_a_cookie_does_not_begin_on_a_stream() {
    let (server, mut input) = with_customer(&[]).await;
    input["transport"] = json!("COOKIE");
    let mut socket = Socket::ready(&server).await;
    let told = socket.ask(json!({ "query": LOG_IN, "variables": { "input": input } })).await;
    let errors = told["payload"]["errors"].as_array().expect("errors");
    assert_eq!(errors[0]["extensions"]["code"], "BAD_USER_INPUT");
    assert!(errors[0]["message"].as_str().expect("text").contains("`input.transport` is COOKIE"), "{told}");
    let request = server.client.post(server.url("/graphql")).header("accept", "text/event-stream");
    let request = request.json(&json!({ "query": LOG_IN, "variables": { "input": input } }));
    let text = request.send().await.expect("an answer").text().await.expect("text");
    assert!(text.contains("`input.transport` is COOKIE"), "{text}");
    // Nobody was logged in: the device of this session is the only one.
    input["transport"] = json!("TOKEN");
    let token = log_in(&server, &input).await;
    let mut socket = with_token(&server, &token).await;
    let devices = socket.ask(json!({ "query": "{ customer { devices { lastSeenAt } } }" })).await;
    assert_eq!(devices["payload"]["data"]["customer"]["devices"].as_array().expect("a list").len(), 1, "{devices}");
    let refresh =
        "mutation($transport: SessionTransport!) { sessionRefresh(transport: $transport) { session { token } } }";
    let refused = socket.ask(json!({ "query": refresh, "variables": { "transport": "COOKIE" } })).await;
    assert!(refused["payload"]["errors"][0]["message"].as_str().expect("text").contains("`transport` is COOKIE"));
    let refreshed = socket.ask(json!({ "query": refresh, "variables": { "transport": "TOKEN" } })).await;
    let new = refreshed["payload"]["data"]["sessionRefresh"]["session"]["token"].as_str().expect("a token").to_owned();
    // The socket has the old one.
    assert_eq!(code(&socket.ask(json!({ "query": ME })).await), "UNAUTHENTICATED");
    assert_eq!(me(&mut with_token(&server, &new).await).await, "ada@example.com");
    server.stop().await;
}
