//! How good requests fare beside the attack. A report, not a test: times depend on the machine.
//!
//! `cargo test --release -p tradewind-server --test hostile -- --ignored --nocapture beside`
use crate::{corpus::corpus, server::Server, shop};
use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// Good requests per measurement.
const REQUESTS: usize = 2_000;
/// Connections that attack at the same time.
const ATTACKERS: usize = 2;

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

#[ignore = "a measurement: run it by hand, optimised"]
#[tokio::test(flavor = "multi_thread")]
async fn good_requests_beside_the_attack() {
    let Some(server) = Server::start(shop().await) else {
        eprintln!("SKIPPED: prlimit (util-linux) is not there");
        return;
    };
    let alone = p99(&server);
    let (attacks, stop, sent) = (corpus(), AtomicBool::new(false), AtomicUsize::new(0));
    let beside = std::thread::scope(|scope| {
        for attacker in 0..ATTACKERS {
            let (attacks, stop, sent, server) = (&attacks, &stop, &sent, &server);
            scope.spawn(move || {
                for attack in attacks.iter().cycle().skip(attacker * 100) {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    server.send(&attack.bytes);
                    sent.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let beside = p99(&server);
        stop.store(true, Ordering::Relaxed);
        beside
    });
    let (sent, ratio) = (sent.into_inner(), beside.as_secs_f64() / alone.as_secs_f64());
    eprintln!("p99 of {REQUESTS} good requests: {alone:?} alone, {beside:?} beside {sent} attacks: {ratio:.2}x");
}
