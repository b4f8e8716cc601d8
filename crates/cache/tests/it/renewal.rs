//! Early renewal (XFetch): what was dear to load is loaded again before it ends. The chance of it is tested in `entry.rs`.
use crate::support::{Database, Numbers, start};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::time::sleep;
use tradewind_cache::{Cache, Use};

const STEP: Duration = Duration::from_millis(100);

struct Read {
    renewed: bool,
    /// When the value ends: microseconds of the cache's clock.
    ends: u64,
}

async fn read(cache: &Cache, db: &Arc<Database>, cost: Duration) -> Read {
    let load = |keys, _| {
        let db = Arc::clone(db);
        async move {
            sleep(cost).await;
            db.read(keys).await
        }
    };
    let view = cache.view(None, Use::ReadWrite);
    let (got, found) = view.get_many(&Numbers, vec![1], load).await;
    assert_eq!(got.unwrap()[&1], 10);
    Read { renewed: found.expired > 0, ends: view.summary().ends }
}

/// Reads ten times a second until the value is loaded again; seconds that it had left then.
async fn left_at_renewal(seed: u64, cost: Duration) -> f64 {
    fastrand::seed(seed);
    let db = Arc::new(Database::default());
    db.write(1, Some(10));
    let cache = start(&db);
    let ends = read(&cache, &db, cost).await.ends;
    loop {
        sleep(STEP).await;
        let now = cache.now();
        if read(&cache, &db, cost).await.renewed {
            assert_eq!(db.loads(), 2);
            return (ends as f64 - now as f64) / 1e6;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_dearer_a_load_the_earlier_it_is_renewed() {
    let cost = Duration::from_secs(4);
    let mut sum = 0.0;
    for seed in 0..40 {
        let left = left_at_renewal(seed, cost).await;
        assert!(left > 0.0, "seed {seed}: it had ended");
        sum += left;
    }
    // 40 reads in the time that a load takes: 4 s * (ln 40 + Euler's constant) is to be expected, +-0.8 s for 40 draws.
    let mean = sum / 40.0;
    assert!((14.7..19.5).contains(&mean), "{mean} s before the end");
    for seed in 0..40 {
        let left = left_at_renewal(seed, Duration::ZERO).await;
        assert!((-0.1..=0.0).contains(&left), "seed {seed}: what costs nothing is used until it ends: {left}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_early_renewal_serves_the_value_and_does_not_call_it_stale() {
    fastrand::seed(1);
    let db = Arc::new(Database::default());
    db.write(1, Some(10));
    let cache = start(&db);
    read(&cache, &db, Duration::from_secs(4)).await;
    let failing = |_, _| async { Err::<HashMap<u32, u64>, _>("no".to_owned()) };
    let mut renewals = 0;
    // It lives for 54 s at least, of which the load took 4.
    for _ in 0..490 {
        sleep(STEP).await;
        let view = cache.view(None, Use::ReadWrite);
        let (got, found) = view.get_many(&Numbers, vec![1], failing).await;
        assert_eq!((got.unwrap()[&1], found.stale), (10, 0));
        assert!(view.summary().stamp(0).is_some());
        renewals += found.expired;
    }
    assert!(renewals > 0, "nobody was chosen");
}
