//! WebSockets and event streams, as strangers use them.
use crate::{
    frames::{CLOSE, Received, frame},
    measured,
    server::Server,
    shop,
    stream_corpus::{
        After, End, SOCKET_MAX_MESSAGE, StreamAttack, UNREAD, handshake, quiet_event_stream, stream_corpus,
    },
};
use std::{
    collections::HashSet,
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    time::{Duration, Instant},
};

/// Streams that one address may have.
const MOST: usize = 8;

const SETTINGS: [(&str, &str); 6] = [
    ("TRADEWIND_SOCKET_INIT_TIMEOUT", "300ms"),
    ("TRADEWIND_STREAM_PING_INTERVAL", "200ms"),
    ("TRADEWIND_SOCKET_PONG_TIMEOUT", "400ms"),
    ("TRADEWIND_SOCKET_MAX_MESSAGE", "64KiB"),
    ("TRADEWIND_SOCKET_MAX_OPERATIONS", "32"),
    ("TRADEWIND_MAX_STREAMS_PER_ADDRESS", "8"),
];

/// Sends, and gives back what came until the server closed.
fn converse(server: &Server, attack: &StreamAttack) -> Received {
    let mut stream = server.connect();
    let mut writer = stream.try_clone().expect("a socket");
    let (bytes, after) = (attack.bytes.clone(), attack.after);
    // The server may close before it has read everything.
    let writing = std::thread::spawn(move || {
        let sent = writer.write_all(&bytes);
        if sent.is_ok() && after == After::HalfClose {
            let _ = writer.shutdown(Shutdown::Write);
        }
    });
    if attack.after == After::Sleep {
        std::thread::sleep(Duration::from_secs(3));
    }
    let (mut answer, mut buffer, mut said_goodbye) = (Vec::new(), vec![0; 64 << 10], false);
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => answer.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(error) => panic!("{}: the connection stays open: {error}", attack.name),
        }
        if attack.after == After::Answer && !said_goodbye {
            let texts = Received::read(&answer).texts;
            said_goodbye = texts.contains(r#""type":"error""#) || texts.contains(r#""type":"complete""#);
            if said_goodbye {
                let _ = stream.write_all(&frame(CLOSE, &1000u16.to_be_bytes()));
            }
        }
    }
    drop(stream);
    writing.join().expect("no panic");
    Received::read(&answer)
}

fn complaint(attack: &StreamAttack, received: &Received) -> Option<String> {
    let texts = received.texts.as_str();
    let is_right = match attack.end {
        End::Code(code) => received.code == Some(code),
        End::Told(code, words) => received.code == Some(code) && texts.contains(words),
        End::Refused if received.code == Some(1009) => attack.bytes.len() > SOCKET_MAX_MESSAGE,
        End::Refused => {
            // What a resolver refuses has run, and is a result.
            let is_refusal = texts.contains(r#""type":"error""#) || texts.contains(r#""payload":{"errors":[{"#);
            received.code == Some(1000) && is_refusal && texts.contains(r#""code":"#)
        }
        End::Status(status) => received.status == Some(status) && texts.contains(r#""code":"#),
        End::Events => {
            let has_ended = texts.contains("event: complete") || received.status.is_some_and(|status| status >= 400);
            has_ended && texts.contains(r#""errors":[{"#)
        }
        // Half closed at once, it may not even be told that the handshake is done.
        End::Dropped => {
            let is_open =
                received.status == Some(101) || (attack.after == After::HalfClose && received.status.is_none());
            is_open && received.code.is_none()
        }
        // Half closed at once, it may be told nothing.
        End::Cut => {
            let is_open =
                received.status == Some(200) || (attack.after == After::HalfClose && received.status.is_none());
            is_open && texts.matches("event: complete").count() < texts_wanted(attack)
        }
    };
    if let Some(inside) =
        ["serde", "sqlx", "panicked", "SELECT ", "INTERNAL"].iter().find(|word| texts.contains(**word))
    {
        return Some(format!("tells `{inside}`"));
    }
    let beginning: String = texts.chars().take(300).collect();
    (!is_right).then(|| {
        format!("wanted {:?}, but got status {:?}, code {:?}: {beginning}", attack.end, received.status, received.code)
    })
}

/// Answers that a client would get that reads them.
fn texts_wanted(attack: &StreamAttack) -> usize {
    if attack.after == After::Sleep { UNREAD } else { 1 }
}

#[test]
fn the_stream_corpus_has_no_doubles() {
    let corpus = stream_corpus();
    let mut seen = HashSet::new();
    let doubles: Vec<_> = corpus
        .iter()
        .filter(|attack| !seen.insert((&attack.bytes, attack.after as u8)))
        .map(|attack| &attack.name)
        .collect();
    assert!(doubles.is_empty() && corpus.len() >= 200, "{} attacks, doubles: {doubles:?}", corpus.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_streams_end_cheaply_and_the_server_stays() {
    let Some(server) = Server::start_with(shop().await, &SETTINGS) else {
        eprintln!("SKIPPED: prlimit (util-linux) is not there, so the hostile streams were not opened");
        return;
    };
    let corpus = stream_corpus();
    let mut worst = Vec::with_capacity(corpus.len());
    let complaints: Vec<String> = corpus
        .iter()
        .flat_map(|attack| {
            let measured = measured(&server, &attack.name, &mut worst, || {
                complaint(attack, &converse(&server, attack)).into_iter().collect()
            });
            measured.into_iter().map(|complaint| format!("{}: {complaint}", attack.name)).collect::<Vec<_>>()
        })
        .collect();
    crate::report(&mut worst);
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
    places_come_back(&server);
}

/// Opens a stream: its status.
fn open(server: &Server, request: &[u8]) -> (TcpStream, Option<u16>) {
    let mut stream = server.connect();
    stream.write_all(request).expect("sent");
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).unwrap_or_default();
    (stream, Received::read(&answer[..read]).status)
}

/// One address has its share, and gets it again when its connections have vanished without a goodbye.
fn places_come_back(server: &Server) {
    let (socket, events) = ((handshake(), 101), (quiet_event_stream(), 200));
    for (request, opened) in [&socket, &events, &socket, &events] {
        let patience = Instant::now() + Duration::from_secs(10);
        let mut held = Vec::new();
        while held.len() < MOST {
            let (stream, status) = open(server, request);
            match status {
                Some(status) if status == *opened => held.push(stream),
                // Those before are still being ended.
                other => assert!(Instant::now() < patience, "{other:?} with {} open", held.len()),
            }
        }
        assert_eq!(open(server, &socket.0).1, Some(429));
        assert_eq!(open(server, &events.0).1, Some(429));
        assert!(server.is_good(), "the next good query got no answer");
    }
}
