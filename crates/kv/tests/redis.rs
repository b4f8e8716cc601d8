//! Against a real Redis that the test starts, stops and pauses.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]
use bytes::Bytes;
use std::{process::Stdio, time::Duration};
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};
use tradewind_kv::{Kv, KvError, Limits, Put, Redis};
use tradewind_resilience::{DependencyMetrics, State};

struct Server {
    process: Child,
    folder: tempfile::TempDir,
}

impl Server {
    /// `None`, with a word, where there is no redis-server.
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let process = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket", "s"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        match process {
            Ok(process) => Some(Self { process, folder }),
            Err(error) => {
                eprintln!("SKIPPED: redis-server cannot be started: {error}");
                None
            }
        }
    }

    async fn connect(&self) -> Redis {
        let url = format!("redis+unix://{}/s", self.folder.path().display());
        let redis = Redis::connect(&url, Limits::default(), &DependencyMetrics::default()).unwrap();
        assert!(redis.connected(Duration::from_secs(10)).await, "no connection to {url}");
        redis
    }

    async fn signal(&self, name: &str) {
        let id = self.process.id().unwrap().to_string();
        assert!(Command::new("kill").args([name, &id]).status().await.unwrap().success());
    }
}

fn put(key: &str, value: &'static str) -> Put {
    Put { key: key.into(), value: Bytes::from_static(value.as_bytes()), ttl: Duration::from_secs(60) }
}

#[tokio::test]
async fn values_come_back_in_order_and_nx_has_one_winner() {
    let Some(server) = Server::start() else { return };
    let redis = server.connect().await;
    redis.set(vec![put("a", "1"), put("b", "2")]).await.unwrap();
    let got = redis.mget(vec!["b".into(), "none".into(), "a".into()]).await.unwrap();
    assert_eq!(got, [Some(Bytes::from_static(b"2")), None, Some(Bytes::from_static(b"1"))]);
    let ttl = Duration::from_secs(3);
    assert_eq!(redis.set_nx(vec!["a".into(), "c".into()], ttl).await.unwrap(), [false, true]);
    assert_eq!(redis.set_nx(vec!["c".into()], ttl).await.unwrap(), [false]);
    redis.ping().await.unwrap();
}

#[tokio::test]
async fn counters_count_every_call_and_end_by_themselves() {
    let Some(server) = Server::start() else { return };
    let redis = server.connect().await;
    let calls = (0..50).map(|_| redis.increment("many".into(), Duration::from_secs(60)));
    let mut numbers: Vec<u64> = futures_util::future::try_join_all(calls).await.unwrap();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=50).collect::<Vec<u64>>());
    // Later calls do not put the end off: with a life that each call renewed, the counter would never begin again.
    let mut highest = 0;
    for _ in 0..10_000 {
        let number = redis.increment("short".into(), Duration::from_millis(20)).await.unwrap();
        if number < highest {
            return;
        }
        highest = number;
    }
    panic!("{highest} calls, and the counter has not ended");
}

#[tokio::test]
async fn what_is_no_number_is_not_counted() {
    let Some(server) = Server::start() else { return };
    let redis = server.connect().await;
    redis.set(vec![put("text", "one")]).await.unwrap();
    let refused = redis.increment("text".into(), Duration::from_secs(60)).await;
    assert!(matches!(refused, Err(KvError::Failed(_))), "{refused:?}");
}

#[tokio::test]
async fn a_hung_server_is_left_alone_and_found_again() {
    let Some(server) = Server::start() else { return };
    let redis = server.connect().await;
    redis.set(vec![put("a", "1")]).await.unwrap();
    server.signal("-STOP").await;
    let stopped = Instant::now();
    let mut sent = 0;
    while redis.breaker().state() != State::Open {
        assert!(redis.mget(vec!["a".into()]).await.is_err());
        sent += 1;
    }
    println!("open after {:?} and {sent} reads, one after the other", stopped.elapsed());
    assert!(sent <= 5, "{sent} reads waited");
    assert_eq!(redis.mget(vec!["a".into()]).await, Err(KvError::Open));
    sleep(Duration::from_secs(4)).await;
    server.signal("-CONT").await;
    let back = Instant::now();
    let mut pauses = 0;
    while redis.mget(vec!["a".into()]).await != Ok(vec![Some(Bytes::from_static(b"1"))]) {
        pauses += 1;
        assert!(pauses < 1_000, "not found again");
        sleep(Duration::from_millis(10)).await;
    }
    println!("first hit {:?} after its return", back.elapsed());
}

#[tokio::test]
async fn a_server_that_is_gone_fails_at_once() {
    let Some(mut server) = Server::start() else { return };
    let redis = server.connect().await;
    server.process.kill().await.unwrap();
    let mut errors = Vec::new();
    for _ in 0..10 {
        errors.push(redis.mget(vec!["a".into()]).await.unwrap_err());
    }
    assert_eq!(redis.breaker().state(), State::Open, "{errors:?}");
    assert_eq!(errors.last(), Some(&KvError::Open));
}

#[test]
fn a_wrong_url_says_what_is_expected() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _inside = runtime.enter();
    let error = Redis::connect("http://x", Limits::default(), &DependencyMetrics::default()).unwrap_err();
    assert!(error.to_string().contains("redis://HOST:PORT"), "{error}");
}
