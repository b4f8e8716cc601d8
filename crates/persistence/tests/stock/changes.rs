//! Who is told of stock that changed.
use crate::{
    market::{commit, held, hold, later, line, release, set, stocked},
    world::{self, channel_id, now, variant_id},
};
use tradewind_domain::stock::StockPolicy::Deny;
use tradewind_persistence::{
    Db, DbConfig,
    changes::{ChangeReader, Wanted, follow},
    read::{Scope, stock::inventory_by_variants},
    statements::record,
    write::{expire_holds, reserve},
};
use tradewind_testkit::Backend;
use uuid::Uuid;

fn variants(numbers: &[u32]) -> Vec<Uuid> {
    numbers.iter().map(|number| variant_id(0, *number)).collect()
}

/// What a subscriber of the first channel reads after it was told: one statement for all.
async fn figures(db: &Db, reader: &mut ChangeReader) -> Vec<(Uuid, i64)> {
    let changed = reader.next_batch(100).await.unwrap();
    let scope = Scope::new(channel_id(0), now());
    let (rows, statements) = record(false, inventory_by_variants(db, scope, changed)).await;
    assert_eq!(statements.count, 1);
    rows.unwrap().into_iter().map(|row| (row.variant_id, row.available())).collect()
}

fn expected(figures: &[(u32, i64)]) -> Vec<(Uuid, i64)> {
    figures.iter().map(|(number, available)| (variant_id(0, *number), *available)).collect()
}

#[tokio::test]
async fn each_change_is_told_after_the_commit_with_exact_figures() {
    for world in world::each().await {
        let db = &world.db;
        stocked(&world, Deny, &[&[20], &[20], &[20]]).await;
        let mut all = db.stock_changes().subscribe(Wanted::All);
        let mut one = db.stock_changes().subscribe(Wanted::Only(variants(&[2, 9])));
        let mut products = db.product_changes().subscribe(Wanted::All);
        // Undone: nobody hears of it.
        let tx = db.begin_write().await.unwrap();
        reserve(&tx, &hold(9), &[line(3, 1)], now()).await.unwrap();
        tx.roll_back().await.unwrap();
        held(db, hold(1), &[line(2, 1), line(1, 3)]).await;
        assert_eq!(figures(db, &mut all).await, expected(&[(1, 17), (2, 19)]), "{}", world.backend());
        assert_eq!(figures(db, &mut one).await, expected(&[(2, 19)]));
        held(db, hold(2), &[line(2, 4)]).await;
        assert_eq!(commit(db, 1).await.retries, 0);
        release(db, 2).await;
        assert_eq!(figures(db, &mut one).await, expected(&[(2, 19)]), "several changes are told once");
        assert_eq!(figures(db, &mut all).await, expected(&[(1, 17), (2, 19)]));
        held(db, hold(3), &[line(3, 20)]).await;
        expire_holds(db, later(15), 10).await.unwrap();
        set(db, &[(1, 0, 2)]).await;
        assert_eq!(figures(db, &mut all).await, expected(&[(1, 2), (3, 20)]));
        let mut product = world.one(0).await;
        product.variants[1].stock[0].on_hand = 50;
        world.save(&[product]).await;
        assert_eq!(figures(db, &mut all).await, expected(&[(2, 50)]));
        // Cards changed three times: two classes of the third variant did not change what the product says.
        assert_eq!(products.next_batch(100).await.unwrap(), [world::product_id(0)]);
    }
}

#[tokio::test]
async fn batches_are_bounded_and_lose_nothing() {
    for world in world::each().await {
        stocked(&world, Deny, &[&[9], &[9], &[9], &[9], &[9]]).await;
        let mut reader = world.db.stock_changes().subscribe(Wanted::All);
        held(&world.db, hold(1), &[1, 2, 3, 4, 5].map(|number| line(number, 1))).await;
        let mut told = Vec::new();
        for size in [2, 2, 1] {
            let batch = reader.next_batch(2).await.unwrap();
            assert_eq!(batch.len(), size, "{}", world.backend());
            told.extend(batch);
        }
        assert_eq!(told, variants(&[1, 2, 3, 4, 5]));
        let nothing = tokio::time::timeout(std::time::Duration::ZERO, reader.next_batch(2)).await;
        assert!(nothing.is_err());
    }
}

#[tokio::test]
async fn another_process_is_heard_on_postgresql() {
    for world in world::each().await {
        if world.backend() == Backend::Sqlite {
            continue;
        }
        stocked(&world, Deny, &[&[20], &[20]]).await;
        let here = Db::connect(&DbConfig::new(world.test_db.url())).await.unwrap();
        let following = tokio::spawn({
            let here = here.clone();
            async move { follow(&here).await }
        });
        here.stock_changes().followed().await;
        let mut reader = here.stock_changes().subscribe(Wanted::All);
        held(&world.db, hold(1), &[line(1, 3)]).await;
        assert_eq!(figures(&here, &mut reader).await, expected(&[(1, 17)]));
        // Our own are told once, by the database, and products are not mixed up with variants.
        let mut products = here.product_changes().subscribe(Wanted::All);
        set(&here, &[(2, 0, 7)]).await;
        assert_eq!(figures(&here, &mut reader).await, expected(&[(2, 7)]));
        assert_eq!(products.next_batch(9).await.unwrap(), [world::product_id(0)]);
        let listening = "SELECT CAST(count(*) AS text) AS line FROM pg_stat_activity
            WHERE query ILIKE 'LISTEN%' AND datname = current_database()";
        assert_eq!(crate::market::texts(&world, listening).await, ["1"], "one connection for both");
        world
            .test_db
            .sabotage("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%' AND datname = current_database()")
            .await;
        assert!(reader.next_batch(9).await.is_err(), "something may have been missed");
        assert!(products.next().await.is_err());
        here.stock_changes().followed().await;
        let mut reader = here.stock_changes().subscribe(Wanted::All);
        release(&world.db, 1).await;
        assert_eq!(figures(&here, &mut reader).await, expected(&[(1, 20)]));
        following.abort();
    }
}
