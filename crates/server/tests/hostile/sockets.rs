//! Attacks below GraphQL: headers, chunks, pipelines and frames of HTTP/2.
use crate::corpus::{Attack, JSON, attack};

/// What is too long for `requests.json`.
pub(crate) fn sockets() -> Vec<Attack> {
    let head = |rest: &str| format!("GET /graphql HTTP/1.1\r\nhost: x\r\n{rest}");
    let chunked = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{JSON}\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let mut attacks = vec![
        ("1,000 headers", head(&"x: y\r\n".repeat(1_000)) + "\r\n"),
        ("a header of 1 MB", head(&format!("x: {}\r\n\r\n", "y".repeat(1 << 20)))),
        ("a header without an end", head(&format!("x: {}", "y".repeat(600_000)))),
        ("a header's name of 100 KB", head(&format!("{}: y\r\n\r\n", "x".repeat(100_000)))),
        ("an address of 100 KB", format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(100_000))),
        (
            "a query string of 40 KB",
            format!(
                "GET /graphql?query=%7B{}%7D HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
                "a+".repeat(20_000)
            ),
        ),
        (
            "10,000 parameters",
            format!("GET /graphql?{} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", "a=b&".repeat(10_000)),
        ),
        ("a body in chunks of one byte", chunked.clone() + &"1\r\n{\r\n".repeat(5_000) + "0\r\n\r\n"),
        (
            "a body in chunks beyond the limit",
            chunked.clone() + &format!("8000\r\n{}\r\n", " ".repeat(0x8000)).repeat(12) + "0\r\n\r\n",
        ),
        ("a chunk with a long extension", chunked.clone() + &format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "x".repeat(60_000))),
        ("10,000 trailers", chunked + "2\r\n{}\r\n0\r\n" + &"x: y\r\n".repeat(10_000) + "\r\n"),
        ("1,000 requests at once", head("\r\n").repeat(1_000)),
        (
            "a method of 10 KB",
            format!("{} /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", "A".repeat(10_000)),
        ),
        ("100 KB of line ends", "\r\n".repeat(50_000)),
    ]
    .into_iter()
    .map(|(name, text)| attack(format!("socket: {name}"), text))
    .collect::<Vec<_>>();
    let mut streams = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00".to_vec();
    for stream in (1u32..4_000).step_by(2) {
        // HEADERS with an empty block, then RST_STREAM: rapid reset.
        streams.extend(b"\x00\x00\x01\x01\x05");
        streams.extend(stream.to_be_bytes());
        streams.push(0x82);
        streams.extend(b"\x00\x00\x04\x03\x00");
        streams.extend(stream.to_be_bytes());
        streams.extend(8u32.to_be_bytes());
    }
    attacks.push(attack("socket: 2,000 HTTP/2 streams, each reset".into(), streams));
    let pings = [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00".to_vec(),
        b"\x00\x00\x08\x06\x00\x00\x00\x00\x0012345678".repeat(5_000),
    ];
    attacks.push(attack("socket: 5,000 HTTP/2 pings".into(), pings.concat()));
    attacks
}
