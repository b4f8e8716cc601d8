//! Who is told which products changed.
use crate::world::{
    self, World, adjusted, collection_id, customer_id, plain, product_id, review_id, variant_id, warehouse_id,
};
use tradewind_domain::review::Review;
use tradewind_persistence::{
    Db, DbConfig,
    changes::{ChangeReader, Wanted, follow},
    write::{self, Shop, WriteTx},
};
use tradewind_testkit::Backend;
use uuid::Uuid;

async fn told(reader: &mut ChangeReader, count: usize) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(reader.next().await.unwrap());
    }
    ids
}

/// Everything that readers of a product can see is told.
async fn touch(world: &World, tx: &WriteTx, shop: &Shop, number: u32, how: &str) {
    let id = product_id(number);
    match how {
        "save" => write::save_products(tx, shop, &[plain(number)]).await.unwrap(),
        "stock" => {
            write::set_stock(tx, shop, &[(variant_id(number, 1), warehouse_id(1), 7)], &adjusted()).await.unwrap()
        }
        "review" => {
            let (id, product_id, customer_id) = (review_id(number), id, customer_id(0));
            let (rating, title, body) = (4, String::new(), String::new());
            let created_at = world::now();
            let review =
                Review { id, product_id, customer_id, rating, title, body, verified_purchase: false, created_at };
            write::save_reviews(tx, &[review]).await.unwrap();
        }
        "collection" => write::set_collection_products(tx, collection_id(1), &[id]).await.unwrap(),
        "delete" => write::delete_products(tx, &[id]).await.unwrap(),
        other => panic!("{}: {other}", world.backend()),
    }
}

#[tokio::test]
async fn each_write_is_told_once_it_is_committed() {
    for world in world::each().await {
        world.save(&[plain(0), plain(1), plain(2)]).await;
        let mut all = world.db.product_changes().subscribe(Wanted::All);
        let mut one = world.db.product_changes().subscribe(Wanted::Only(vec![product_id(1), product_id(9)]));
        for how in ["save", "stock", "review", "collection", "delete"] {
            // Undone: nobody hears of it.
            let tx = world.db.begin_write().await.unwrap();
            let shop = Shop::load(&tx).await.unwrap();
            touch(&world, &tx, &shop, 2, how).await;
            drop(tx);
            let tx = world.db.begin_write().await.unwrap();
            touch(&world, &tx, &shop, 0, how).await;
            touch(&world, &tx, &shop, 1, how).await;
            tx.commit().await.unwrap();
            // The collection had the first product for a moment: both changed.
            assert_eq!(told(&mut all, 2).await, [product_id(0), product_id(1)], "{how} on {}", world.backend());
            assert_eq!(told(&mut one, 1).await, [product_id(1)], "{how} on {}", world.backend());
        }
    }
}

#[tokio::test]
async fn another_process_is_heard_on_postgresql() {
    for world in world::each().await {
        let here = Db::connect(&DbConfig::new(world.test_db.url())).await.unwrap();
        let following = tokio::spawn({
            let here = here.clone();
            async move { follow(&here).await }
        });
        if world.backend() == Backend::Sqlite {
            following.await.unwrap();
            assert!(!here.product_changes().is_followed());
            continue;
        }
        here.product_changes().followed().await;
        let mut reader = here.product_changes().subscribe(Wanted::All);
        let many: Vec<_> = (0..600).map(plain).collect();
        world.save(&many).await;
        let expected: Vec<Uuid> = (0..600).map(product_id).collect();
        assert_eq!(told(&mut reader, 600).await, expected);
        // Our own transactions are told once, and only by the database.
        for number in [3, 4] {
            let tx = here.begin_write().await.unwrap();
            let shop = Shop::load(&tx).await.unwrap();
            write::save_products(&tx, &shop, &[plain(number)]).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(told(&mut reader, 2).await, [product_id(3), product_id(4)]);
        // A lost connection may have cost a change: the reader is told so, and a new one goes on.
        world
            .test_db
            .sabotage("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%' AND datname = current_database()")
            .await;
        assert!(reader.next().await.is_err());
        here.product_changes().followed().await;
        let mut reader = here.product_changes().subscribe(Wanted::All);
        world.save(&[plain(7)]).await;
        assert_eq!(told(&mut reader, 1).await, [product_id(7)]);
        following.abort();
    }
}
