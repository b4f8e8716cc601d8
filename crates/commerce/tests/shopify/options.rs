//! Options and variants.
use crate::support::{day, sqlite_shop};
use tradewind_commerce::shopify::ImportOptions;

#[tokio::test]
async fn three_options_with_a_hundred_variants() {
    let shop = sqlite_shop().await;
    let mut text = "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,\
                    Variant SKU,Variant Price,Option1 Linked To\n"
        .to_owned();
    for number in 0..100 {
        let (a, b, c) = (number / 25, number / 5 % 5, number % 5);
        let first = if number == 0 {
            ["Shirt", "Color", "Size", "Cut", "product.metafields.shopify.color-pattern"]
        } else {
            [""; 5]
        };
        let [title, one, two, three, link] = first;
        text.push_str(&format!("shirt,{title},{one},c{a},{two},s{b},{three},k{c},sku-{number},1{number},{link}\n"));
    }
    assert_eq!(shop.import(&text).await.counts(), [1, 0, 0, 0]);
    let product = shop.product("shirt").await.unwrap();
    assert_eq!(product.variants.len(), 100);
    assert_eq!(product.options.iter().map(|option| option.values.len()).collect::<Vec<_>>(), [4, 5, 5]);
    assert_eq!(product.options[0].linked_to.as_deref(), Some("product.metafields.shopify.color-pattern"));
    assert_eq!(product.variants[99].option_values, ["c3", "s4", "k4"]);
    assert_eq!(product.variants[99].position, 100);
    assert_eq!(shop.import(&text).await.counts(), [0, 0, 1, 0]);
}

#[tokio::test]
async fn ids_survive_reordering_renaming_and_pricing() {
    let shop = sqlite_shop().await;
    shop.import(
        "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price\n\
                 a,A,Color,Red,Size,S,r,1\na,,,Blue,,S,b,1\na,,,Green,,S,g,1\n",
    )
    .await;
    let before = shop.product("a").await.unwrap();
    // Other order of options and rows, a renamed value (by its SKU), one variant gone, one new.
    let outcome = shop
        .import(
            "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price\n\
                 a,A,Size,S,Color,Crimson,r,2\na,,,M,,Blue,n,2\na,,,S,,Blue,b,2\n",
        )
        .await;
    assert_eq!(outcome.counts(), [0, 1, 0, 0], "{:?}", outcome.problems);
    let after = shop.product("a").await.unwrap();
    assert_eq!(after.id, before.id);
    let ids: Vec<_> = after.variants.iter().map(|variant| variant.id).collect();
    assert_eq!((ids[0], ids[2]), (before.variants[0].id, before.variants[1].id));
    assert!(before.variants.iter().all(|variant| variant.id != ids[1]));
    let colors: Vec<_> = after.options[1].values.iter().map(|value| value.value.as_str()).collect();
    assert_eq!(colors, ["Blue", "Crimson"]);
}

#[tokio::test]
async fn a_product_gets_and_loses_options_and_keeps_its_only_variant() {
    let shop = sqlite_shop().await;
    let header = "Handle,Title,Option1 Name,Option1 Value,Variant Price\n";
    shop.import(format!("{header}a,A,Title,Default Title,1\n")).await;
    let id = shop.product("a").await.unwrap().variants[0].id;
    shop.import(format!("{header}a,A,Size,One size,1\n")).await;
    let product = shop.product("a").await.unwrap();
    assert_eq!((product.variants[0].id, product.options.len()), (id, 1));
    shop.import(format!("{header}a,A,,Default Title,1\n")).await;
    let product = shop.product("a").await.unwrap();
    assert_eq!((product.variants[0].id, product.options.len()), (id, 0));
}

#[tokio::test]
async fn a_file_without_option_columns_does_not_guess() {
    let shop = sqlite_shop().await;
    shop.import("Handle,Title,Option1 Name,Option1 Value,Variant Price\na,A,Size,S,1\na,,,M,1\nb,B,,,1\n").await;
    let before = shop.product("a").await.unwrap();
    let options = ImportOptions::new(day(1));
    let outcome = shop.import_with(&[("prices.csv", b"Handle,Title,Variant Price\na,A,2\nb,B,2\n")], &options).await;
    assert_eq!(outcome.counts(), [0, 1, 0, 1]);
    assert!(outcome.error().reason.contains("no option columns"));
    assert_eq!(shop.product("a").await.unwrap(), before);
    assert_eq!(shop.product("b").await.unwrap().variants[0].prices[0].amount, 200);
}

#[tokio::test]
async fn more_variants_than_shopify_allows() {
    let shop = sqlite_shop().await;
    let mut text = "Handle,Title,Option1 Name,Option1 Value\n".to_owned();
    text.extend((0..2_049).map(|number| format!("a,A,Size,{number}\n")));
    assert!(shop.import(text).await.error().reason.contains("2049 variants"));
}
