//! An instance that starts while the database is gone.
use crate::support::{Database, Numbers, Tailed, config, get};
use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::time::sleep;
use tradewind_cache::{Cache, CacheError, Cached, LeaseState, Lookup, Policy, Tag, Use};
use tradewind_kv::{Kv, Memory};

/// Numbers that a shop would rather show unproved than not at all.
struct Anyway;

impl Cached for Anyway {
    const NAME: &'static str = "anyway";
    const POLICY: Policy = Numbers::POLICY.unverified_start();
    const SHAPE: &'static str = "1";
    type Key = u32;
    type Value = u64;

    fn write_key(&self, key: &u32, out: &mut String) {
        Numbers.write_key(key, out);
    }
    fn key_tags(&self, key: &u32, out: &mut Vec<Tag>) {
        Numbers.key_tags(key, out);
    }
    fn value_tags(&self, _: &u32, _: &u64, _: &mut Vec<Tag>) {}
    fn weight(_: &u64) -> usize {
        0
    }
}

/// Reads key 1 and says whether an answer made of it might be kept; the load brings 10.
async fn anyway(cache: &Cache) -> (Result<HashMap<u32, u64>, CacheError<String>>, Lookup, bool) {
    let view = cache.view(None, Use::ReadWrite);
    let load = |_: Vec<u32>, _| async { Ok(HashMap::from([(1, 10)])) };
    let (got, found) = view.get_many(&Anyway, vec![1], load).await;
    (got, found, view.summary().stamp(0).is_some())
}

fn instance(down: bool, kv: Option<&Arc<Memory>>) -> Cache {
    let db = Arc::new(Database::default());
    db.down.store(down, Ordering::SeqCst);
    Cache::start(config(), Arc::new(Tailed(db)), None, kv.map(|kv| Arc::clone(kv) as Arc<dyn Kv>))
}

#[tokio::test(start_paused = true)]
async fn nothing_can_be_judged_and_so_nothing_is_served() {
    let kv = Arc::new(Memory::new(1 << 20));
    let db = Arc::new(Database::default());
    db.write(1, Some(10));
    let running = Cache::start(config(), Arc::new(Tailed(Arc::clone(&db))), None, Some(Arc::clone(&kv) as Arc<dyn Kv>));
    get(&running.view(None, Use::ReadWrite), &db, &[1]).await.0.unwrap();
    sleep(Duration::from_millis(5)).await;

    let cold = instance(true, Some(&kv));
    let (got, found) = get(&cold.view(None, Use::ReadWrite), &db, &[1]).await;
    assert!(matches!(got, Err(CacheError::Unverified(failing)) if failing.age.is_none()));
    assert_eq!((found.unverified, db.loads()), (0, 1), "the second tier has it, but nobody can judge it");
    assert!(matches!(cold.lease(), LeaseState::Failing(_)));
}

#[tokio::test(start_paused = true)]
async fn a_type_that_may_start_unverified_is_loaded_marked_and_not_kept() {
    let cold = instance(true, None);
    for _ in 0..2 {
        let (got, found, kept) = anyway(&cold).await;
        assert_eq!((got.unwrap()[&1], found.unverified, found.l1, kept), (10, 1, 0, false));
    }
    assert_eq!(cold.l1_size().0, 0);
}

#[tokio::test(start_paused = true)]
async fn it_is_found_in_the_second_tier_by_the_remembered_history() {
    let kv = Arc::new(Memory::new(1 << 20));
    let (got, found, kept) = anyway(&instance(false, Some(&kv))).await;
    assert_eq!((got.unwrap()[&1], found.missed, kept), (10, 1, true));
    sleep(Duration::from_millis(5)).await;

    let cold = instance(true, Some(&kv));
    let (got, found, kept) = anyway(&cold).await;
    assert_eq!((got.unwrap()[&1], found.l2, found.unverified, kept), (10, 1, 1, false));
}
