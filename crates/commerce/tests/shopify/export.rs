//! What an export looks like.
use crate::support::{day, shops, sqlite_shop};
use tradewind_commerce::shopify::ImportOptions;

const TEXT: &str = "Handle,Title,Vendor,Product Category,Tags,Published,Option1 Name,Option1 Value,Option1 Linked To,Variant SKU,\
    Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Tax Code,Cost per item,Unit Price Total Measure,Gift Card,\
    Google Shopping / MPN,Image Src,Variant Image,Status,Color (product.metafields.shopify.color-pattern)\n\
    a,\"=A, \"\"quoted\"\"\",V,X > Y,\"t, u\",true,Size,S,product.metafields.x.y,s-1,shopify,3,5.50,TX,2.25,10,false,mpn,https://e.test/1.jpg,https://e.test/2.jpg,active,red; blue\n\
    a,,,,,,,M,,s-2,fulfil,-4,6,,,,,,https://e.test/2.jpg,,,\n\
    a,,,,,,,,,,,,,,,,,,https://e.test/3.jpg,,,\n\
    b,B,,hg-1-2,,false,Title,Default Title,,,,,7,,,,,,,,unlisted,\n";

#[tokio::test]
async fn writes_back_what_it_was_given() {
    for shop in shops().await {
        shop.import(TEXT).await;
        let text = shop.export().await;
        let mut given = csv::Reader::from_reader(TEXT.as_bytes());
        let mut written = csv::Reader::from_reader(text.as_bytes());
        let (old, new) = (given.headers().unwrap().clone(), written.headers().unwrap().clone());
        let rows: Vec<_> = given.records().zip(written.records()).collect();
        assert_eq!(rows.len(), 4, "{text}");
        for (given, written) in rows {
            let (given, written) = (given.unwrap(), written.unwrap());
            for (index, name) in old.iter().enumerate() {
                let place = new.iter().position(|other| other == name).unwrap_or_else(|| panic!("no column {name}"));
                let (given, written) = (&given[index], &written[place]);
                let same = given == written || (name.contains("Price") && format!("{given}.00") == written);
                assert!(same, "{name}: {given:?} became {written:?}");
            }
        }
        assert_eq!(shop.import(&text).await.counts(), [0, 0, 2, 0]);
    }
}

#[tokio::test]
async fn an_empty_shop_without_channels_says_so() {
    let shop = sqlite_shop().await;
    let outcome = tradewind_commerce::shopify::export(&shop.db, &mut Vec::new(), &Default::default()).await;
    assert!(outcome.unwrap_err().to_string().contains("no channel yet"));
}

#[tokio::test]
async fn a_new_shop_made_from_an_export_exports_the_same() {
    let (one, two) = (sqlite_shop().await, sqlite_shop().await);
    one.import(TEXT).await;
    let text = one.export().await;
    two.import_with(&[("f.csv", text.as_bytes())], &ImportOptions::new(day(5))).await;
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&two.export().await), sorted(&text));
}
