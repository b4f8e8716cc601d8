use crate::support::{Database, Tailed, config, get, start};
use futures_util::future::BoxFuture;
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::time::{advance, sleep};
use tradewind_cache::{Cache, CacheError, LeaseState, Log, LogError, Poll, Use, Verdict};
use tradewind_kv::{Kv, Memory};

fn instance(db: &Arc<Database>, kv: &Arc<Memory>) -> Cache {
    Cache::start(config(), Arc::new(Tailed(Arc::clone(db))), None, Some(Arc::clone(kv) as Arc<dyn Kv>))
}

#[tokio::test(start_paused = true)]
async fn what_one_instance_loaded_another_finds_also_what_is_absent() {
    let db = Arc::new(Database::default());
    db.write(1, Some(10));
    let kv = Arc::new(Memory::new(1 << 20));
    let (a, b) = (instance(&db, &kv), instance(&db, &kv));
    get(&a.view(None, Use::ReadWrite), &db, &[1, 2]).await.0.unwrap();
    sleep(Duration::from_millis(5)).await;
    let (got, found) = get(&b.view(None, Use::ReadWrite), &db, &[1, 2]).await;
    assert_eq!(got.unwrap().get(&1), Some(&10));
    assert_eq!((found.l2, found.negative, found.missed, db.loads()), (2, 1, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn readers_at_once_load_once_on_one_instance_and_on_two() {
    let db = Arc::new(Database::default());
    db.write(1, Some(10));
    let kv = Arc::new(Memory::new(1 << 20));
    let instances = [instance(&db, &kv), instance(&db, &kv)];
    let views: Vec<_> = (0..40).map(|reader| instances[reader % 2].view(None, Use::ReadWrite)).collect();
    let reads = futures_util::future::join_all(views.iter().map(|view| get(view, &db, &[1]))).await;
    assert!(reads.into_iter().all(|(got, _)| got.unwrap()[&1] == 10));
    assert_eq!(db.loads(), 1, "one load in all");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_starter_leaves_nobody_waiting() {
    let db = Arc::new(Database::default());
    db.write(1, Some(10));
    let cache = start(&db);
    let view = cache.view(None, Use::ReadWrite);
    let never = view.get_many(&crate::support::Numbers, vec![1], |_, _| {
        std::future::pending::<Result<std::collections::HashMap<u32, u64>, String>>()
    });
    let starter = tokio::time::timeout(Duration::from_millis(200), never);
    let other = cache.view(None, Use::ReadWrite);
    let joiner = async {
        sleep(Duration::from_millis(50)).await;
        get(&other, &db, &[1]).await
    };
    let (starter, (got, _)) = tokio::join!(starter, joiner);
    assert!(starter.is_err());
    assert_eq!(got.unwrap()[&1], 10);
}

#[tokio::test(start_paused = true)]
async fn without_the_log_values_are_served_unverified_for_a_while_and_then_not() {
    let db = Arc::new(Database::default());
    db.write(1, Some(10));
    let cache = start(&db);
    get(&cache.view(None, Use::ReadWrite), &db, &[1]).await.0.unwrap();
    db.down.store(true, Ordering::SeqCst);
    sleep(Duration::from_millis(100)).await;
    let view = cache.view(None, Use::ReadWrite);
    let (got, found) = get(&view, &db, &[1]).await;
    assert_eq!((got.unwrap()[&1], found.unverified), (10, 1));
    assert!(view.summary().unverified && view.summary().stamp(0).is_none());
    assert!(matches!(cache.lease(), LeaseState::Failing(_)));
    let (got, _) = get(&cache.view(None, Use::ReadWrite), &db, &[7]).await;
    assert!(matches!(got, Err(CacheError::Unverified(_))), "the primary is left alone");
    assert_eq!(db.loads(), 1);
    advance(Duration::from_secs(601)).await;
    let (got, _) = get(&cache.view(None, Use::ReadWrite), &db, &[1]).await;
    assert!(matches!(got, Err(CacheError::Unverified(_))), "beyond staleIfError");
}

#[tokio::test(start_paused = true)]
async fn another_history_of_the_database_starts_anew() {
    let db = Arc::new(Database::default());
    db.write(1, Some(10));
    let kv = Arc::new(Memory::new(1 << 20));
    let cache = instance(&db, &kv);
    let view = cache.view(None, Use::ReadWrite);
    get(&view, &db, &[1]).await.0.unwrap();
    let stamp = view.summary().stamp(cache.now()).unwrap();
    assert_eq!(cache.judge(&stamp, cache.now()), Verdict::Usable);
    db.epoch.store(1, Ordering::SeqCst);
    sleep(Duration::from_millis(100)).await;
    let (got, found) = get(&cache.view(None, Use::ReadWrite), &db, &[1]).await;
    assert_eq!((got.unwrap()[&1], found.missed, db.loads()), (10, 1, 2));
    assert_eq!(cache.judge(&stamp, cache.now()), Verdict::Superseded);
}

/// Reading all of it takes longer than a poll may.
struct Long(Tailed);

impl Log for Long {
    fn poll(&self, since: Option<u64>) -> BoxFuture<'_, Result<Poll, LogError>> {
        Box::pin(async move {
            if since.is_none() {
                sleep(Duration::from_secs(3)).await;
            }
            self.0.poll(since).await
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_log_is_read_at_the_start_and_in_another_history() {
    let db = Arc::new(Database::default());
    db.write(1, Some(10));
    let cache = Cache::start(config(), Arc::new(Long(Tailed(Arc::clone(&db)))), None, None);
    for history in 1..3 {
        sleep(Duration::from_secs(4)).await;
        let view = cache.view(None, Use::ReadWrite);
        assert_eq!(get(&view, &db, &[1]).await.0.unwrap()[&1], 10);
        assert!(view.summary().stamp(cache.now()).is_some(), "verified");
        db.epoch.store(history, Ordering::SeqCst);
        // Somebody must ask, or nobody looks.
        sleep(Duration::from_millis(100)).await;
        get(&cache.view(None, Use::ReadWrite), &db, &[1]).await.0.ok();
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_shop_does_not_poll() {
    let db = Arc::new(Database::default());
    let cache = start(&db);
    get(&cache.view(None, Use::ReadWrite), &db, &[1]).await.0.unwrap();
    sleep(Duration::from_secs(2)).await;
    let polls = db.polls.load(Ordering::SeqCst);
    sleep(Duration::from_secs(3_600)).await;
    assert_eq!(db.polls.load(Ordering::SeqCst), polls);
    get(&cache.view(None, Use::ReadWrite), &db, &[1]).await.0.unwrap();
    assert!(db.polls.load(Ordering::SeqCst) > polls);
}

#[tokio::test(start_paused = true)]
async fn a_failed_refresh_serves_what_was_not_superseded() {
    let db = Arc::new(Database::default());
    db.write(1, Some(10));
    let cache = start(&db);
    get(&cache.view(None, Use::ReadWrite), &db, &[1]).await.0.unwrap();
    sleep(Duration::from_secs(70)).await;
    let view = cache.view(None, Use::ReadWrite);
    let failing = |_, _| async { Err::<std::collections::HashMap<u32, u64>, _>("no".to_owned()) };
    let (got, found) = view.get_many(&crate::support::Numbers, vec![1], failing).await;
    assert_eq!((got.unwrap()[&1], found.stale), (10, 1));
    db.write(1, Some(11));
    sleep(Duration::from_millis(100)).await;
    let view = cache.view(None, Use::ReadWrite);
    let (got, _) = view.get_many(&crate::support::Numbers, vec![1], failing).await;
    assert!(matches!(got, Err(CacheError::Load(_))), "never a superseded value");
}
