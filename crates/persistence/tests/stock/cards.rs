//! What cards say about stock, and when it is written.
use crate::{
    market::{buy, clear, commit, held, hold, is_exact, line, release, set, stocked, texts, with_shop},
    world::{self, World, adjusted, product_id, variant_id, warehouse_id},
};
use tradewind_domain::stock::StockPolicy::{Backorder, Deny};
use tradewind_persistence::{
    DbConfig,
    cache_log::{CacheLog, tag},
    write::{self, HoldEnd},
};

/// In each channel: 3 in stock, 2 low, 1 backorder, 0 none.
async fn cards(world: &World) -> Vec<String> {
    texts(world, "SELECT CAST(availability AS text) AS line FROM listings ORDER BY channel_id").await
}

/// Whether the product's card was logged as changed since the last look.
struct Watch {
    log: CacheLog,
    seen: u64,
}

impl Watch {
    async fn new(world: &World) -> Self {
        let log = CacheLog::open(&DbConfig::new(world.test_db.url())).unwrap();
        let seen = log.poll(None).await.unwrap().xmin;
        Self { log, seen }
    }

    async fn is_written(&mut self) -> bool {
        let poll = self.log.poll(Some(self.seen)).await.unwrap();
        self.seen = poll.xmin;
        poll.changes.iter().any(|(_, changed)| *changed == tag(&["product:", &product_id(0).to_string()]))
    }
}

#[tokio::test]
async fn a_sale_writes_the_card_only_where_it_says_something_else() {
    for world in world::each().await {
        // Warehouse 1 serves both channels, warehouse 0 only the first.
        stocked(&world, Deny, &[&[1, 8]]).await;
        let mut watch = Watch::new(&world).await;
        assert_eq!(cards(&world).await, ["3", "3"], "{}", world.backend());
        // 9 and 8 units in the channels, then 7 and 6, then 5 and 4, then none in the second.
        let steps = [(2, ["3", "3"], false), (2, ["2", "2"], true), (4, ["2", "0"], true), (1, ["0", "0"], true)];
        for (number, (quantity, expected, is_written)) in (1..).zip(steps) {
            held(&world.db, hold(number), &[line(1, quantity)]).await;
            assert_eq!(
                (cards(&world).await, watch.is_written().await),
                (expected.map(str::to_owned).into(), is_written)
            );
        }
        // A sale changes nothing about what can be promised.
        assert_eq!(commit(&world.db, 1).await.value, HoldEnd::Done);
        assert!(!watch.is_written().await);
        assert_eq!(release(&world.db, 4).await.value, HoldEnd::Done);
        assert_eq!((cards(&world).await, watch.is_written().await), (vec!["2".into(), "0".into()], true));
        let units = [(variant_id(0, 1), warehouse_id(1), 9)];
        with_shop(&world.db, async |tx, shop| write::add_stock(tx, shop, &units, &adjusted()).await.unwrap()).await;
        assert_eq!((cards(&world).await, watch.is_written().await), (vec!["3".into(), "3".into()], true));
        is_exact(&world).await;
    }
}

#[tokio::test]
async fn a_variant_may_have_a_threshold_of_its_own() {
    for world in world::each().await {
        stocked(&world, Deny, &[&[0, 20]]).await;
        let threshold = async |threshold| {
            let tx = world.db.begin_write().await.unwrap();
            write::set_low_stock_thresholds(&tx, &[(variant_id(0, 1), threshold)]).await.unwrap();
            tx.commit().await.unwrap();
        };
        threshold(Some(20)).await;
        assert_eq!(cards(&world).await, ["2", "2"], "{}", world.backend());
        // It survives a rewrite, also of the levels.
        let mut product = world.one(0).await;
        product.variants[0].stock.clear();
        world.save(&[product.clone()]).await;
        product.variants[0].stock = world::plain_variant(0, 2).stock;
        world.save(&[product]).await;
        assert_eq!(cards(&world).await, ["2", "2"]);
        threshold(Some(18)).await;
        assert_eq!(cards(&world).await, ["3", "3"]);
        held(&world.db, hold(1), &[line(1, 2)]).await;
        assert_eq!(cards(&world).await, ["2", "2"]);
        threshold(None).await;
        assert_eq!(cards(&world).await, ["3", "3"]);
        is_exact(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_units_of_two_variants_at_once_empty_the_card() {
    for world in world::each().await {
        for round in 0..10 {
            stocked(&world, Deny, &[&[0, 1], &[0, 1], &[1, 0]]).await;
            let tasks: Vec<_> = (1..=3)
                .map(|variant| {
                    let db = world.db.clone();
                    tokio::spawn(async move { buy(&db, hold(round * 10 + variant), &[line(variant, 1)]).await })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
            assert_eq!(cards(&world).await, ["0", "0"], "{}", world.backend());
            clear(&world).await;
        }
    }
}

#[tokio::test]
async fn what_can_be_backordered_says_so() {
    for world in world::each().await {
        stocked(&world, Backorder, &[&[0, 1]]).await;
        held(&world.db, hold(1), &[line(1, 3)]).await;
        assert_eq!(cards(&world).await, ["1", "1"], "{}", world.backend());
        set(&world.db, &[(1, 1, 4)]).await;
        assert_eq!(cards(&world).await, ["2", "2"]);
    }
}

#[tokio::test]
async fn a_rewrite_cannot_undo_a_sale() {
    for world in world::each().await {
        stocked(&world, Deny, &[&[0, 10]]).await;
        let slug = [world::slug(0)];
        let tx = world.db.begin_write().await.unwrap();
        let mut products = write::products_by_slugs(&tx, &slug).await.unwrap();
        let sale = tokio::spawn({
            let db = world.db.clone();
            async move {
                held(&db, hold(1), &[line(1, 4)]).await;
                commit(&db, 1).await.value
            }
        });
        tokio::task::yield_now().await;
        products[0].title = "Edited meanwhile".into();
        write::save_products(&tx, &write::Shop::load(&tx).await.unwrap(), &products).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(sale.await.unwrap(), HoldEnd::Done);
        assert_eq!(crate::market::levels(&world).await, ["0/0", "6/0"], "{}", world.backend());
        assert_eq!(cards(&world).await, ["3", "3"]);
        is_exact(&world).await;
    }
}
