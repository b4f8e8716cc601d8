//! Products whose rows do not stand together.
use crate::support::{day, sqlite_shop};
use tradewind_commerce::shopify::ImportOptions;

const HEADER: &str = "Handle,Title,Option1 Name,Option1 Value,Variant Price,Image Src\n";

#[tokio::test]
async fn rows_far_apart_become_one_product() {
    let shop = sqlite_shop().await;
    let text = format!(
        "{HEADER}a,A,Size,S,1,https://e.test/1.jpg\nb,B,,,2,\na,,,M,3,\nc,C,,,2,\nA ,,,,,https://e.test/2.jpg\n"
    );
    let first = shop.import(&text).await;
    assert_eq!((first.counts(), first.report.rows), ([3, 0, 0, 0], 5));
    let product = shop.product("a").await.unwrap();
    assert_eq!((product.variants.len(), product.media.len()), (2, 2));
    assert_eq!(shop.import(&text).await.counts(), [0, 0, 3, 0]);
}

#[tokio::test]
async fn also_across_files() {
    let shop = sqlite_shop().await;
    let (one, two) = (format!("{HEADER}a,A,Size,S,1,\n"), "URL handle,Title,Option1 value,Price\na,,M,3\n");
    let files: [(&str, &[u8]); 2] = [("one.csv", one.as_bytes()), ("two.csv", two.as_bytes())];
    let outcome = shop.import_with(&files, &ImportOptions::new(day(0))).await;
    assert_eq!(outcome.counts(), [1, 0, 0, 0], "{:?}", outcome.problems);
    assert_eq!(shop.product("a").await.unwrap().variants.len(), 2);
}

#[tokio::test]
async fn one_bad_row_far_away_refuses_the_whole_product() {
    let shop = sqlite_shop().await;
    let outcome = shop.import(format!("{HEADER}a,A,Size,S,1,\nb,B,,,2,\na,,,M,x,\n")).await;
    assert_eq!(shop.slugs().await, ["b"]);
    assert_eq!(outcome.error().line, 4);
}

#[tokio::test]
async fn a_second_definition_is_refused_and_names_both_lines() {
    let shop = sqlite_shop().await;
    let outcome = shop.import(format!("{HEADER}a,A,,,1,\nb,B,,,2,\na,Other,,,9,\n")).await;
    assert_eq!(outcome.counts(), [2, 0, 0, 1]);
    let error = outcome.error();
    assert!(error.line == 4 && error.reason.contains("products.csv:2"), "{error}");
    let product = shop.product("a").await.unwrap();
    assert_eq!((product.title.as_str(), product.variants[0].prices[0].amount), ("A", 100));
}

#[tokio::test]
async fn rows_that_could_belong_to_either_refuse_both() {
    let shop = sqlite_shop().await;
    shop.import(format!("{HEADER}a,A,Size,S,1,\nb,B,,,2,\na,Other,Size,S,9,\nc,C,,,1,\na,,,M,9,\n")).await;
    assert_eq!(shop.slugs().await, ["b", "c"]);
}

#[tokio::test]
async fn the_same_file_twice_is_told_not_doubled() {
    let shop = sqlite_shop().await;
    let text = format!("{HEADER}a,A,,,1,\nb,B,,,2,\n");
    let files: [(&str, &[u8]); 2] = [("one.csv", text.as_bytes()), ("two.csv", text.as_bytes())];
    let outcome = shop.import_with(&files, &ImportOptions::new(day(0))).await;
    assert_eq!(outcome.counts(), [0, 0, 0, 2]);
    assert!(shop.all().await.is_empty());
}

#[tokio::test]
async fn a_continuation_without_a_beginning_has_no_title() {
    let shop = sqlite_shop().await;
    shop.import(format!("{HEADER}a,A,Size,S,1,\n")).await;
    let outcome = shop.import(format!("{HEADER}a,,Size,M,1,\n")).await;
    assert!(outcome.error().reason.contains("no title"));
    assert_eq!(shop.product("a").await.unwrap().variants.len(), 1);
}
