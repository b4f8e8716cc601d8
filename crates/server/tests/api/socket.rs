//! graphql-transport-ws.
use crate::{
    socket_client::{PROTOCOL, Socket, open, products, rename},
    support::{TestServer, filled},
};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tradewind_persistence::{Db, DbConfig};
use tradewind_testkit::{Backend, TestDb};

const CHANGED: &str = "subscription Changed { productChanged { product { title } } }";

fn title(message: &Value) -> &Value {
    &message["payload"]["data"]["productChanged"]["product"]["title"]
}

#[tokio::test]
async fn a_subscriber_hears_of_writes_on_either_database() {
    for data in TestDb::each().await {
        let data = filled(data).await;
        let server = TestServer::start(&[("DATABASE_URL", data.url())]).await;
        let mut writer = server.db.clone();
        if data.backend() == Backend::Postgres {
            // Another process, such as `tradewind import`.
            writer = Db::connect(&DbConfig::new(data.url())).await.expect("a database");
            server.db.product_changes().followed().await;
        }
        let all = products(&writer).await;
        let mut socket = Socket::ready(&server).await;
        socket.subscribe("1", CHANGED).await;
        server.until("tradewind_graphql_stream_operations{transport=\"websocket\"} 1").await;
        for name in ["First", "Second"] {
            rename(&writer, &all[0], name).await;
            let told = socket.receive().await;
            assert_eq!((told["id"].as_str(), told["type"].as_str()), (Some("1"), Some("next")), "{told}");
            assert_eq!(title(&told), name, "{}", data.backend());
        }
        socket.send(json!({ "id": "1", "type": "complete" })).await;
        socket.settle().await;
        server.until("tradewind_graphql_stream_operations{transport=\"websocket\"} 0").await;
        rename(&writer, &all[1], "Third").await;
        // Nothing more of it, and its id is free.
        socket.subscribe("1", "{ __typename }").await;
        assert_eq!(socket.receive().await["payload"], json!({ "data": { "__typename": "Query" } }));
        assert_eq!(socket.receive().await, json!({ "id": "1", "type": "complete" }));
        let metrics = server.scrape().await;
        for line in [
            "tradewind_graphql_streams{transport=\"websocket\"} 1",
            "tradewind_graphql_stream_answers_total{transport=\"websocket\"} 3",
            "tradewind_graphql_operations_total{operation_type=\"subscription\",operation_name=\"other\",outcome=\"ok\"} 1",
        ] {
            assert!(metrics.contains(line), "{line} is missing in\n{metrics}");
        }
        server.stop().await;
    }
}

#[tokio::test]
async fn each_breach_of_the_protocol_has_its_close_code() {
    let server = TestServer::start(&[("TRADEWIND_SOCKET_MAX_MESSAGE", "2KiB")]).await;
    let subscribe = json!({ "id": "é", "type": "subscribe", "payload": { "query": CHANGED } }).to_string();
    let init = r#"{"type":"connection_init"}"#.to_owned();
    let large = format!(r#"{{"type":"ping","payload":{{"x":"{}"}}}}"#, "x".repeat(2048));
    for (messages, code, reason) in [
        (vec![init.clone(), "not json".to_owned()], 4400, "Invalid message"),
        (vec![r#"{"type":"wat"}"#.to_owned()], 4400, "Invalid message"),
        (vec![init.clone(), r#"{"type":"subscribe","id":"1","payload":{}}"#.to_owned()], 4400, "`query` is missing"),
        (vec![r#"{"type":"connection_init","payload":{"Tradewind-Channel":1}}"#.to_owned()], 4400, "tradewind-channel"),
        (vec![subscribe.clone()], 4401, "Unauthorized"),
        (vec![init.clone(), subscribe.clone(), subscribe.clone()], 4409, "Subscriber for é already exists"),
        (vec![init.clone(), init.clone()], 4429, "Too many initialisation requests"),
        (vec![large], 1009, "Message too big"),
    ] {
        let mut socket = Socket::silent(&server).await;
        for message in &messages {
            socket.text(message).await;
        }
        let closed = socket.closed().await;
        assert!(closed.0 == code && closed.1.contains(reason), "{messages:?}: {closed:?}");
        server.until(&format!("tradewind_graphql_socket_closes_total{{code=\"{code}\"}}")).await;
    }
    let mut socket = Socket::silent(&server).await;
    socket.0.send(Message::binary(init.into_bytes())).await.expect("sent");
    assert_eq!(socket.closed().await.0, 4400);
    server.until("tradewind_graphql_streams{transport=\"websocket\"} 0").await;
    server.until("tradewind_graphql_stream_operations{transport=\"websocket\"} 0").await;
}

#[tokio::test]
async fn a_client_that_does_not_introduce_itself_is_closed() {
    let server = TestServer::start(&[("TRADEWIND_SOCKET_INIT_TIMEOUT", "50ms")]).await;
    let mut socket = Socket::silent(&server).await;
    assert_eq!(socket.closed().await, (4408, "Connection initialisation timeout".to_owned()));
    // Pings do not count.
    let mut socket = Socket::silent(&server).await;
    socket.settle().await;
    assert_eq!(socket.closed().await.0, 4408);
}

#[tokio::test]
async fn the_handshake_is_for_those_who_may() {
    let settings = [("TRADEWIND_CORS_ORIGINS", "https://shop.example")];
    let server = TestServer::start(&settings).await;
    let own = format!("http://{}", server.address);
    for (origin, allowed) in
        [("https://shop.example", true), (own.as_str(), true), ("https://evil.example", false), ("null", false)]
    {
        let opened = open(&server, "/graphql/ws", &[PROTOCOL, ("origin", origin)]).await;
        assert_eq!(opened.is_ok(), allowed, "{origin}");
        if let Err(refused) = opened {
            assert_eq!(refused.status(), 403);
        }
    }
    // The path of the rest of the API works too, and nothing but our sub-protocol.
    let mut socket = open(&server, "/graphql", &[PROTOCOL]).await.expect("open");
    socket.settle().await;
    let response = server.get("/graphql/ws").await;
    assert_eq!((response.status().as_u16(), response.headers()["upgrade"].to_str().expect("text")), (426, "websocket"));
    assert_eq!(server.client.post(server.url("/graphql/ws")).send().await.expect("an answer").status(), 405);
    let mut socket = open(&server, "/graphql/ws", &[]).await.expect("open");
    assert_eq!(socket.closed().await, (4406, "Subprotocol not acceptable".to_owned()));
}

#[tokio::test]
async fn refusals_do_not_pile_up() {
    let server = TestServer::start(&[("TRADEWIND_SOCKET_MAX_OPERATIONS", "1")]).await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("taken", CHANGED).await;
    // All at once: a refusal that waited for its turn would come behind the pong of what was sent after it.
    for number in 0..50 {
        let payload = json!({ "query": CHANGED });
        let one_too_many = json!({ "id": number.to_string(), "type": "subscribe", "payload": payload });
        socket.0.feed(Message::text(one_too_many.to_string())).await.expect("sent");
        socket.0.feed(Message::text(json!({ "type": "ping" }).to_string())).await.expect("sent");
    }
    socket.0.flush().await.expect("sent");
    for number in 0..50 {
        let refused = socket.receive().await;
        assert_eq!((refused["type"].as_str(), &refused["id"]), (Some("error"), &json!(number.to_string())));
        assert_eq!(socket.receive().await, json!({ "type": "pong" }));
    }
    server.until("tradewind_graphql_stream_operations{transport=\"websocket\"} 1").await;
}

#[tokio::test]
async fn operations_are_answered_side_by_side_and_refused_alone() {
    let server = TestServer::start(&[("TRADEWIND_SOCKET_MAX_OPERATIONS", "2")]).await;
    let all = products(&server.db).await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("a", CHANGED).await;
    socket.subscribe("refused", "{ nothing }").await;
    let refused = socket.receive().await;
    assert_eq!((refused["type"].as_str(), refused["id"].as_str()), (Some("error"), Some("refused")), "{refused}");
    assert_eq!(refused["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    socket.subscribe("b", CHANGED).await;
    socket.subscribe("c", CHANGED).await;
    let refused = socket.receive().await;
    assert_eq!(
        (refused["id"].as_str(), &refused["payload"][0]["extensions"]["code"]),
        (Some("c"), &json!("RATE_LIMITED"))
    );
    server.until("tradewind_graphql_stream_operations{transport=\"websocket\"} 2").await;
    rename(&server.db, &all[0], "For both").await;
    let mut told = [socket.receive().await, socket.receive().await].map(|message| {
        assert_eq!(title(&message), "For both");
        message["id"].as_str().expect("an id").to_owned()
    });
    told.sort();
    assert_eq!(told, ["a", "b"]);
    // What a header says elsewhere is said when the connection begins.
    let mut socket = Socket::silent(&server).await;
    socket.send(json!({ "type": "connection_init", "payload": { "Tradewind-Channel": "nowhere" } })).await;
    socket.receive().await;
    socket.subscribe("1", "{ channel { code } }").await;
    let refused = socket.receive().await;
    assert!(refused["payload"][0]["message"].as_str().expect("text").contains("`nowhere`"), "{refused}");
    server.stop().await;
}

#[tokio::test]
async fn one_address_has_its_share_of_sockets() {
    let settings = [("TRADEWIND_MAX_STREAMS_PER_ADDRESS", "1"), ("TRADEWIND_CLIENT_ADDRESS_HEADER", "x-forwarded-for")];
    let server = TestServer::start(&settings).await;
    let from = |address| [PROTOCOL, ("x-forwarded-for", address)];
    let first = open(&server, "/graphql/ws", &from("192.0.2.1")).await.expect("open");
    let refused = open(&server, "/graphql/ws", &from("192.0.2.1")).await.err().expect("refused");
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().expect("text")), (429, "5"));
    let _other = open(&server, "/graphql/ws", &from("192.0.2.1, 192.0.2.2")).await.expect("open");
    drop(first);
    server.until("tradewind_graphql_streams{transport=\"websocket\"} 1").await;
    assert!(open(&server, "/graphql/ws", &from("192.0.2.1")).await.is_ok());
}

#[tokio::test]
async fn a_silent_client_is_pinged_and_a_dead_one_dropped() {
    let settings = [("TRADEWIND_STREAM_PING_INTERVAL", "20ms"), ("TRADEWIND_SOCKET_PONG_TIMEOUT", "2s")];
    let server = TestServer::start(&settings).await;
    let mut alive = Socket::ready(&server).await;
    for _ in 0..3 {
        // Reading answers the ping.
        assert!(matches!(alive.0.next().await, Some(Ok(Message::Ping(_)))));
    }
    alive.settle().await;
    let settings = [("TRADEWIND_STREAM_PING_INTERVAL", "20ms"), ("TRADEWIND_SOCKET_PONG_TIMEOUT", "20ms")];
    let server = TestServer::start(&settings).await;
    let _dead = Socket::ready(&server).await;
    server.until("tradewind_graphql_socket_closes_total{code=\"1006\"} 1").await;
    server.until("tradewind_graphql_streams{transport=\"websocket\"} 0").await;
}

#[tokio::test]
async fn the_server_says_goodbye_when_it_stops() {
    let mut server = TestServer::start(&[]).await;
    let mut sockets = Vec::new();
    for _ in 0..3 {
        let mut socket = Socket::ready(&server).await;
        socket.subscribe("1", CHANGED).await;
        sockets.push(socket);
    }
    // Its client does not answer the goodbye, and does not keep the server.
    let _dead = Socket::ready(&server).await;
    server.until("tradewind_graphql_stream_operations{transport=\"websocket\"} 3").await;
    server.begin_stop();
    for socket in &mut sockets {
        assert_eq!(socket.closed().await.0, 1001);
    }
    server.ended().await;
}

#[tokio::test]
async fn a_subscription_ends_by_itself_where_that_is_wanted() {
    let server = TestServer::start(&[("TRADEWIND_SUBSCRIPTION_MAX_DURATION", "50ms")]).await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", CHANGED).await;
    assert_eq!(socket.receive().await, json!({ "id": "1", "type": "complete" }));
}

#[tokio::test]
async fn a_client_that_does_not_read_keeps_nobody_waiting() {
    let settings = [("TRADEWIND_MAX_CONCURRENT_OPERATIONS", "1"), ("TRADEWIND_SOCKET_PONG_TIMEOUT", "10m")];
    let server = TestServer::start(&settings).await;
    let mut socket = Socket::ready(&server).await;
    // More than the system takes for a client that does not read.
    let part = "__schema { types { name description fields { name description args { name description } } } }";
    let large = format!("{{ a: {part} b: {part} c: {part} d: {part} e: {part} f: {part} }}");
    for id in 0..50 {
        socket.subscribe(&id.to_string(), &large).await;
    }
    let answers = async || {
        let metrics = server.scrape().await;
        let line = metrics.lines().find(|line| line.starts_with("tradewind_graphql_stream_answers_total"));
        line.unwrap_or_default().to_owned()
    };
    let (mut before, mut same) = (String::new(), 0);
    while same < 20 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        let now = answers().await;
        same = if now == before && !now.is_empty() { same + 1 } else { 0 };
        before = now;
    }
    assert!(
        !server.scrape().await.contains("tradewind_graphql_stream_operations{transport=\"websocket\"} 0"),
        "it is not stuck: ask for more"
    );
    // The only turn is free.
    assert_eq!(server.post("{ products(first: 1) { nodes { id } } }").await.status().as_u16(), 200);
    // And so is the way to the end.
    server.stop().await;
}
