//! What is sold.
use chrono::{DateTime, Utc};
use tradewind_domain::{
    channel::Channel,
    currency::Currency,
    product::{Product, ProductStatus, Publication},
    stock::StockPolicy,
    variant::{Price, StockOnHand, Variant},
    warehouse::Warehouse,
};
use tradewind_persistence::{
    Db,
    write::{self, Shop},
};
use uuid::Uuid;

pub(crate) const CHANNEL: Uuid = Uuid::from_u128(1);
const WAREHOUSES: [Uuid; 2] = [Uuid::from_u128(2), Uuid::from_u128(3)];
const PRODUCT: Uuid = Uuid::from_u128(4);
/// Variants that there are.
pub(crate) const VARIANTS: u32 = 12;

pub(crate) fn variant(number: u32) -> Uuid {
    Uuid::from_u128(100 + u128::from(number))
}

pub(crate) fn price(number: u32) -> i64 {
    i64::from(number) * 1000
}

/// A product with as many units of each variant, half of them in each warehouse.
pub(crate) async fn fill(db: &Db, units: i64, now: DateTime<Utc>) {
    let warehouse = |id: Uuid| Warehouse { id, code: id.to_string(), name: "Warehouse".into() };
    let channel = Channel {
        id: CHANNEL,
        code: "shop".into(),
        name: "Shop".into(),
        currency: Currency::EUR,
        default_locale: "en".into(),
        tax_inclusive: true,
        is_default: true,
        warehouse_ids: WAREHOUSES.to_vec(),
    };
    let mut product = Product::draft(PRODUCT, "shirt".into(), "Shirt".into(), now);
    product.status = ProductStatus::Active;
    product.publications = vec![Publication { channel_id: CHANNEL, published_at: now }];
    let level = |warehouse_id| StockOnHand { warehouse_id, on_hand: units / 2 };
    let one = |number: u32| Variant {
        id: variant(number),
        sku: Some(format!("SKU-{number}")),
        barcode: None,
        option_values: vec![],
        weight_grams: Some(200),
        position: i32::try_from(number).unwrap(),
        policy: StockPolicy::Deny,
        tracked: true,
        media_id: None,
        prices: vec![Price { channel_id: CHANNEL, amount: price(number), compare_at: None }],
        stock: WAREHOUSES.into_iter().map(level).collect(),
        attributes: vec![],
    };
    product.variants = (1..=VARIANTS).map(one).collect();
    let tx = db.begin_write().await.unwrap();
    write::save_warehouses(&tx, &WAREHOUSES.map(warehouse), now).await.unwrap();
    write::save_channels(&tx, &[channel], now).await.unwrap();
    write::save_products(&tx, &Shop::load(&tx).await.unwrap(), &[product]).await.unwrap();
    tx.commit().await.unwrap();
}
