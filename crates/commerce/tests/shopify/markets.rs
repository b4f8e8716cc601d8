//! Channels: markets' columns, and the options of the command.
use crate::support::{TestShop, day, sqlite_shop};
use tradewind_commerce::shopify::{ImportError, ImportOptions, import_sources};
use tradewind_domain::{channel::Channel, currency::Currency, warehouse::Warehouse};
use tradewind_persistence::write::{WriteTx, save_channels, save_warehouses};
use uuid::Uuid;

pub(crate) async fn set_up(shop: &TestShop) -> [Uuid; 2] {
    let warehouse = Warehouse { id: Uuid::from_u128(1), code: "north".into(), name: "North".into() };
    let channel = |number: u128, code: &str, name: &str, currency, is_default| Channel {
        id: Uuid::from_u128(number),
        code: code.into(),
        name: name.into(),
        currency,
        default_locale: "en".into(),
        tax_inclusive: false,
        is_default,
        warehouse_ids: vec![Uuid::from_u128(1)],
    };
    let yen = Currency::parse("JPY").unwrap();
    let channels = [channel(11, "us", "United States", Currency::USD, true), channel(12, "jp", "Japan", yen, false)];
    let tx = WriteTx::begin(&shop.db).await.unwrap();
    save_warehouses(&tx, &[warehouse], day(0)).await.unwrap();
    save_channels(&tx, &channels, day(0)).await.unwrap();
    tx.commit().await.unwrap();
    channels.map(|channel| channel.id)
}

const TEXT: &str = "Handle,Title,Published,Variant Price,Included / Japan,Price / Japan,Compare At Price / japan,Price / Mars\n\
                    a,A,true,5.50,true,900,1000,1\nb,B,true,5,false,900,,\nc,C,false,5,true,900,,\n";

#[tokio::test]
async fn a_market_that_is_a_channel_gets_its_prices() {
    let shop = sqlite_shop().await;
    let [us, japan] = set_up(&shop).await;
    let outcome = shop.import(TEXT).await;
    assert_eq!((outcome.counts(), outcome.report.warnings), ([3, 0, 0, 0], 1));
    let a = shop.product("a").await.unwrap();
    let prices: Vec<_> = a.variants[0].prices.iter().map(|p| (p.channel_id, p.amount, p.compare_at)).collect();
    assert_eq!(prices, [(us, 550, None), (japan, 900, Some(1000))]);
    assert_eq!(a.publications.len(), 2);
    assert_eq!(shop.product("b").await.unwrap().publications[0].channel_id, us);
    assert!(shop.product("c").await.unwrap().publications.is_empty());
    assert_eq!(shop.import(TEXT).await.counts(), [0, 0, 3, 0]);
}

#[tokio::test]
async fn a_price_of_a_market_has_its_currency() {
    let shop = sqlite_shop().await;
    set_up(&shop).await;
    let outcome = shop.import("Handle,Title,Price / Japan\na,A,9.50\n").await;
    assert_eq!(outcome.error().column.as_deref(), Some("Price / Japan"));
}

#[tokio::test]
async fn the_main_columns_go_to_the_channel_that_is_named() {
    let shop = sqlite_shop().await;
    let [_, japan] = set_up(&shop).await;
    let options = ImportOptions { channel: Some("JP".into()), ..ImportOptions::new(day(0)) };
    shop.import_with(&[("f.csv", b"Handle,Title,Variant Price\na,A,900\n")], &options).await;
    let a = shop.product("a").await.unwrap();
    assert_eq!((a.variants[0].prices[0].channel_id, a.variants[0].prices[0].amount), (japan, 900));
    for options in [
        ImportOptions { channel: Some("mars".into()), ..ImportOptions::new(day(0)) },
        ImportOptions { warehouse: Some("moon".into()), ..ImportOptions::new(day(0)) },
    ] {
        let outcome = import_sources(&shop.db, vec![], &options, &mut |_| {}, &mut |_| {}).await;
        assert!(matches!(outcome, Err(ImportError::Target(text)) if text.contains("there are: ")));
    }
}
