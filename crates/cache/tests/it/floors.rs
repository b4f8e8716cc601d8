//! Where more tags are touched than may be remembered, what was read before is dropped, and nothing else.
use crate::support::{Database, Tailed, config, get};
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;
use tradewind_cache::{Cache, CacheConfig, Use, Verdict};

#[tokio::test(start_paused = true)]
async fn too_many_tags_cost_a_load_of_all_and_no_stale_read() {
    let db = Arc::new(Database::default());
    db.write(1, Some(10));
    let config = CacheConfig { max_floors: 8, ..config() };
    let cache = Cache::start(config, Arc::new(Tailed(Arc::clone(&db))), None, None);
    let read = async |key| {
        let view = cache.view(None, Use::ReadWrite);
        let (got, found) = get(&view, &db, &[key]).await;
        (got.unwrap().get(&key).copied(), found, view.summary().stamp(0).unwrap())
    };
    read(1).await;
    for key in 100..107 {
        db.write(key, Some(1));
    }
    sleep(Duration::from_millis(100)).await;
    let (_, found, stamp) = read(1).await;
    assert_eq!(found.l1, 1, "eight tags are remembered");

    // The ninth, and one that the reader must see.
    db.write(107, Some(1));
    db.write(1, Some(11));
    sleep(Duration::from_millis(100)).await;
    assert_eq!(cache.judge(&stamp, cache.now()), Verdict::Superseded);
    let (got, found, stamp) = read(1).await;
    assert_eq!((got, found.superseded), (Some(11), 1));

    // From then on it is kept again, and a write is seen again.
    assert_eq!((read(1).await.1.l1, cache.judge(&stamp, cache.now())), (1, Verdict::Usable));
    db.write(1, Some(12));
    sleep(Duration::from_millis(100)).await;
    assert_eq!(read(1).await.0, Some(12));
}
