//! The demo shop.
use crate::{
    invariants::{Known, check_reviews, check_together, check_tree},
    seed_database::{all_products, open},
};
use chrono::TimeDelta;
use std::collections::{BTreeSet, HashMap};
use tradewind_commerce::{
    demo::{self, Demo, Market},
    seed::{self, SeedOptions, end_of_history},
};
use tradewind_domain::{
    product::{Product, ProductStatus},
    stock::StockPolicy,
};
use tradewind_persistence::{
    read::collection::{CollectionRow, collections_by_products},
    write::Shop,
};
use tradewind_testkit::TestDb;
use uuid::Uuid;

fn data() -> Demo {
    Demo::new(&Shop::default()).unwrap()
}

#[test]
fn every_aggregate_holds_its_promises() {
    let demo = data();
    let known = Known::of(&demo.market, &demo.categories);
    demo.products.iter().for_each(|product| known.check(product));
    check_together(&demo.products);
    check_reviews(&demo.reviews, &demo.products, &demo.customers.iter().map(|customer| customer.id).collect());
    check_tree(&demo.categories);
    assert_eq!(demo, data());
}

#[test]
fn it_shows_what_a_shop_can_have() {
    let demo = data();
    let count = |is: &dyn Fn(&Product) -> bool| demo.products.iter().filter(|product| is(product)).count();
    assert!(demo.products.len() >= 72 && demo.customers.len() == 40 && demo.reviews.len() >= 180);
    assert!(demo.categories.len() >= 25 && demo.collections.len() >= 6);
    assert!(demo.collections.iter().any(|(collection, _)| collection.rules.is_some()));
    assert!(demo.collections.iter().any(|(_, picked)| !picked.is_empty()));
    for channel in &demo.market.channels() {
        let shown = count(&|p| {
            p.status == ProductStatus::Active && p.publications.iter().any(|shown| shown.channel_id == channel.id)
        });
        assert!(shown >= 60, "{} shows {shown} products", channel.code);
    }
    assert!(count(&|p| p.status == ProductStatus::Draft) >= 2);
    assert!(count(&|p| p.publications.len() == 1) >= 1);
    assert!(count(&|p| p.seo_title.is_some()) >= 5);
    assert!(count(&|p| !p.title.is_ascii()) >= 8);
    assert!(count(&|p| p.title.chars().all(|c| !c.is_ascii_alphabetic())) >= 1, "a title in another script");
    assert!(count(&|p| p.variants.iter().any(|v| v.prices.iter().any(|price| price.compare_at.is_some()))) >= 4);
    let on_hand = |p: &Product| p.variants.iter().flat_map(|v| &v.stock).map(|level| level.on_hand).sum::<i64>();
    assert!(count(&|p| on_hand(p) == 0 && p.variants[0].policy == StockPolicy::Deny && p.variants[0].tracked) >= 2);
    assert!(count(&|p| p.variants[0].policy == StockPolicy::Backorder) >= 2);
    assert!(count(&|p| (1..20).contains(&on_hand(p))) >= 3, "low stock");
}

/// A slug, value or combination with a typing error would be left out in silence.
#[test]
fn every_name_in_the_data_means_something() {
    let demo = data();
    for (collection, picked) in &demo.collections {
        let members = demo.products.iter().filter(|p| collection.rules.as_ref().is_some_and(|rules| rules.matches(p)));
        assert!(members.count() + picked.len() >= 3, "{}", collection.slug);
    }
    for (file, text) in [
        ("apparel", include_str!("../../src/demo/data/apparel.json")),
        ("outdoor", include_str!("../../src/demo/data/outdoor.json")),
        ("kitchen", include_str!("../../src/demo/data/kitchen.json")),
        ("home", include_str!("../../src/demo/data/home.json")),
    ] {
        let products: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
        for raw in products {
            let product = demo.products.iter().find(|product| raw["title"] == product.title.as_str()).unwrap();
            let titles: Vec<String> = product.variants.iter().map(|variant| variant.title()).collect();
            for gone in raw["gone"].as_array().into_iter().flatten() {
                assert!(titles.iter().any(|title| gone == title.as_str()), "{file}: {}: gone {gone}", product.slug);
            }
            let values: Vec<&String> = product.options.iter().flat_map(|o| &o.values).map(|v| &v.value).collect();
            for (value, _) in raw["more"].as_object().into_iter().flatten() {
                assert!(values.contains(&value), "{file}: {}: more {value}", product.slug);
            }
            let made: usize = product.options.iter().map(|option| option.values.len()).product();
            let without = raw["without"].as_array().map_or(0, Vec::len);
            assert_eq!(titles.len(), made - without, "{file}: {}: without", product.slug);
        }
    }
    let raw: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../../src/demo/data/collections.json")).unwrap();
    for (raw, (collection, picked)) in raw.iter().zip(&demo.collections) {
        assert_eq!(raw["products"].as_array().map_or(0, Vec::len), picked.len(), "{}", collection.slug);
    }
}

#[tokio::test]
async fn it_installs_twice_and_changes_nothing_the_second_time() {
    for test in TestDb::each().await {
        let db = open(&test).await;
        assert!(demo::is_empty(&db).await.unwrap());
        let now = end_of_history() + TimeDelta::days(30);
        let report = demo::install(&db, now).await.unwrap();
        assert!(!demo::is_empty(&db).await.unwrap());
        let expected = data();
        assert_eq!(report.products, expected.products.len());
        assert!(all_products(&db).await == expected.products, "{}", test.backend());
        let shop = Shop::load(&db).await.unwrap();
        assert_eq!(shop.channels, Market::of(&shop).channels());
        assert_eq!(shop.channels.iter().map(|channel| channel.code.as_str()).collect::<Vec<_>>(), ["default", "eu"]);
        let ids = || expected.products.iter().map(|product| product.id).collect();
        let members = collections_by_products(&db, ids()).await.unwrap();
        for (collection, _) in &expected.collections {
            assert!(members.values().flatten().any(|member| member.id == collection.id), "{}", collection.slug);
        }

        assert_eq!(demo::install(&db, now + TimeDelta::days(1)).await.unwrap(), report);
        assert!(all_products(&db).await == expected.products, "{}", test.backend());
        let again = collections_by_products(&db, ids()).await.unwrap();
        let pairs = |members: &HashMap<Uuid, Vec<CollectionRow>>| -> BTreeSet<(Uuid, Uuid)> {
            members.iter().flat_map(|(product, rows)| rows.iter().map(|row| (*product, row.id))).collect()
        };
        assert_eq!(pairs(&again), pairs(&members));
    }
}

#[tokio::test]
async fn a_seed_finds_room_beside_the_demo() {
    for test in TestDb::each().await {
        let db = open(&test).await;
        let now = end_of_history() + TimeDelta::days(30);
        demo::install(&db, now).await.unwrap();
        for _ in 0..2 {
            seed::run(&db, &SeedOptions { products: 5, seed: 42, now }, &mut |_| {}).await.unwrap();
            demo::install(&db, now).await.unwrap();
            let shop = Shop::load(&db).await.unwrap();
            assert_eq!((shop.channels.len(), shop.warehouses.len()), (2, 2), "{}", test.backend());
            assert_eq!(all_products(&db).await.len(), data().products.len() + 5);
        }
    }
}
