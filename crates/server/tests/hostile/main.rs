//! What strangers send on purpose. Each request is refused in the shape of GraphQL, or its connection is closed; it takes
//! little of the processor and of memory; and the server answers the next good query. WebSockets and event streams have a
//! corpus of their own, with the way in which each has to end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test stops at what it did not expect"
)]
#![cfg(target_os = "linux")]

mod beside;
mod corpus;
mod frames;
mod measure;
mod server;
mod sockets;
mod stream_corpus;
mod streams;

use corpus::{Attack, corpus};
use measure::{cpu_nanos, memory, reset_peak};
use serde_json::Value;
use server::Server;
use std::{collections::HashSet, time::Duration};
use tradewind_commerce::seed::{SeedOptions, run as seed};
use tradewind_persistence::{Db, DbConfig};
use tradewind_testkit::TestDb;

/// Processor time of one attack; what is not optimised takes longer.
const CPU: Duration = Duration::from_millis(if cfg!(debug_assertions) { 250 } else { 50 });
/// Memory that one request may take at once, in bytes.
const MEMORY: u64 = 32 << 20;

async fn shop() -> TestDb {
    let data = TestDb::sqlite().await;
    let db = Db::connect(&DbConfig::new(data.url())).await.expect("a database");
    #[allow(clippy::disallowed_methods)] // the test is the outside
    let options = SeedOptions { products: 20, seed: 1, now: chrono::Utc::now() };
    seed(&db, &options, &mut |_| ()).await.expect("a catalog");
    db.close().await;
    data
}

/// Why an answer is none that a hostile request should get.
fn complaint(answer: &[u8]) -> Option<String> {
    // Closed, or a frame of HTTP/2, which says goodbye its own way.
    if answer.is_empty() || !answer.starts_with(b"HTTP/1.") {
        return None;
    }
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status: u16 = head.split(' ').nth(1)?.parse().ok()?;
    // Behind it may come the answers to requests that were sent at once.
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    let body = length.and_then(|length| body.get(..length)).unwrap_or(body);
    for inside in ["serde", "sqlx", "panicked", "SELECT ", "base64", "invalid type", "uuid", "src/"] {
        if body.contains(inside) {
            return Some(format!("tells `{inside}`: {}", beginning(body)));
        }
    }
    // hyper refuses what is no HTTP with an empty body.
    if body.is_empty() && (400..600).contains(&status) {
        return None;
    }
    let Ok(answer) = serde_json::from_str::<Value>(body) else {
        return Some(format!("{status} is no JSON: {}", beginning(body)));
    };
    let error = &answer["errors"][0];
    match (error["message"].as_str(), error["extensions"]["code"].as_str()) {
        (Some(message), Some("INTERNAL")) => Some(format!("an internal error: {message}")),
        (Some(message), Some(_)) if message.len() > 1_600 => Some(format!("a text of {} bytes", message.len())),
        (Some(_), Some(_)) if body.len() > 20_000 => Some(format!("an answer of {} bytes", body.len())),
        (Some(_), Some(_)) => None,
        _ => Some(format!("{status} is no refusal: {}", beginning(body))),
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(300).collect()
}

fn judge(server: &Server, Attack { name, bytes }: &Attack, worst: &mut Vec<(Duration, u64, String)>) -> Vec<String> {
    let complaints = measured(server, name, worst, || complaint(&server.send(bytes)).into_iter().collect());
    complaints.into_iter().map(|complaint| format!("{name}: {complaint}")).collect()
}

/// The complaints of an attack, and those about what it took.
fn measured(
    server: &Server,
    name: &str,
    worst: &mut Vec<(Duration, u64, String)>,
    attack: impl FnOnce() -> Vec<String>,
) -> Vec<String> {
    let pid = server.pid();
    reset_peak(pid);
    let (cpu, (before, _)) = (cpu_nanos(pid), memory(pid));
    let mut complaints = attack();
    let taken = Duration::from_nanos(cpu_nanos(pid).saturating_sub(cpu));
    let grown = memory(pid).1.saturating_sub(before);
    worst.push((taken, grown, name.to_owned()));
    if taken > CPU {
        complaints.push(format!("took {taken:?} of the processor"));
    }
    if grown > MEMORY {
        complaints.push(format!("took {} MiB", grown >> 20));
    }
    if !server.is_good() {
        complaints.push("the next good query got no answer".to_owned());
    }
    complaints
}

/// Says what took the most.
fn report(worst: &mut [(Duration, u64, String)]) {
    worst.sort();
    let memory = worst.iter().map(|(_, grown, _)| grown >> 10).max().unwrap_or_default();
    eprintln!("{} attacks; at most {memory} KiB; most of the processor:", worst.len());
    for (taken, _, name) in worst.iter().rev().take(5) {
        eprintln!("  {taken:?}: {name}");
    }
}

#[test]
fn the_corpus_is_large_and_has_no_doubles() {
    let corpus = corpus();
    let names: HashSet<_> = corpus.iter().map(|attack| &attack.name).collect();
    let mut bytes = HashSet::new();
    let doubles: Vec<_> =
        corpus.iter().filter(|attack| !bytes.insert(&attack.bytes)).map(|attack| &attack.name).collect();
    assert!(doubles.is_empty() && names.len() == corpus.len(), "{doubles:?}");
    assert!(corpus.len() >= 200, "{}", corpus.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_requests_are_refused_cheaply_and_the_server_stays() {
    let Some(server) = Server::start(shop().await) else {
        eprintln!("SKIPPED: prlimit (util-linux) is not there, so the hostile requests were not sent");
        return;
    };
    let corpus = corpus();
    let mut worst = Vec::with_capacity(corpus.len());
    let complaints: Vec<String> = corpus.iter().flat_map(|attack| judge(&server, attack, &mut worst)).collect();
    report(&mut worst);
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}
