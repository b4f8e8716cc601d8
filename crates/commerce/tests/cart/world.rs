//! A shop with something to put into carts.
use chrono::{DateTime, TimeDelta, Utc};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use tradewind_commerce::{
    account::{Moment, Outcome},
    cart::{CartChange, CartRef, Carts, CreatedCart, NewCart, NewLine},
};
use tradewind_domain::{
    cart::{Attributes, CartErrorCode},
    channel::Channel,
    currency::Currency,
    customer::Customer,
    product::{Product, ProductStatus, Publication},
    stock::StockPolicy,
    variant::{Price, StockOnHand, Variant},
    warehouse::Warehouse,
};
use tradewind_persistence::{
    Db, DbConfig, DbError,
    write::{self, Shop, StoredCart, WriteTx, cart_by_id},
};
use tradewind_testkit::{Backend, TestDb};
use uuid::Uuid;

/// Sells everything, in EUR.
pub(crate) const CHANNEL: Uuid = Uuid::from_u128(1);
/// Sells variant 1 only, in USD.
pub(crate) const OTHER_CHANNEL: Uuid = Uuid::from_u128(2);
const WAREHOUSE: Uuid = Uuid::from_u128(3);
pub(crate) const PRODUCT: Uuid = Uuid::from_u128(4);
/// Of this one three are left.
pub(crate) const SCARCE: u32 = 121;
/// Of this one none is left, and it is sold on.
pub(crate) const BACKORDER: u32 = 122;
/// Of this one nobody counts.
pub(crate) const UNCOUNTED: u32 = 123;

pub(crate) fn variant(number: u32) -> Uuid {
    Uuid::from_u128(1000 + u128::from(number))
}

pub(crate) fn price(number: u32) -> i64 {
    i64::from(number) * 100
}

pub(crate) fn customer(number: u32) -> Uuid {
    Uuid::from_u128(100 + u128::from(number))
}

pub(crate) fn now() -> DateTime<Utc> {
    "2026-03-01T12:00:00.123456Z".parse().unwrap()
}

pub(crate) fn days(days: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(days)
}

/// Another one each time.
pub(crate) fn random() -> ChaCha20Rng {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    ChaCha20Rng::seed_from_u64(COUNT.fetch_add(1, Relaxed))
}

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) carts: Carts,
    pub(crate) test_db: Arc<TestDb>,
}

pub(crate) async fn each() -> Vec<World> {
    let mut worlds = Vec::new();
    for test_db in TestDb::each().await {
        let config = DbConfig { acquire_timeout: Duration::from_secs(60), ..DbConfig::new(test_db.url()) };
        let db = Db::connect(&config).await.unwrap();
        fill(&db).await;
        worlds.push(World { db, carts: Carts::default(), test_db: Arc::new(test_db) });
    }
    worlds
}

async fn fill(db: &Db) {
    let channel = |id, code: &str, currency, is_default| Channel {
        id,
        code: code.into(),
        name: "Shop".into(),
        currency,
        default_locale: "en".into(),
        tax_inclusive: true,
        is_default,
        warehouse_ids: vec![WAREHOUSE],
    };
    let channels =
        [channel(CHANNEL, "shop", Currency::EUR, true), channel(OTHER_CHANNEL, "other", Currency::USD, false)];
    let account = |number| Customer {
        id: customer(number),
        email: format!("{number}@shop.example"),
        display_name: "Jo".into(),
        created_at: now(),
    };
    let tx = db.begin_write().await.unwrap();
    let warehouse = Warehouse { id: WAREHOUSE, code: "w".into(), name: "Warehouse".into() };
    write::save_warehouses(&tx, &[warehouse], now()).await.unwrap();
    write::save_channels(&tx, &channels, now()).await.unwrap();
    write::save_customers(&tx, &[1, 2, 3].map(account)).await.unwrap();
    write::save_products(&tx, &Shop::load(&tx).await.unwrap(), &[product()]).await.unwrap();
    tx.commit().await.unwrap();
}

pub(crate) fn product() -> Product {
    let mut product = Product::draft(PRODUCT, "shirt".into(), "Shirt".into(), now());
    product.status = ProductStatus::Active;
    let publication = |channel_id| Publication { channel_id, published_at: days(-365) };
    product.publications = [CHANNEL, OTHER_CHANNEL].map(publication).to_vec();
    product.variants = (1..=UNCOUNTED).map(one).collect();
    product
}

fn one(number: u32) -> Variant {
    let on_hand = match number {
        SCARCE => 3,
        BACKORDER | UNCOUNTED => 0,
        _ => 10_000,
    };
    let price = |channel_id| Price { channel_id, amount: price(number), compare_at: None };
    let mut prices = vec![price(CHANNEL)];
    prices.extend((number == 1).then(|| price(OTHER_CHANNEL)));
    Variant {
        id: variant(number),
        sku: Some(format!("SKU-{number}")),
        barcode: None,
        option_values: vec![],
        weight_grams: Some(200),
        position: i32::try_from(number).unwrap(),
        policy: if number == BACKORDER { StockPolicy::Backorder } else { StockPolicy::Deny },
        tracked: number != UNCOUNTED,
        media_id: None,
        prices,
        stock: vec![StockOnHand { warehouse_id: WAREHOUSE, on_hand }],
        attributes: vec![],
    }
}

pub(crate) fn line(number: u32, quantity: i64) -> NewLine {
    NewLine { variant_id: variant(number), quantity, attributes: Attributes::new() }
}

pub(crate) fn attributes(pairs: &[(&str, &str)]) -> Attributes {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// What a client gets to see of a refusal.
pub(crate) fn codes<T: std::fmt::Debug>(outcome: Outcome<T, CartErrorCode>) -> Vec<(CartErrorCode, String)> {
    let refused = outcome.unwrap_err().into_iter();
    refused.map(|refused| (refused.code, refused.field.unwrap_or_default())).collect()
}

pub(crate) type Answer<T> = Outcome<T, CartErrorCode>;

impl World {
    pub(crate) fn on(&self) -> Backend {
        self.test_db.backend()
    }

    /// In a transaction of its own, which is committed also where it is refused: then nothing was written.
    pub(crate) async fn act<T>(&self, act: impl AsyncFnOnce(&WriteTx) -> Result<Answer<T>, DbError>) -> Answer<T> {
        let tx = self.db.begin_write().await.unwrap();
        let done = act(&tx).await.unwrap();
        tx.commit().await.unwrap();
        done
    }

    pub(crate) async fn create(
        &self,
        channel_id: Uuid,
        customer_id: Option<Uuid>,
        lines: &[NewLine],
        at: DateTime<Utc>,
    ) -> Answer<CreatedCart> {
        let mut random = random();
        let moment = &mut Moment::new(at, &mut random);
        let input = NewCart { channel_id, customer_id, lines: lines.to_vec() };
        self.act(async |tx| self.carts.create(tx, &input, moment).await).await
    }

    pub(crate) async fn guest(&self, lines: &[NewLine]) -> CartRef {
        let created = self.create(CHANNEL, None, lines, now()).await.unwrap();
        CartRef { id: created.change.cart_id, token: created.token, customer_id: None }
    }

    pub(crate) async fn own(&self, number: u32, lines: &[NewLine]) -> CartRef {
        let created = self.create(CHANNEL, Some(customer(number)), lines, now()).await.unwrap();
        assert!(created.token.is_none(), "a customer's cart needs no token");
        CartRef { id: created.change.cart_id, token: None, customer_id: Some(customer(number)) }
    }

    pub(crate) async fn add(&self, at: &CartRef, lines: &[NewLine]) -> Answer<CartChange> {
        self.add_expecting(at, None, lines).await
    }

    pub(crate) async fn add_expecting(
        &self,
        at: &CartRef,
        expected: Option<i64>,
        lines: &[NewLine],
    ) -> Answer<CartChange> {
        let mut random = random();
        let moment = &mut Moment::new(now(), &mut random);
        self.act(async |tx| self.carts.add_lines(tx, at, expected, lines, moment).await).await
    }

    /// The cart as it is stored, whosever it is.
    pub(crate) async fn stored(&self, id: Uuid) -> Option<StoredCart> {
        cart_by_id((&self.db).into(), id).await.unwrap()
    }

    /// (number of the variant, units) of each line, in their order.
    pub(crate) async fn content(&self, id: Uuid) -> Vec<(u32, u32)> {
        let cart = self.stored(id).await.unwrap().cart;
        let number = |id: Uuid| u32::try_from(id.as_u128() - 1000).unwrap();
        cart.lines.iter().map(|line| (number(line.variant_id), line.quantity)).collect()
    }

    pub(crate) async fn count(&self, table: &str) -> usize {
        let texts = self.test_db.texts(&format!("SELECT CAST(count(*) AS text) FROM {table}")).await;
        texts[0].parse().unwrap()
    }

    /// Stock of a variant that somebody counted.
    pub(crate) async fn set_stock(&self, number: u32, on_hand: i64) {
        let sql = format!("UPDATE stock_levels SET on_hand = {on_hand} WHERE variant_id = {}", self.literal(number));
        self.test_db.sabotage(&sql).await;
    }

    pub(crate) async fn set_price(&self, number: u32, amount: i64) {
        let sql = format!("UPDATE variant_prices SET amount = {amount} WHERE variant_id = {}", self.literal(number));
        self.test_db.sabotage(&sql).await;
    }

    /// Not sold any more.
    pub(crate) async fn withdraw(&self, number: u32) {
        self.test_db.sabotage(&format!("DELETE FROM variant_prices WHERE variant_id = {}", self.literal(number))).await;
    }

    fn literal(&self, number: u32) -> String {
        match self.on() {
            Backend::Postgres => format!("'{}'", variant(number)),
            Backend::Sqlite => format!("x'{}'", variant(number).simple()),
        }
    }
}
