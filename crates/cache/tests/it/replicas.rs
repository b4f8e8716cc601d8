//! A replica that fails or lags is left alone for a time, and then asked again.
use crate::support::{Database, Numbers, Tailed, config};
use futures_util::{FutureExt, future::BoxFuture};
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::time::sleep;
use tradewind_cache::{Cache, Cached, LogError, Policy, ReplicaPoll, Replicas, Route, Tag, Use};

#[derive(Default)]
struct Copies {
    lag: Mutex<Duration>,
    /// Whether polls fail.
    unreachable: Mutex<bool>,
    /// Whether it lacks the newest writes.
    behind: Mutex<bool>,
}

/// So that the test keeps the copies.
struct Followed(Arc<Copies>);

impl Replicas for Followed {
    fn count(&self) -> usize {
        1
    }
    fn poll(&self, _: usize) -> BoxFuture<'_, Result<ReplicaPoll, LogError>> {
        async move {
            if *self.0.unreachable.lock() {
                return Err(LogError("unreachable".into()));
            }
            let xmin = if *self.0.behind.lock() { 5 } else { 1_000 };
            Ok(ReplicaPoll { epoch: "model-0".into(), xmin, lag: *self.0.lag.lock() })
        }
        .boxed()
    }
}

struct Shop {
    db: Arc<Database>,
    copies: Arc<Copies>,
    cache: Cache,
    next: u32,
}

impl Shop {
    async fn start() -> Self {
        let copies = Arc::new(Copies::default());
        let db = Arc::new(Database::default());
        let log = Arc::new(Tailed(Arc::clone(&db)));
        let cache = Cache::start(config(), log, Some(Arc::new(Followed(Arc::clone(&copies)))), None);
        let mut shop = Self { db, copies, cache, next: 0 };
        // Requests come, so both are followed.
        shop.read(false).await;
        sleep(Duration::from_millis(50)).await;
        shop
    }

    /// Reads a key that no tier has; who was asked, in this order.
    async fn read(&mut self, replica_fails: bool) -> Vec<Route> {
        self.next += 1;
        let asked = Mutex::new(Vec::new());
        let load = |keys: Vec<u32>, route| {
            asked.lock().push(route);
            async move {
                if replica_fails && route != Route::Primary {
                    return Err("broken".to_owned());
                }
                Ok(keys.into_iter().map(|key| (key, 1)).collect::<HashMap<u32, u64>>())
            }
        };
        let (got, _) = self.cache.view(None, Use::ReadWrite).get_many(&Numbers, vec![self.next], load).await;
        assert_eq!(got.unwrap().len(), 1, "somebody answers");
        asked.into_inner()
    }

    /// Reads the last key once more.
    async fn again(&mut self) -> Vec<Route> {
        self.next -= 1;
        self.read(false).await
    }

    /// Follows for so long with requests coming.
    async fn live(&mut self, seconds: u64) {
        for _ in 0..seconds * 2 {
            drop(self.cache.view(None, Use::ReadWrite));
            sleep(Duration::from_millis(500)).await;
        }
    }
}

const REPLICA: Route = Route::Replica(0);

#[tokio::test(start_paused = true)]
async fn one_that_fails_five_times_is_left_alone_for_ten_seconds_and_then_for_twenty() {
    let mut shop = Shop::start().await;
    assert_eq!(shop.read(false).await, [REPLICA]);
    for times in 1..3 {
        for _ in 0..5 {
            assert_eq!(shop.read(true).await, [REPLICA, Route::Primary]);
        }
        assert_eq!(shop.read(true).await, [Route::Primary]);
        // No poll at the end of it: one that finds it well and free would forget how often it was left alone.
        sleep(Duration::from_millis(times * 10_000 - 1)).await;
        assert_eq!(shop.read(true).await, [Route::Primary]);
        sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(shop.read(false).await, [REPLICA]);
}

#[tokio::test(start_paused = true)]
async fn four_failures_and_a_success_are_no_reason() {
    let mut shop = Shop::start().await;
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(shop.read(true).await, [REPLICA, Route::Primary]);
        }
        assert_eq!(shop.read(false).await, [REPLICA]);
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_lags_is_left_alone_until_it_has_caught_up_and_its_time_is_over() {
    let mut shop = Shop::start().await;
    *shop.copies.lag.lock() = Duration::from_secs(6);
    shop.live(1).await;
    assert_eq!(shop.read(false).await, [Route::Primary]);
    *shop.copies.lag.lock() = Duration::ZERO;
    shop.live(8).await;
    assert_eq!(shop.read(false).await, [Route::Primary], "ten seconds are not over");
    shop.live(2).await;
    assert_eq!(shop.read(false).await, [REPLICA]);
}

#[tokio::test(start_paused = true)]
async fn one_that_cannot_be_followed_is_left_alone() {
    let mut shop = Shop::start().await;
    *shop.copies.unreachable.lock() = true;
    shop.live(1).await;
    assert_eq!(shop.read(false).await, [Route::Primary]);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_further_than_the_log_answers_as_of_the_log() {
    let mut shop = Shop::start().await;
    assert_eq!(shop.read(false).await, [REPLICA]);
    assert_eq!(shop.again().await, [], "kept");
    // The replica may have had it. What was looked up beside that load is as old as the log was.
    shop.db.write(shop.next, Some(2));
    shop.live(1).await;
    assert_eq!(shop.again().await, [REPLICA]);
}

/// What only a value tells of its tags.
struct Named;

impl Cached for Named {
    const NAME: &'static str = "named";
    const POLICY: Policy = Policy::public(60);
    const SHAPE: &'static str = "1";
    type Key = u32;
    type Value = u64;

    fn write_key(&self, key: &u32, out: &mut String) {
        out.push_str(&key.to_string());
    }

    fn key_tags(&self, _: &u32, _: &mut Vec<Tag>) {}

    fn value_tags(&self, key: &u32, _: &u64, out: &mut Vec<Tag>) {
        out.push(Tag((*key).into()));
    }

    fn weight(_: &u64) -> usize {
        0
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_stays_of_what_one_answered_too_old() {
    let mut shop = Shop::start().await;
    *shop.copies.behind.lock() = true;
    // Transaction 10 deletes 7, which the replica still has.
    shop.db.write(7, None);
    shop.live(1).await;
    let asked = Mutex::new(Vec::new());
    let load = |keys: Vec<u32>, route| {
        asked.lock().push((route, keys.clone()));
        async move {
            let has = |key: &u32| *key == 8 || route == REPLICA;
            Ok::<_, String>(keys.into_iter().filter(has).map(|key| (key, 1)).collect::<HashMap<u32, u64>>())
        }
    };
    let (got, found) = shop.cache.view(None, Use::ReadWrite).get_many(&Named, vec![7, 8], load).await;
    assert_eq!(got.unwrap(), HashMap::from([(8, 1)]));
    assert_eq!(found.missed, 2);
    assert_eq!(asked.into_inner(), [(REPLICA, vec![7, 8]), (Route::Primary, vec![7])]);
}
