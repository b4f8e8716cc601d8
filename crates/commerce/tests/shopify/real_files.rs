//! The sample files that Shopify gives to developers.
use crate::support::{TestShop, day, shops};
use std::path::PathBuf;
use tradewind_commerce::shopify::{ImportError, ImportOptions, Phase, import};
use tradewind_domain::product::ProductStatus;
use tradewind_testkit::manifest_dir;

fn path(name: &str) -> PathBuf {
    manifest_dir().join("tests/data").join(name)
}

async fn import_both(shop: &TestShop, options: &ImportOptions) -> ([u64; 4], u64, u64, u64) {
    let mut importing = 0;
    let mut on_progress = |progress: tradewind_commerce::shopify::Progress| {
        assert!(progress.bytes_read <= progress.bytes_total.unwrap());
        if progress.phase == Phase::Importing {
            importing = progress.products;
        }
    };
    let files = [path("apparel.csv"), path("home-and-garden.csv")];
    let report = import(&shop.db, &files, options, &mut on_progress, &mut |problem| panic!("{problem}")).await.unwrap();
    let counts =
        [report.products_created, report.products_updated, report.products_unchanged, report.products_rejected];
    assert_eq!(importing, counts.iter().sum::<u64>());
    (counts, report.variants, report.rows, report.errors + report.warnings)
}

#[tokio::test]
async fn imports_them_whole_and_only_once() {
    for shop in shops().await {
        let options = ImportOptions::new(day(0));
        let dry = ImportOptions { dry_run: true, ..options.clone() };
        assert_eq!(import_both(&shop, &dry).await, ([40, 0, 0, 0], 43, 43, 0), "{}", shop.backend);
        assert!(shop.all().await.is_empty() && shop.shop().await.channels.is_empty());
        assert_eq!(import_both(&shop, &options).await, ([40, 0, 0, 0], 43, 43, 0), "{}", shop.backend);
        let first = shop.all().await;
        let later = ImportOptions { now: day(1), ..options };
        assert_eq!(import_both(&shop, &later).await, ([0, 0, 40, 0], 43, 43, 0), "{}", shop.backend);
        assert_eq!(shop.all().await, first);
    }
}

#[tokio::test]
async fn puts_each_column_where_it_belongs() {
    for shop in shops().await {
        import_both(&shop, &ImportOptions::new(day(0))).await;
        let top = shop.product("classic-varsity-top").await.unwrap();
        assert_eq!((top.title.as_str(), top.vendor.as_str()), ("Classic Varsity Top", "partners-demo"));
        assert_eq!(top.status, ProductStatus::Active);
        assert_eq!(top.tags, ["women"]);
        assert_eq!(top.options.len(), 1);
        let sizes: Vec<_> = top.options[0].values.iter().map(|value| value.value.as_str()).collect();
        assert_eq!((top.options[0].name.as_str(), sizes), ("Size", vec!["Small", "Medium", "Large"]));
        assert_eq!(top.variants.iter().map(|variant| variant.prices[0].amount).collect::<Vec<_>>(), [6000; 3]);
        assert!(top.publications[0].published_at == day(0) && top.media.len() == 1);
        let sofa = shop.product("cream-sofa").await.unwrap();
        assert_eq!(sofa.tags, ["Couch", "Wood"]);
        assert_eq!(sofa.product_type, "Indoor");
        assert_eq!(sofa.variants[0].prices[0].compare_at, Some(75_000));
        assert_eq!((sofa.options.len(), sofa.variants[0].option_values.len()), (0, 0));
        assert_eq!(sofa.variants[0].stock[0].on_hand, 4);
        assert!(!sofa.variants[0].tracked);
        assert!(shop.product("biodegradable-cardboard-pots").await.unwrap().variants[0].tracked);
        assert_eq!(shop.product("clay-plant-pot").await.unwrap().media.len(), 2);
        let kept: Vec<_> = sofa.variants[0].attributes.iter().map(|a| (a.key.as_str(), a.value.as_str())).collect();
        assert!(kept.contains(&("Variant Weight Unit", "kg")) && kept.contains(&("Variant Taxable", "true")));
        let shop = shop.shop().await;
        assert_eq!((shop.channels[0].code.as_str(), shop.warehouses[0].code.as_str()), ("default", "main"));
    }
}

#[tokio::test]
async fn a_missing_file_stops_before_anything_is_written() {
    let shop = crate::support::sqlite_shop().await;
    let files = [path("apparel.csv"), path("no-such.csv")];
    let outcome = import(&shop.db, &files, &ImportOptions::new(day(0)), &mut |_| {}, &mut |_| {}).await;
    assert!(matches!(outcome, Err(ImportError::Open { .. })));
    assert!(shop.all().await.is_empty());
}
