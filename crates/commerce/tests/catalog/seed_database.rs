//! The generator on both databases.
use chrono::{DateTime, TimeDelta, Utc};
use tradewind_commerce::{
    demo::Market,
    seed::{self, Catalog, SeedError, SeedOptions, SeedReport, end_of_history},
};
use tradewind_domain::{category::Category, channel::Channel, currency::Currency, product::Product};
use tradewind_persistence::{
    Db, DbConfig,
    read::collection::{collection_count, collections_by_products},
    write::{Shop, WriteTx, products_after, save_categories, save_channels},
};
use tradewind_testkit::TestDb;
use uuid::Uuid;

pub(crate) async fn open(test: &TestDb) -> Db {
    Db::connect(&DbConfig::new(test.url())).await.unwrap()
}

pub(crate) async fn all_products(db: &Db) -> Vec<Product> {
    let mut all: Vec<Product> = Vec::new();
    loop {
        let page = products_after(db, all.last().map(|product| product.id), 500).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

fn now() -> DateTime<Utc> {
    end_of_history() + TimeDelta::days(1)
}

async fn run(db: &Db, products: u32, seed: u64) -> SeedReport {
    seed::run(db, &SeedOptions { products, seed, now: now() }, &mut |_| {}).await.unwrap()
}

#[tokio::test]
async fn what_is_generated_is_what_is_stored_also_the_second_time() {
    for test in TestDb::each().await {
        let db = open(&test).await;
        let first = run(&db, 600, 42).await;
        let catalog = Catalog::new(&Shop::default(), 600, 42);
        let made: Vec<Product> = (0..600).map(|index| catalog.product(index).product).collect();
        let stored = all_products(&db).await;
        assert!(stored == made, "{}", test.backend());

        let shop = Shop::load(&db).await.unwrap();
        assert_eq!(shop.categories.iter().count(), 200);
        assert_eq!(shop.channels, Market::of(&shop).channels());
        assert_eq!(collection_count(&db).await.unwrap(), 30);
        let members = collections_by_products(&db, made.iter().map(|product| product.id).collect()).await.unwrap();
        assert!(members.values().flatten().any(|collection| collection.slug == "everything-linen"));
        assert!(members.values().flatten().any(|collection| collection.slug == "made-to-last"));

        assert_eq!(run(&db, 600, 42).await, first);
        assert!(all_products(&db).await == stored, "{}", test.backend());
        assert_eq!(Shop::load(&db).await.unwrap().channels, shop.channels);
    }
}

#[tokio::test]
async fn another_seed_is_added_beside_the_first() {
    for test in TestDb::each().await {
        let db = open(&test).await;
        run(&db, 1, 1).await;
        run(&db, 3, 2).await;
        assert_eq!(all_products(&db).await.len(), 4, "{}", test.backend());
        assert_eq!(Shop::load(&db).await.unwrap().categories.iter().count(), 200);
    }
}

#[tokio::test]
async fn what_the_shop_has_is_used() {
    let yen = Channel {
        id: Uuid::from_u128(1),
        code: "japan".to_owned(),
        name: "Japan".to_owned(),
        currency: Currency::parse("JPY").unwrap(),
        default_locale: "ja-JP".to_owned(),
        tax_inclusive: true,
        is_default: true,
        warehouse_ids: Vec::new(),
    };
    let category = |id, parent_id, slug: &str, name: &str| Category {
        id: Uuid::from_u128(id),
        parent_id,
        slug: slug.to_owned(),
        name: name.to_owned(),
        position: 0,
    };
    let own = [category(2, None, "wear", "Clothing"), category(3, None, "shirts", "Uniforms")];
    for test in TestDb::each().await {
        let db = open(&test).await;
        let tx = WriteTx::begin(&db).await.unwrap();
        save_channels(&tx, std::slice::from_ref(&yen), now()).await.unwrap();
        save_categories(&tx, &own, now()).await.unwrap();
        tx.commit().await.unwrap();
        for _ in 0..2 {
            run(&db, 20, 7).await;
            let shop = Shop::load(&db).await.unwrap();
            let codes: Vec<&str> = shop.channels.iter().map(|channel| channel.code.as_str()).collect();
            assert_eq!(codes, ["japan", "eu"]);
            assert_eq!(shop.channels[0].warehouse_ids.len(), 2);
            // 200, of which `Clothing` is the shop's own, and `Uniforms`, whose slug `shirts` stays its own.
            assert_eq!(shop.categories.iter().count(), 201);
            assert!(shop.categories.has_slug("wear") && shop.categories.has_slug("tops-shirts"));
        }
    }
}

#[tokio::test]
async fn bad_options_are_refused_with_the_way_out() {
    let test = TestDb::sqlite().await;
    let db = open(&test).await;
    let try_run = async |products, now| seed::run(&db, &SeedOptions { products, seed: 1, now }, &mut |_| {}).await;
    let error = try_run(0, now()).await.unwrap_err();
    assert_eq!(error.to_string(), "--products 0 is out of range: give a number from 1 to 10000000");
    assert!(matches!(try_run(1, DateTime::UNIX_EPOCH).await, Err(SeedError::Clock(_))));
    assert!(all_products(&db).await.is_empty());
}

#[tokio::test]
async fn progress_reaches_the_end_of_each_step() {
    let test = TestDb::sqlite().await;
    let db = open(&test).await;
    let mut steps = Vec::new();
    seed::run(&db, &SeedOptions { products: 2, seed: 1, now: now() }, &mut |progress| steps.push(progress))
        .await
        .unwrap();
    let ends: Vec<_> = steps.iter().map(|p| (p.step, p.done, p.total)).collect();
    assert_eq!(ends, [("customers", 100, 100), ("products", 2, 2), ("collections", 30, 30)]);
}
