use super::*;
use bytes::Bytes;
use futures_util::{FutureExt, future::BoxFuture};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::time::{Instant, advance};
use tradewind_kv::{KvError, Put};

const LIMIT: Limit = Limit { attempts: 3, per: Duration::from_secs(60) };
const NONE: Limit = Limit { attempts: u64::MAX, per: Duration::from_secs(60) };

fn config(account: Limit, client: Limit) -> ThrottleConfig {
    let limits = Limits { account, client };
    ThrottleConfig { password: limits, registration: limits, mail: limits, look_up: limits }
}

/// A store that others share, and that may be away.
#[derive(Debug)]
struct Shared {
    store: Memory,
    is_away: AtomicBool,
}

impl Shared {
    fn new() -> Arc<Self> {
        Arc::new(Self { store: Memory::new(1 << 20), is_away: AtomicBool::new(false) })
    }
}

impl Kv for Shared {
    fn mget(&self, keys: Vec<String>) -> BoxFuture<'_, Result<Vec<Option<Bytes>>, KvError>> {
        self.store.mget(keys)
    }
    fn set(&self, values: Vec<Put>) -> BoxFuture<'_, Result<(), KvError>> {
        self.store.set(values)
    }
    fn set_nx(&self, keys: Vec<String>, ttl: Duration) -> BoxFuture<'_, Result<Vec<bool>, KvError>> {
        self.store.set_nx(keys, ttl)
    }
    fn increment(&self, key: String, ttl: Duration) -> BoxFuture<'_, Result<u64, KvError>> {
        match self.is_away.load(Relaxed) {
            true => async { Err(KvError::Open) }.boxed(),
            false => self.store.increment(key, ttl),
        }
    }
    fn ping(&self) -> BoxFuture<'_, Result<(), KvError>> {
        self.store.ping()
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// A pause in seconds, by which instance, and whether the store is away.
type Step = (u64, usize, bool);

/// When each attempt was admitted, by its instance.
async fn admitted(steps: &[Step], throttles: &[Throttle], shared: Option<&Shared>) -> Vec<(Duration, usize)> {
    let began = Instant::now();
    let mut admitted = Vec::new();
    for (pause, instance, is_away) in steps {
        advance(Duration::from_secs(*pause)).await;
        if let Some(shared) = shared {
            shared.is_away.store(*is_away, Relaxed);
        }
        if throttles[*instance].admit(Action::Password, "jo", None).await.is_ok() {
            admitted.push((began.elapsed(), *instance));
        }
    }
    admitted
}

/// The most attempts admitted in any time as long as the limit's.
fn most(times: &[Duration]) -> usize {
    let within = |from: &Duration| times.iter().filter(|time| (*from..*from + LIMIT.per).contains(*time)).count();
    times.iter().map(within).max().unwrap_or(0)
}

fn run(instances: usize, property: impl Fn(Vec<Step>) -> Result<(), TestCaseError>) {
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(256) });
    runner.run(&vec((0..40u64, 0..instances, any::<bool>()), 1..60), property).unwrap();
}

fn times(admitted: &[(Duration, usize)]) -> Vec<Duration> {
    admitted.iter().map(|(time, _)| *time).collect()
}

#[test]
fn windows_begin_with_their_first_attempt_and_admit_the_limit() {
    run(1, |steps| {
        let throttle = Throttle::new(None, config(LIMIT, NONE), "t");
        let admitted = runtime().block_on(admitted(&steps, &[throttle], None));
        // A literal reading: a window from its first attempt on, in which the first three are admitted.
        let (mut now, mut expected) = (Duration::ZERO, Vec::new());
        let mut window: Option<(Duration, u64)> = None;
        for (pause, _, _) in &steps {
            now += Duration::from_secs(*pause);
            let count = match &mut window {
                Some((began, count)) if now < *began + LIMIT.per => {
                    *count += 1;
                    *count
                }
                _ => {
                    window = Some((now, 1));
                    1
                }
            };
            if count <= LIMIT.attempts {
                expected.push(now);
            }
        }
        prop_assert!(most(&expected) <= 2 * 3, "the law itself");
        prop_assert_eq!(times(&admitted), expected);
        Ok(())
    });
}

#[test]
fn instances_that_share_a_store_share_the_limit() {
    run(3, |steps| {
        let steps: Vec<Step> = steps.into_iter().map(|(pause, instance, _)| (pause, instance, false)).collect();
        let shared = Shared::new();
        let throttles =
            [(); 3].map(|()| Throttle::new(Some(Arc::clone(&shared) as Arc<dyn Kv>), config(LIMIT, NONE), "t"));
        let admitted = runtime().block_on(admitted(&steps, &throttles, Some(&shared)));
        prop_assert!(most(&times(&admitted)) <= 2 * 3, "{admitted:?}");
        Ok(())
    });
}

#[test]
fn without_the_store_each_instance_still_holds_the_limit() {
    run(3, |steps| {
        let shared = Shared::new();
        let throttles =
            [(); 3].map(|()| Throttle::new(Some(Arc::clone(&shared) as Arc<dyn Kv>), config(LIMIT, NONE), "t"));
        let admitted = runtime().block_on(admitted(&steps, &throttles, Some(&shared)));
        for instance in 0..3 {
            let own: Vec<_> = admitted.iter().filter(|(_, by)| *by == instance).copied().collect();
            prop_assert!(most(&times(&own)) <= 2 * 3, "{instance}: {admitted:?}");
        }
        Ok(())
    });
}

#[tokio::test(start_paused = true)]
async fn what_was_counted_before_the_store_was_lost_still_counts() {
    let shared = Shared::new();
    let throttle = Throttle::new(Some(Arc::clone(&shared) as Arc<dyn Kv>), config(LIMIT, NONE), "t");
    for _ in 0..2 {
        throttle.admit(Action::Password, "jo", None).await.unwrap();
    }
    shared.is_away.store(true, Relaxed);
    throttle.admit(Action::Password, "jo", None).await.unwrap();
    assert_eq!(throttle.admit(Action::Password, "jo", None).await, Err(LIMIT.per));
    // Another account, and another action, are counted apart.
    throttle.admit(Action::Password, "other", None).await.unwrap();
    throttle.admit(Action::Mail, "jo", None).await.unwrap();
}

#[tokio::test]
async fn keys_name_nobody() {
    let shared = Shared::new();
    let throttle = Throttle::new(Some(Arc::clone(&shared) as Arc<dyn Kv>), config(LIMIT, LIMIT), "t");
    throttle.admit(Action::Password, "jo@shop.example", None).await.unwrap();
    // printf jo@shop.example | sha256sum | cut -c1-32
    let found = shared.mget(vec!["t:throttle:password:account:e97b714bb09fefc3828442332cb55728".to_owned()]);
    assert_eq!(found.await.unwrap(), [Some(Bytes::from_static(b"1"))]);
}

#[test]
fn networks() {
    let told = |text: &str| network(Some(text.parse().unwrap()));
    assert_eq!(told("10.1.2.3"), "10.1.2.3");
    assert_eq!(told("::ffff:10.1.2.3"), "10.1.2.3");
    assert_eq!(told("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    assert_eq!(network(None), "unknown");
}
