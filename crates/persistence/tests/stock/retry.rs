//! Transactions that meet begin again, and only those.
use crate::{
    market::{levels, stocked},
    world::{self, adjusted, plain, variant_id, warehouse_id},
};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::SeqCst},
};
use tokio::sync::Barrier;
use tradewind_domain::stock::StockPolicy::Deny;
use tradewind_persistence::{
    Db, DbError,
    write::{Done, End, Shop, set_stock, transact},
};
use tradewind_testkit::Backend;

/// Sets the stock of two products one after the other, in this order; at first it waits between them for the other.
async fn set_both(db: Db, order: [u32; 2], units: i64, meeting: Arc<Barrier>) -> Done<()> {
    let attempts = AtomicU32::new(0);
    let (attempts, meeting) = (&attempts, &meeting);
    let done = transact(&db, |tx| async move {
        let shop = Shop::load(&tx).await?;
        for (step, product) in order.into_iter().enumerate() {
            if step == 1 && attempts.fetch_add(1, SeqCst) == 0 {
                meeting.wait().await;
            }
            set_stock(&tx, &shop, &[(variant_id(product, 1), warehouse_id(1), units)], &adjusted()).await?;
        }
        Ok(End::Commit(tx, ()))
    });
    done.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_in_a_deadlock_one_begins_again() {
    for world in world::each().await {
        if world.backend() == Backend::Sqlite {
            // One writer at a time: they cannot meet.
            continue;
        }
        world.save(&[plain(0), plain(1)]).await;
        let meeting = Arc::new(Barrier::new(2));
        let one = tokio::spawn(set_both(world.db.clone(), [0, 1], 5, Arc::clone(&meeting)));
        let other = tokio::spawn(set_both(world.db.clone(), [1, 0], 6, meeting));
        let retries = one.await.unwrap().retries + other.await.unwrap().retries;
        assert_eq!(retries, 1);
        let levels = levels(&world).await;
        assert_eq!(levels[0], levels[2], "one after the other, each whole: {levels:?}");
    }
}

#[tokio::test]
async fn a_conflict_that_lasts_ends_and_others_are_not_repeated() {
    for world in world::each().await {
        let attempts = AtomicU32::new(0);
        let outcome = transact(&world.db, |_| async {
            attempts.fetch_add(1, SeqCst);
            Err::<End<()>, _>(DbError::Conflict(Arc::new(std::fmt::Error)))
        });
        assert!(matches!(outcome.await, Err(DbError::Unavailable(_))), "{}", world.backend());
        assert_eq!(attempts.swap(0, SeqCst), 4);
        let outcome = transact(&world.db, |_| async {
            attempts.fetch_add(1, SeqCst);
            Err::<End<()>, _>(DbError::Setup("wrong".into()))
        });
        assert!(matches!(outcome.await, Err(DbError::Setup(_))));
        assert_eq!(attempts.load(SeqCst), 1);
    }
}

#[tokio::test]
async fn what_is_rolled_back_leaves_nothing() {
    for world in world::each().await {
        stocked(&world, Deny, &[&[5]]).await;
        let done = transact(&world.db, |tx| async move {
            let shop = Shop::load(&tx).await?;
            set_stock(&tx, &shop, &[(variant_id(0, 1), warehouse_id(0), 9)], &adjusted()).await?;
            Ok(End::RollBack(tx, "never mind"))
        });
        assert_eq!(done.await.unwrap(), Done { value: "never mind", retries: 0 });
        assert_eq!(levels(&world).await, ["5/0"], "{}", world.backend());
    }
}
