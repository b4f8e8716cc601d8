//! What is sent to WebSockets and for event streams, and how each of it has to end.
use crate::{
    corpus::generated_documents,
    frames::{CLOSE, PING, TEXT, frame, frame_of, text},
};
use serde_json::json;

/// What a client does on one connection.
pub(crate) struct StreamAttack {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) after: After,
    pub(crate) end: End,
}

/// What the client does once all is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum After {
    /// It reads until the server closes.
    Read,
    /// It closes its half of the connection, and reads.
    HalfClose,
    /// It reads until the operation is answered, and then closes the socket.
    Answer,
    /// It does not read for three seconds: longer than the server waits.
    Sleep,
}

/// How the server has to react.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// The close code.
    Code(u16),
    /// The close code, and this stands in what was sent before.
    Told(u16, &'static str),
    /// The operation is refused, or its message with 1009, because it is too large.
    Refused,
    /// A status of HTTP.
    Status(u16),
    /// An event stream with errors and an end.
    Events,
    /// The connection ends without a close frame.
    Dropped,
    /// The event stream ends before all that it was to tell.
    Cut,
}

pub(crate) const SOCKET_MAX_MESSAGE: usize = 64 << 10;

const INIT: &str = r#"{"type":"connection_init"}"#;
const CHANGED: &str = "subscription { productChanged { productId } }";
/// Large enough that its answers fill what the system keeps for a client that does not read.
const LARGE: &str =
    "{ __schema { types { name description fields { name description type { name } args { name description } } } } }";

/// Requests for [`LARGE`] on one connection: their answers are more than the system keeps.
pub(crate) const UNREAD: usize = 400;

pub(crate) fn handshake() -> Vec<u8> {
    upgrade(
        "GET",
        "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: graphql-transport-ws",
    )
}

fn upgrade(method: &str, headers: &str) -> Vec<u8> {
    format!(
        "{method} /graphql/ws HTTP/1.1\r\nhost: shop\r\nconnection: upgrade\r\nupgrade: websocket\r\n{headers}\r\n\r\n"
    )
    .into_bytes()
}

fn subscribe(id: &str, query: &str) -> Vec<u8> {
    text(&json!({ "id": id, "type": "subscribe", "payload": { "query": query } }).to_string())
}

/// The client's own goodbye: to whom nothing is wrong up to there, the server returns it.
fn goodbye() -> Vec<u8> {
    frame(CLOSE, &1000u16.to_be_bytes())
}

/// All attacks on streams.
pub(crate) fn stream_corpus() -> Vec<StreamAttack> {
    let mut attacks = Vec::new();
    for (name, frames, code) in wrong_frames() {
        attacks.push(socket(format!("frame: {name}"), &[frames, goodbye()], After::Read, End::Code(code)));
    }
    for (name, messages, code) in wrong_messages() {
        let frames: Vec<_> = messages.iter().map(|message| text(message)).chain([goodbye()]).collect();
        attacks.push(socket(format!("message: {name}"), &frames, After::Read, End::Code(code)));
    }
    attacks.extend(floods());
    attacks.extend(patience());
    attacks.extend(handshakes());
    for (name, query) in generated_documents() {
        let frames = [text(INIT), subscribe("1", &query)];
        attacks.push(socket(format!("subscribe: {name}"), &frames, After::Answer, End::Refused));
        attacks.push(events(format!("events: {name}"), &query));
    }
    attacks
}

fn socket(name: String, frames: &[Vec<u8>], after: After, end: End) -> StreamAttack {
    StreamAttack { name, bytes: [handshake(), frames.concat()].concat(), after, end }
}

fn events(name: String, query: &str) -> StreamAttack {
    StreamAttack { name, bytes: event_stream("close", query), after: After::Read, end: End::Events }
}

/// A subscription whose events nobody causes.
pub(crate) fn quiet_event_stream() -> Vec<u8> {
    event_stream("close", CHANGED)
}

fn event_stream(connection: &str, query: &str) -> Vec<u8> {
    let body = json!({ "query": query }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: shop\r\nconnection: {connection}\r\naccept: text/event-stream\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    (head + &body).into_bytes()
}

/// What RFC 6455 does not allow.
fn wrong_frames() -> Vec<(&'static str, Vec<u8>, u16)> {
    let part = |first, payload: &[u8]| frame(first, payload);
    vec![
        ("not masked", vec![TEXT, 2, b'{', b'}'], 1002),
        ("a reserved opcode", part(0x83, b""), 1002),
        ("a reserved control opcode", part(0x8b, b""), 1002),
        ("a reserved bit", part(0xc1, b"{}"), 1002),
        ("a continuation of nothing", part(0x80, b"x"), 1002),
        ("a text inside of a text", [part(0x01, b"{"), part(TEXT, b"{}")].concat(), 1002),
        ("a fragmented ping", part(0x09, b"x"), 1002),
        ("a ping of 126 bytes", part(PING, &[b'x'; 126]), 1002),
        ("a close of one byte", part(CLOSE, b"x"), 1002),
        ("no UTF-8", part(TEXT, b"{\"type\":\"\xff\"}"), 1007),
        ("a surrogate", part(TEXT, b"\xed\xa0\xbd"), 1007),
        ("a letter that is cut off", [part(0x01, b"\xc3"), part(0x80, b"x")].concat(), 1007),
        ("binary", part(0x82, INIT.as_bytes()), 4400),
        ("a length of 2^62", frame_of(TEXT, 1 << 62, b"x"), 1009),
        ("a length of 2^63", frame_of(TEXT, 1 << 63, b"x"), 1009),
        ("one byte too long", part(TEXT, &vec![b' '; SOCKET_MAX_MESSAGE + 1]), 1009),
        ("fragments of 1 KB without an end", [part(0x01, b"{"), part(0x00, &[b' '; 1024]).repeat(80)].concat(), 1009),
        ("empty fragments", [part(0x01, b"{"), part(0x00, b"").repeat(5_000)].concat(), 1000),
    ]
}

/// What the protocol does not allow.
fn wrong_messages() -> Vec<(&'static str, Vec<String>, u16)> {
    let payload = json!({ "query": CHANGED });
    let subscribe = |id: &str| json!({ "id": id, "type": "subscribe", "payload": payload }).to_string();
    let after_init = |message: &str| vec![INIT.to_owned(), message.to_owned()];
    vec![
        ("nothing", vec![String::new()], 4400),
        ("a list", vec!["[]".to_owned()], 4400),
        ("20,000 lists deep", vec!["[".repeat(20_000)], 4400),
        ("5,000 objects deep", vec![r#"{"payload":"#.repeat(5_000)], 4400),
        ("a payload 20,000 lists deep", vec![format!(r#"{{"type":"ping","payload":{}"#, "[".repeat(20_000))], 4400),
        ("a number beyond floats", vec![r#"{"type":"ping","payload":{"a":1e999}}"#.to_owned()], 4400),
        ("a type of 10 KB", vec![json!({ "type": "x".repeat(10_000) }).to_string()], 4400),
        ("a type of Apollo's old protocol", after_init(r#"{"type":"start","id":"1","payload":{"query":"{a}"}}"#), 4400),
        ("a message of the server", after_init(r#"{"type":"next","id":"1","payload":{}}"#), 4400),
        ("an operation before the beginning", vec![subscribe("1")], 4401),
        ("a second beginning", vec![INIT.to_owned(); 2], 4429),
        ("an id twice", vec![INIT.to_owned(), subscribe("1"), subscribe("1")], 4409),
        ("an id of 257 bytes", after_init(&subscribe(&"x".repeat(257))), 4400),
        ("an empty id", after_init(&subscribe("")), 4400),
        ("a payload without a query", after_init(r#"{"type":"subscribe","id":"1","payload":{}}"#), 4400),
        ("a list for a payload", after_init(r#"{"type":"subscribe","id":"1","payload":[1]}"#), 4400),
        ("a number for a query", after_init(r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#), 4400),
        (
            "a list for variables",
            after_init(r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#),
            4400,
        ),
        (
            "a number for a channel",
            vec![r#"{"type":"connection_init","payload":{"tradewind-channel":1}}"#.into()],
            4400,
        ),
    ]
}

/// Much of what is allowed. The goodbye at the end is answered: the socket was served all the time.
fn floods() -> Vec<StreamAttack> {
    let flood = |name: &str, frames: Vec<u8>, end| {
        socket(format!("flood: {name}"), &[text(INIT), frames, goodbye()], After::Read, end)
    };
    let each = |count: usize, of: &dyn Fn(usize) -> Vec<u8>| (0..count).flat_map(of).collect::<Vec<u8>>();
    let complete = |id: usize| text(&json!({ "type": "complete", "id": id.to_string() }).to_string());
    vec![
        flood("2,000 pings", frame(PING, b"12345678").repeat(2_000), End::Code(1000)),
        flood("2,000 pongs", frame(0x8a, b"12345678").repeat(2_000), End::Code(1000)),
        flood("300 pings of the protocol", text(r#"{"type":"ping"}"#).repeat(300), End::Told(1000, "pong")),
        flood("1,000 completions of nothing", each(1_000, &complete), End::Code(1000)),
        flood(
            "200 subscriptions",
            each(200, &|id| subscribe(&id.to_string(), CHANGED)),
            End::Told(1000, "RATE_LIMITED"),
        ),
        flood(
            "200 subscriptions, each completed",
            each(200, &|id| [subscribe(&id.to_string(), CHANGED), complete(id)].concat()),
            End::Code(1000),
        ),
    ]
}

/// Clients that do nothing, or too little.
fn patience() -> Vec<StreamAttack> {
    let silent = |name: &str, frames: &[Vec<u8>], after, end| socket(format!("patience: {name}"), frames, after, end);
    let silent_events =
        |name: &str, bytes, after| StreamAttack { name: format!("events: {name}"), bytes, after, end: End::Cut };
    let many: Vec<u8> = (0..30).flat_map(|id| subscribe(&id.to_string(), LARGE)).collect();
    vec![
        silent("no beginning", &[], After::Read, End::Code(4408)),
        silent("pings and no beginning", &[frame(PING, b"").repeat(10)], After::Read, End::Code(4408)),
        silent("half a frame", &[frame_of(TEXT, 60_000, b"{")], After::Read, End::Code(4408)),
        silent("no answer to a ping", &[text(INIT), subscribe("1", CHANGED)], After::Read, End::Dropped),
        silent(
            "half a frame after the beginning",
            &[text(INIT), frame_of(TEXT, 60_000, b"{")],
            After::Read,
            End::Dropped,
        ),
        silent("half closed", &[text(INIT), subscribe("1", CHANGED)], After::HalfClose, End::Dropped),
        silent("half closed before the beginning", &[], After::HalfClose, End::Dropped),
        silent("answers that are not read", &[text(INIT), many], After::Sleep, End::Dropped),
        silent_events("answers that are not read", event_stream("keep-alive", LARGE).repeat(UNREAD), After::Sleep),
        silent_events("half closed", quiet_event_stream(), After::HalfClose),
    ]
}

fn handshakes() -> Vec<StreamAttack> {
    const VERSION: &str = "sec-websocket-version: 13\r\n";
    const KEY: &str = "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    const OURS: &str = "sec-websocket-protocol: graphql-transport-ws\r\n";
    let attack = |name: &str, method: &str, headers: String, end| StreamAttack {
        name: format!("handshake: {name}"),
        bytes: [upgrade(method, headers.trim_end()), goodbye()].concat(),
        after: After::HalfClose,
        end,
    };
    vec![
        attack("another version", "GET", format!("sec-websocket-version: 8\r\n{KEY}{OURS}"), End::Status(426)),
        attack("no key", "GET", format!("{VERSION}{OURS}"), End::Status(426)),
        attack("a short key", "GET", format!("sec-websocket-key: AA==\r\n{VERSION}{OURS}"), End::Status(426)),
        attack("another method", "POST", format!("{VERSION}{KEY}{OURS}content-length: 0"), End::Status(405)),
        attack("a foreign page", "GET", format!("{VERSION}{KEY}{OURS}origin: https://evil.example"), End::Status(403)),
        attack("no sub-protocol", "GET", format!("{VERSION}{KEY}"), End::Code(4406)),
        attack(
            "1,000 sub-protocols",
            "GET",
            format!("{VERSION}{KEY}sec-websocket-protocol: {}", "a, ".repeat(1_000)),
            End::Code(4406),
        ),
    ]
}
