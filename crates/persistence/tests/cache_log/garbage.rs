//! Old rows go, and the horizon says so.
use crate::{
    log::{Reader, tags},
    world::{self, plain, product_id},
};
use std::time::Duration;
use tradewind_persistence::{
    DbConfig,
    cache_log::{CacheLog, Kind, collect_garbage},
};
use tradewind_testkit::Backend;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn old_rows_go_and_young_ones_stay() {
    for world in world::each().await {
        world.save(&[plain(0)]).await;
        let mut log = Reader::new(&world).await;
        let before = log.last.clone();
        assert_eq!(collect_garbage(&world.db, HOUR).await.unwrap(), 0, "{}", world.backend());
        let old = match world.backend() {
            Backend::Postgres => "UPDATE cache_log SET at = at - interval '2 hours'",
            Backend::Sqlite => "UPDATE cache_log SET at = at - 7200",
        };
        world.test_db.sabotage(old).await;
        world.save(&[plain(1)]).await;
        assert!(collect_garbage(&world.db, HOUR).await.unwrap() > 0, "{}", world.backend());
        assert!(log.tags().await.is_superset(&tags([format!("product:{}", product_id(1))])));
        let after = log.last.clone();
        assert!(after.horizon > before.horizon, "{}: {before:?} {after:?}", world.backend());
        // What was read before the old rows cannot be judged any more; what was read after them can.
        assert!(after.horizon <= before.xmin, "{}: {before:?} {after:?}", world.backend());
        let fresh = CacheLog::open(&DbConfig::new(world.test_db.url())).unwrap().poll(None).await.unwrap();
        assert!(fresh.changes.iter().all(|(xid, _)| *xid >= fresh.horizon), "{}", world.backend());
        assert!(fresh.changes.iter().any(|(_, tag)| tags([format!("product:{}", product_id(1))]).contains(tag)));
        assert!(!fresh.changes.iter().any(|(_, tag)| tags([format!("product:{}", product_id(0))]).contains(tag)));
        assert_eq!(collect_garbage(&world.db, HOUR).await.unwrap(), 0, "{}", world.backend());
    }
}

#[tokio::test]
async fn the_horizon_never_passes_an_open_transaction() {
    for world in world::each().await.into_iter().filter(|world| world.backend() == Backend::Postgres) {
        let open = world.db.begin_write().await.unwrap();
        open.bulk(&[Kind::Customer]).await.unwrap();
        world.save(&[plain(1)]).await;
        world.test_db.sabotage("UPDATE cache_log SET at = at - interval '2 hours'").await;
        collect_garbage(&world.db, HOUR).await.unwrap();
        let log = Reader::new(&world).await;
        assert!(log.last.horizon <= log.last.xmin, "{:?}", log.last);
        open.commit().await.unwrap();
    }
}
