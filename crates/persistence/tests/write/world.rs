//! A shop to write products into.
use chrono::{DateTime, Utc};
use tradewind_domain::{
    category::Category,
    channel::Channel,
    collection::{Collection, Condition, Rules},
    currency::Currency,
    customer::Customer,
    product::{Product, ProductStatus, Publication},
    review::Review,
    stock::StockPolicy,
    variant::{Price, StockOnHand, Variant},
    warehouse::Warehouse,
};
use tradewind_persistence::{
    Db, DbConfig,
    write::{self, Cause, MovementKind, Shop},
};
use tradewind_testkit::{Backend, TestDb};
use uuid::Uuid;

/// A database with two channels, three warehouses, a tree of six categories and four collections.
pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) test_db: TestDb,
}

/// Ids by kind and number, so that tests can name what they mean.
pub(crate) fn id(kind: u8, number: u32) -> Uuid {
    Uuid::from_u128(u128::from(kind) << 120 | 7 << 76 | u128::from(number))
}
pub(crate) fn channel_id(number: u32) -> Uuid {
    id(1, number)
}
pub(crate) fn warehouse_id(number: u32) -> Uuid {
    id(2, number)
}
pub(crate) fn category_id(number: u32) -> Uuid {
    id(3, number)
}
pub(crate) fn collection_id(number: u32) -> Uuid {
    id(4, number)
}
pub(crate) fn product_id(number: u32) -> Uuid {
    id(5, number)
}
pub(crate) fn variant_id(product: u32, number: u32) -> Uuid {
    id(6, product * 1000 + number)
}
pub(crate) fn media_id(product: u32, number: u32) -> Uuid {
    id(7, product * 1000 + number)
}
pub(crate) fn customer_id(number: u32) -> Uuid {
    id(8, number)
}
pub(crate) fn review_id(number: u32) -> Uuid {
    id(9, number)
}

pub(crate) fn now() -> DateTime<Utc> {
    "2026-03-01T12:00:00.123456789Z".parse().unwrap()
}

/// Somebody counted.
pub(crate) fn adjusted() -> Cause {
    Cause::new(MovementKind::Adjust, now())
}

pub(crate) async fn each() -> Vec<World> {
    let mut worlds = Vec::new();
    for test_db in TestDb::each().await {
        worlds.push(World::new(test_db).await);
    }
    worlds
}

impl World {
    pub(crate) async fn new(test_db: TestDb) -> Self {
        let db = Db::connect(&DbConfig::new(test_db.url())).await.unwrap();
        Self::fill(&db).await;
        Self { db, test_db }
    }

    /// Everything around products, into an empty shop.
    pub(crate) async fn fill(db: &Db) {
        let tx = db.begin_write().await.unwrap();
        write::save_warehouses(&tx, &warehouses(), now()).await.unwrap();
        write::save_channels(&tx, &channels(), now()).await.unwrap();
        write::save_categories(&tx, &categories(), now()).await.unwrap();
        write::save_collections(&tx, &collections(), now()).await.unwrap();
        write::save_customers(&tx, &customers()).await.unwrap();
        for number in 0..5 {
            write::insert_session(&tx, &session(number)).await.unwrap();
            write::insert_address(&tx, &address(number)).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    pub(crate) fn backend(&self) -> Backend {
        self.test_db.backend()
    }

    /// In a transaction of its own.
    pub(crate) async fn save(&self, products: &[Product]) {
        let tx = self.db.begin_write().await.unwrap();
        let shop = Shop::load(&tx).await.unwrap();
        write::save_products(&tx, &shop, products).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn all(&self) -> Vec<Product> {
        write::products_after(&self.db, None, 10_000).await.unwrap()
    }

    pub(crate) async fn one(&self, number: u32) -> Product {
        let found = write::products_by_slugs(&self.db, &[slug(number)]).await.unwrap();
        found.into_iter().next().unwrap()
    }
}

pub(crate) fn warehouses() -> Vec<Warehouse> {
    let warehouse = |n: u32| Warehouse { id: warehouse_id(n), code: format!("w{n}"), name: format!("Warehouse {n}") };
    (0..3).map(warehouse).collect()
}

/// The first sells from warehouses 0 and 1, the second from 1 and 2.
pub(crate) fn channels() -> Vec<Channel> {
    let channel = |n: u32, currency| Channel {
        id: channel_id(n),
        code: format!("channel-{n}"),
        name: format!("Channel {n}"),
        currency,
        default_locale: "en".into(),
        tax_inclusive: true,
        is_default: n == 0,
        warehouse_ids: vec![warehouse_id(n), warehouse_id(n + 1)],
    };
    vec![channel(0, Currency::EUR), channel(1, Currency::USD)]
}

/// 0 > 1 > 2, 0 > 3, and 4 > 5.
pub(crate) fn categories() -> Vec<Category> {
    let parents = [None, Some(0), Some(1), Some(0), None, Some(4)];
    let category = |(n, parent): (u32, Option<u32>)| category(n, parent);
    (0..).zip(parents).map(category).collect()
}

pub(crate) fn category(number: u32, parent: Option<u32>) -> Category {
    Category {
        id: category_id(number),
        parent_id: parent.map(category_id),
        slug: format!("category-{number}"),
        name: format!("Category {number}"),
        position: 0,
    }
}

/// 0 and 1 are hand-picked, 2 wants the tag `red`, 3 the vendor `Acme` or `shirt` in the title.
pub(crate) fn collections() -> Vec<Collection> {
    let rules = [
        None,
        None,
        Some(Rules { all: true, conditions: vec![Condition::Tag("Red".into())] }),
        Some(Rules {
            all: false,
            conditions: vec![Condition::Vendor("acme".into()), Condition::TitleContains("Shirt".into())],
        }),
    ];
    (0..).zip(rules).map(|(n, rules)| collection(n, rules)).collect()
}

pub(crate) fn collection(number: u32, rules: Option<Rules>) -> Collection {
    Collection {
        id: collection_id(number),
        slug: format!("collection-{number}"),
        title: format!("Collection {number}"),
        description_html: String::new(),
        rules,
        position: 0,
    }
}

fn customers() -> Vec<Customer> {
    let customer = |n| Customer {
        id: customer_id(n),
        email: format!("customer-{n}@example.com"),
        display_name: format!("Customer {n}"),
        created_at: now(),
    };
    (0..5).map(customer).collect()
}

/// The hash of the token of a customer's session.
pub(crate) fn token(customer: u32) -> String {
    format!("token-{customer}")
}

pub(crate) fn session(customer: u32) -> write::Session {
    write::Session {
        id: id(10, customer),
        token_hash: token(customer),
        customer_id: customer_id(customer),
        created_at: now(),
        expires_at: now() + chrono::TimeDelta::days(1),
        revoked_at: None,
        user_agent: "test".into(),
        label: String::new(),
    }
}

pub(crate) fn address(customer: u32) -> write::AddressEntry {
    write::AddressEntry {
        id: id(11, customer),
        customer_id: customer_id(customer),
        first_name: "Jo".into(),
        last_name: format!("Doe {customer}"),
        company: String::new(),
        line1: "Main Street 1".into(),
        line2: String::new(),
        city: "Berlin".into(),
        region: String::new(),
        postal_code: "10115".into(),
        country: "DE".into(),
        phone: None,
        is_default_shipping: false,
        is_default_billing: false,
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) fn review(number: u32, product: u32, rating: i16) -> Review {
    Review {
        id: review_id(number),
        product_id: product_id(product),
        customer_id: customer_id(number % 5),
        rating,
        title: "Fine".into(),
        body: "It fits.".into(),
        verified_purchase: true,
        created_at: now(),
    }
}

pub(crate) fn slug(number: u32) -> String {
    format!("product-{number}")
}

/// Active, in both channels, with two variants of 10 and 20 units in warehouse 1.
pub(crate) fn plain(number: u32) -> Product {
    let at = stored_time(now());
    let mut product = Product::draft(product_id(number), slug(number), format!("Plain shirt {number}"), at);
    product.status = ProductStatus::Active;
    product.category_id = Some(category_id(2));
    product.publications = publications(&[0, 1]);
    product.variants = (1..3).map(|n| plain_variant(number, n)).collect();
    product
}

pub(crate) fn publications(channels: &[u32]) -> Vec<Publication> {
    let published_at = stored_time(now());
    channels.iter().map(|n| Publication { channel_id: channel_id(*n), published_at }).collect()
}

pub(crate) fn plain_variant(product: u32, number: u32) -> Variant {
    let price = |n| Price { channel_id: channel_id(n), amount: i64::from(number) * 1000, compare_at: None };
    Variant {
        id: variant_id(product, number),
        sku: Some(format!("SKU-{product}-{number}")),
        barcode: None,
        option_values: vec![],
        weight_grams: Some(200),
        position: i32::try_from(number).unwrap(),
        policy: StockPolicy::Deny,
        tracked: true,
        media_id: None,
        prices: vec![price(0), price(1)],
        stock: vec![StockOnHand { warehouse_id: warehouse_id(1), on_hand: i64::from(number) * 10 }],
        attributes: vec![],
    }
}

/// At the precision that is stored.
pub(crate) fn stored_time(time: DateTime<Utc>) -> DateTime<Utc> {
    use chrono::SubsecRound;
    time.trunc_subsecs(6)
}
