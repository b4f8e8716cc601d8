//! A second import changes what its file speaks of, and nothing else.
use crate::support::{day, sqlite_shop};
use tradewind_commerce::shopify::ImportOptions;

const FULL: &str = "Handle,Title,Body (HTML),Vendor,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,\
                    Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Image Alt Text,Care (product.metafields.custom.care)\n\
                    a,A,<p>Body</p>,Maker,\"x, y\",true,Size,S,sku,100,7,5,6,https://e.test/1.jpg,Alt,cold\n";

#[tokio::test]
async fn a_column_that_is_missing_keeps_what_is_stored() {
    let shop = sqlite_shop().await;
    shop.import(FULL).await;
    let before = shop.product("a").await.unwrap();
    let options = ImportOptions::new(day(3));
    let outcome = shop.import_with(&[("f.csv", b"Handle,Title\na,A\n")], &options).await;
    assert_eq!(outcome.counts(), [0, 0, 1, 0]);
    shop.import_with(&[("f.csv", b"Handle,Title,Vendor\na,New,Other\n")], &options).await;
    let after = shop.product("a").await.unwrap();
    assert_eq!((after.title.as_str(), after.vendor.as_str(), after.updated_at), ("New", "Other", day(3)));
    assert_eq!((after.variants, after.media, after.attributes), (before.variants, before.media, before.attributes));
    assert_eq!((after.created_at, after.publications), (before.created_at, before.publications));
}

#[tokio::test]
async fn an_empty_cell_removes_what_is_stored() {
    let shop = sqlite_shop().await;
    shop.import(FULL).await;
    let header = FULL.lines().next().unwrap();
    shop.import(format!("{header}\na,A,,,,false,Size,S,,,,,,,,\n")).await;
    let p = shop.product("a").await.unwrap();
    assert!(p.description_html.is_empty() && p.vendor.is_empty() && p.tags.is_empty() && p.media.is_empty());
    assert!(p.publications.is_empty() && p.attributes.is_empty());
    let variant = &p.variants[0];
    assert_eq!((&variant.sku, variant.weight_grams, variant.prices.len()), (&None, None, 0));
    assert_eq!(variant.stock[0].on_hand, 7, "an empty quantity counts nothing");
}

#[tokio::test]
async fn a_refused_update_leaves_the_product_as_it_was() {
    let shop = sqlite_shop().await;
    shop.import(FULL).await;
    let before = shop.product("a").await.unwrap();
    let outcome = shop.import(FULL.replace(",5,6,", ",\"5,00\",6,").replace("Maker", "Other")).await;
    assert_eq!(outcome.counts(), [0, 0, 0, 1]);
    assert_eq!(shop.product("a").await.unwrap(), before);
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_writes_nothing() {
    let shop = sqlite_shop().await;
    let text = format!("{FULL}b,B,,,,perhaps,,,,,,1,,,,\n");
    let options = ImportOptions { dry_run: true, batch_size: 1, ..ImportOptions::new(day(0)) };
    let dry = shop.import_with(&[("f.csv", text.as_bytes())], &options).await;
    assert!(shop.all().await.is_empty());
    let real = shop.import_with(&[("f.csv", text.as_bytes())], &ImportOptions { dry_run: false, ..options }).await;
    assert_eq!(dry.problems, real.problems);
    assert_eq!((dry.counts(), dry.report.variants), (real.counts(), real.report.variants));
}
