//! How good requests fare beside the attack. A report, not a test: times depend on the machine.
//!
//! `cargo test --release -p tradewind-server --test hostile -- --ignored --nocapture beside`
//!
//! Server, good client and attackers share the processors, so that some of what the attack costs is the attackers' own
//! work. The measure for it is the same number of harmless requests, sent by the same threads.
use crate::{
    corpus::{Attack, corpus, document},
    measure::cpu_nanos,
    server::Server,
    shop,
};
use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// Good requests per measurement.
const REQUESTS: usize = 3_000;
/// Connections that attack at the same time.
const ATTACKERS: usize = 2;
/// Attacks that take the most of the processor, for the worst case.
const WORST: usize = 10;
/// Each is measured so often; the median counts.
const ROUNDS: usize = 3;

/// The 99th percentile of good requests, one after the other.
fn p99(server: &Server) -> Duration {
    let mut times: Vec<Duration> = (0..REQUESTS)
        .map(|_| {
            let started = Instant::now();
            assert!(server.is_good(), "a good request got no answer");
            started.elapsed()
        })
        .collect();
    times.sort();
    times[REQUESTS * 99 / 100]
}

/// What the attackers send, and at most how many a second together.
struct Beside<'a> {
    name: &'a str,
    attacks: &'a [Attack],
    rate: Option<u32>,
}

/// The percentile beside them, how many were sent a second, and processors of the server in use.
fn beside(server: &Server, Beside { attacks, rate, .. }: &Beside<'_>) -> (Duration, f64, f64) {
    let (stop, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (began, cpu) = (Instant::now(), cpu_nanos(server.pid()));
    let p99 = std::thread::scope(|scope| {
        for _ in 0..ATTACKERS {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let number = sent.fetch_add(1, Ordering::Relaxed);
                    if let Some(rate) = rate {
                        let due = Duration::from_secs(1) * u32::try_from(number).expect("few") / *rate;
                        std::thread::sleep(due.saturating_sub(began.elapsed()));
                    }
                    server.send(&attacks[number % attacks.len()].bytes);
                }
            });
        }
        let p99 = p99(server);
        stop.store(true, Ordering::Relaxed);
        p99
    });
    let seconds = began.elapsed().as_secs_f64();
    let busy = Duration::from_nanos(cpu_nanos(server.pid()).saturating_sub(cpu)).as_secs_f64() / seconds;
    (p99, sent.into_inner() as f64 / seconds, busy)
}

/// Those that take the most of the processor, and are answered at once.
fn worst(server: &Server) -> Vec<Attack> {
    let mut measured: Vec<_> = corpus()
        .into_iter()
        .filter_map(|attack| {
            let (cpu, began) = (cpu_nanos(server.pid()), Instant::now());
            server.send(&attack.bytes);
            let is_quick = began.elapsed() < Duration::from_millis(100);
            is_quick.then(|| (cpu_nanos(server.pid()).saturating_sub(cpu), attack))
        })
        .collect();
    measured.sort_by_key(|(taken, _)| std::cmp::Reverse(*taken));
    measured.into_iter().take(WORST).map(|(_, attack)| attack).collect()
}

#[ignore = "a measurement: run it by hand, optimised"]
#[tokio::test(flavor = "multi_thread")]
async fn good_requests_beside_the_attack() {
    let Some(server) = Server::start(shop().await) else {
        eprintln!("SKIPPED: prlimit (util-linux) is not there");
        return;
    };
    let (all, worst) = (corpus(), worst(&server));
    let harmless = [document("harmless", "{ products(first: 3) { nodes { id title } } }")];
    let rows = [
        Beside { name: "harmless, 200 a second", attacks: &harmless, rate: Some(200) },
        Beside { name: "the corpus, 200 a second", attacks: &all, rate: Some(200) },
        Beside { name: "the ten that take most, 200 a second", attacks: &worst, rate: Some(200) },
        Beside { name: "harmless, without a pause", attacks: &harmless, rate: None },
        Beside { name: "the corpus, without a pause", attacks: &all, rate: None },
        Beside { name: "the ten that take most, without a pause", attacks: &worst, rate: None },
    ];
    let median = |mut rounds: Vec<(Duration, f64, f64)>| {
        rounds.sort_by_key(|round| round.0);
        rounds[rounds.len() / 2]
    };
    let alone = median((0..ROUNDS).map(|_| (p99(&server), 0.0, 0.0)).collect()).0;
    eprintln!("p99 of {REQUESTS} good requests, median of {ROUNDS}: {alone:?} alone");
    for row in &rows {
        let (p99, rate, busy) = median((0..ROUNDS).map(|_| beside(&server, row)).collect());
        let ratio = p99.as_secs_f64() / alone.as_secs_f64();
        eprintln!("{ratio:5.2}x {p99:?} beside {}: {rate:.0} sent a second, {busy:.2} processors", row.name);
    }
}
