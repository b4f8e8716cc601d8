//! What a tier answered is compared with the database: a write that left nothing in the log is found, others are not blamed.
use crate::support::{Database, Numbers, Tailed, config};
use futures_util::FutureExt;
use prometheus_client::{encoding::text::encode, registry::Registry};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Semaphore, time::sleep};
use tradewind_cache::{Cache, CacheConfig, CacheMetrics, Cached, Lookup, Policy, Reread, Tag, Use};
use tradewind_kv::{Kv, Memory};

/// Numbers that may be read again, each time with a permit.
struct Checked {
    db: Arc<Database>,
    permits: Arc<Semaphore>,
    reread: Arc<AtomicUsize>,
}

impl Cached for Checked {
    const NAME: &'static str = "checked";
    const POLICY: Policy = Numbers::POLICY;
    const SHAPE: &'static str = Numbers::SHAPE;
    type Key = u32;
    type Value = u64;

    fn write_key(&self, key: &u32, out: &mut String) {
        Numbers.write_key(key, out);
    }

    fn key_tags(&self, key: &u32, out: &mut Vec<Tag>) {
        Numbers.key_tags(key, out);
    }

    fn value_tags(&self, _: &u32, _: &u64, _: &mut Vec<Tag>) {}

    fn weight(value: &u64) -> usize {
        Numbers::weight(value)
    }

    fn reread(&self, key: &u32) -> Option<Reread<u64>> {
        let (db, permits, reread, key) =
            (Arc::clone(&self.db), Arc::clone(&self.permits), Arc::clone(&self.reread), *key);
        Some(
            async move {
                reread.fetch_add(1, Ordering::SeqCst);
                permits.acquire().await?.forget();
                Ok(db.read(vec![key]).await?.remove(&key))
            }
            .boxed(),
        )
    }
}

struct World {
    db: Arc<Database>,
    kv: Arc<Memory>,
    registry: Registry,
    cache: Cache,
    checked: Checked,
}

impl World {
    fn new(share: f64) -> Self {
        let (db, kv) = (Arc::new(Database::default()), Arc::new(Memory::new(1 << 20)));
        let mut registry = Registry::default();
        let metrics = CacheMetrics::register(&mut registry);
        let config = CacheConfig { sample: share, metrics, ..config() };
        let cache = Cache::start(config, Arc::new(Tailed(Arc::clone(&db))), None, Some(Arc::clone(&kv) as Arc<dyn Kv>));
        let permits = Arc::new(Semaphore::new(100));
        let checked = Checked { db: Arc::clone(&db), permits, reread: Arc::default() };
        Self { db, kv, registry, cache, checked }
    }

    /// What a request gets, after all that it left in the background.
    async fn read(&self, key: u32) -> (Option<u64>, Lookup) {
        let got = self.read_at_once(key).await;
        sleep(Duration::from_millis(50)).await;
        got
    }

    async fn read_at_once(&self, key: u32) -> (Option<u64>, Lookup) {
        let view = self.cache.view(None, Use::ReadWrite);
        let load = |keys, _| {
            let db = Arc::clone(&self.db);
            async move { db.read(keys).await }
        };
        let (got, found) = view.get_many(&self.checked, vec![key], load).await;
        (got.unwrap().remove(&key), found)
    }

    fn reread(&self) -> usize {
        self.checked.reread.load(Ordering::SeqCst)
    }

    fn metric(&self, line: &str) -> u64 {
        let mut text = String::new();
        encode(&mut text, &self.registry).unwrap();
        let found = text.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
        found.map_or(0, |count| count.parse().unwrap())
    }

    fn checked(&self) -> u64 {
        self.metric(r#"cache_sampler_checked_total{type="checked"}"#)
    }

    fn mismatches(&self) -> [u64; 3] {
        ["escaped", "superseded", "unjudged"]
            .map(|why| self.metric(&format!("cache_sampler_mismatch_total{{why=\"{why}\"}}")))
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_the_same_is_checked_and_that_is_all() {
    let world = World::new(1.0);
    world.db.write(1, Some(10));
    assert_eq!(world.read(1).await.0, Some(10));
    assert_eq!((world.reread(), world.checked()), (0, 0), "what was loaded just now is not compared");
    assert_eq!((world.read(1).await.0, world.read(2).await.0, world.read(2).await.0), (Some(10), None, None));
    assert_eq!((world.reread(), world.checked(), world.mismatches()), (2, 2, [0, 0, 0]));
}

#[tokio::test(start_paused = true)]
async fn a_write_that_escaped_is_found_and_dropped_from_both_tiers() {
    for absent in [false, true] {
        let world = World::new(1.0);
        if !absent {
            world.db.write(1, Some(10));
        }
        world.read(1).await;
        world.db.write_unlogged(1, 11);
        assert_eq!(world.read(1).await.0, (!absent).then_some(10), "nobody can know it yet");
        assert_eq!(world.mismatches(), [1, 0, 0]);
        let (got, found) = world.read(1).await;
        assert_eq!((got, found.l1, found.l2, found.missed), (Some(11), 0, 0, 1), "absent: {absent}");
        world.read(1).await;
        assert_eq!((world.checked(), world.mismatches()), (2, [1, 0, 0]));
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_second_tier_answers_is_compared_too() {
    let world = World::new(1.0);
    world.db.write(1, Some(10));
    world.read(1).await;
    world.db.write_unlogged(1, 11);
    let other = Cache::start(
        CacheConfig { sample: 1.0, metrics: CacheMetrics::default(), ..config() },
        Arc::new(Tailed(Arc::clone(&world.db))),
        None,
        Some(Arc::clone(&world.kv) as Arc<dyn Kv>),
    );
    let other = World { cache: other, registry: Registry::default(), ..world };
    let (got, found) = other.read(1).await;
    assert_eq!((got, found.l2, other.reread()), (Some(10), 1, 1));
    assert_eq!(other.read(1).await.0, Some(11));
}

#[tokio::test(start_paused = true)]
async fn a_write_between_the_answer_and_the_look_is_nobodys_fault() {
    let world = World::new(1.0);
    world.db.write(1, Some(10));
    world.read(1).await;
    world.checked.permits.forget_permits(100);
    world.read(1).await;
    world.db.write(1, Some(11));
    world.checked.permits.add_permits(1);
    sleep(Duration::from_millis(50)).await;
    assert_eq!((world.checked(), world.mismatches()), (1, [0, 1, 0]));
    assert_eq!(world.read(1).await.0, Some(11));
}

#[tokio::test(start_paused = true)]
async fn where_the_log_cannot_be_read_nobody_is_blamed() {
    let world = World::new(1.0);
    world.db.write(1, Some(10));
    world.read(1).await;
    world.checked.permits.forget_permits(100);
    world.read(1).await;
    world.db.write_unlogged(1, 11);
    world.db.log_down.store(true, Ordering::SeqCst);
    world.checked.permits.add_permits(1);
    sleep(Duration::from_secs(1)).await;
    assert_eq!((world.checked(), world.mismatches()), (1, [0, 0, 1]));
    // What is served without proof is not compared.
    let (_, found) = world.read(1).await;
    assert_eq!((found.unverified, world.reread()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn one_at_a_time_and_nobody_waits() {
    let world = World::new(1.0);
    world.db.write(1, Some(10));
    world.read(1).await;
    world.checked.permits.forget_permits(100);
    for _ in 0..20 {
        let answered = world.read_at_once(1).await;
        assert_eq!((answered.0, answered.1.l1), (Some(10), 1));
        tokio::task::yield_now().await;
    }
    assert_eq!((world.reread(), world.checked()), (1, 0));
    world.checked.permits.add_permits(2);
    sleep(Duration::from_millis(1)).await;
    world.read(1).await;
    assert_eq!((world.reread(), world.checked()), (2, 2), "the turn was given back");
}

#[tokio::test(start_paused = true)]
async fn a_read_that_fails_or_hangs_gives_its_turn_back() {
    let world = World::new(1.0);
    world.db.write(1, Some(10));
    world.read(1).await;
    world.db.reads_down.store(true, Ordering::SeqCst);
    world.read(1).await;
    assert_eq!((world.reread(), world.checked()), (1, 0));
    world.db.reads_down.store(false, Ordering::SeqCst);
    world.checked.permits.forget_permits(100);
    world.read(1).await;
    sleep(Duration::from_secs(20)).await;
    world.checked.permits.add_permits(1);
    world.read(1).await;
    assert_eq!((world.reread(), world.checked(), world.mismatches()), (3, 1, [0, 0, 0]));
}

#[tokio::test(start_paused = true)]
async fn it_is_off_by_default() {
    let world = World::new(CacheConfig::default().sample);
    world.db.write(1, Some(10));
    for _ in 0..100 {
        world.read_at_once(1).await;
    }
    assert_eq!(world.reread(), 0);
}
