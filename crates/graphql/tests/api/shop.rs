//! A small shop of known content, and a way to ask it.
use crate::{caches::caches, commerce::commerce};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};
use tradewind_domain::{
    category::Category,
    channel::Channel,
    collection::{Collection, Condition, Rules},
    currency::Currency,
    customer::Customer,
    listing,
    media::Media,
    option::{OptionValue, ProductOption},
    product::{Product, ProductStatus, Publication},
    review::Review,
    stock::StockPolicy,
    variant::{Price, StockOnHand, Variant},
    warehouse::Warehouse,
};
use tradewind_graphql::{Engine, GraphqlRequest, Limits, Outcome, RequestContext};
use tradewind_persistence::{Db, DbConfig, write};
use tradewind_testkit::TestDb;
use uuid::Uuid;

pub const PRODUCTS: u32 = 240;
pub const VARIANTS: u32 = 5;
pub const REVIEWS: u32 = 6;

/// A shop on one database; dropping it drops the database.
pub struct Shop {
    pub db: Db,
    /// Reads the database for each request.
    pub engine: Engine,
    /// Engines that read through a cache; what they answer is compared with what `engine` does.
    kept: Vec<(&'static str, Engine)>,
    /// Somebody broke the database behind the log's back.
    sabotaged: AtomicBool,
    pub name: String,
    pub test: TestDb,
}

pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000, 0).unwrap()
}

pub fn id(kind: u16, number: u32) -> Uuid {
    Uuid::from_u64_pair(0x0190_0000_0000_7000 | u64::from(kind), 0x8000_0000_0000_0000 | u64::from(number))
}

pub fn default_channel() -> Channel {
    Channel {
        id: id(1, 1),
        code: "default".into(),
        name: "International".into(),
        currency: Currency::USD,
        default_locale: "en-US".into(),
        tax_inclusive: false,
        is_default: true,
        warehouse_ids: vec![id(2, 1), id(2, 2)],
    }
}

fn channels() -> Vec<Channel> {
    let eu = Channel {
        id: id(1, 2),
        code: "eu".into(),
        name: "Europe".into(),
        currency: Currency::EUR,
        default_locale: "de-DE".into(),
        tax_inclusive: true,
        is_default: false,
        warehouse_ids: vec![id(2, 2)],
    };
    vec![default_channel(), eu]
}

fn categories() -> Vec<Category> {
    let node = |number: u32, parent: Option<u32>| Category {
        id: id(3, number),
        parent_id: parent.map(|parent| id(3, parent)),
        slug: format!("category-{number}"),
        name: format!("Category {number}"),
        position: number as i32,
    };
    // 1 and 2 are roots, 3 to 6 below them, 7 to 14 below those.
    let mut tree: Vec<Category> = (1..=2).map(|number| node(number, None)).collect();
    tree.extend((3..=6).map(|number| node(number, Some(1 + (number - 3) / 2))));
    tree.extend((7..=14).map(|number| node(number, Some(3 + (number - 7) / 2))));
    tree
}

pub fn product(number: u32) -> Product {
    let mut product = Product::draft(id(4, number), format!("product-{number}"), title(number), now());
    product.status = ProductStatus::Active;
    product.description_html = format!("<p>Text of {number}, soft as moss</p>");
    product.vendor = format!("Vendor {}", number % 7);
    product.product_type = format!("Type {}", number % 3);
    product.tags = vec![format!("tag-{}", number % 5), "all".into()];
    product.category_id = Some(id(3, 7 + number % 8));
    product.units_sold = i64::from(number * 37 % 101);
    product.options = vec![ProductOption {
        name: "Size".into(),
        linked_to: None,
        values: (1..=VARIANTS)
            .map(|size| OptionValue { value: format!("S{size}"), swatch: Some("#123456".into()) })
            .collect(),
    }];
    product.media = (1..=3)
        .map(|position| Media {
            id: id(6, number * 10 + position),
            url: format!("https://media.example/{number}/{position}.jpg"),
            alt: format!("Picture {position}"),
            width: Some(800),
            height: None,
            position: position as i32,
        })
        .collect();
    product.variants = (1..=VARIANTS).map(|position| variant(number, position)).collect();
    let published = now() - chrono::Duration::hours(i64::from(number));
    product.publications = vec![Publication { channel_id: id(1, 1), published_at: published }];
    if number.is_multiple_of(2) {
        product.publications.push(Publication { channel_id: id(1, 2), published_at: published });
    }
    product
}

fn title(number: u32) -> String {
    let (first, second) = (["Linen", "Cotton", "Crème", "Wool"], ["Shirt", "Trousers", "Jacket"]);
    format!("{} {} {number:03}", first[number as usize % 4], second[number as usize % 3])
}

fn variant(number: u32, position: u32) -> Variant {
    let dollars = i64::from(1000 + number * 13 % 400 * 10 + position * 100);
    let mut prices = vec![Price {
        channel_id: id(1, 1),
        amount: dollars,
        compare_at: number.is_multiple_of(10).then_some(dollars + 500),
    }];
    if number.is_multiple_of(2) {
        prices.push(Price { channel_id: id(1, 2), amount: dollars - 99, compare_at: None });
    }
    let on_hand = |warehouse: u32| if number.is_multiple_of(12) { 0 } else { i64::from(number + position + warehouse) };
    Variant {
        id: id(5, number * 10 + position),
        sku: Some(format!("SKU-{number}-{position}")),
        barcode: None,
        option_values: vec![format!("S{position}")],
        weight_grams: Some(250),
        position: position as i32,
        policy: StockPolicy::Deny,
        tracked: true,
        media_id: Some(id(6, number * 10 + 1)),
        prices,
        stock: (1..=2)
            .map(|warehouse| StockOnHand { warehouse_id: id(2, warehouse), on_hand: on_hand(warehouse) })
            .collect(),
        attributes: vec![],
    }
}

fn reviews(number: u32) -> Vec<Review> {
    (1..=REVIEWS)
        .map(|review| Review {
            id: id(8, number * 10 + review),
            product_id: id(4, number),
            customer_id: id(7, 1 + (number + review) % 20),
            rating: 1 + ((number + review * 3) % 5) as i16,
            title: format!("Review {review}"),
            body: "Good".into(),
            verified_purchase: review % 2 == 0,
            created_at: now() - chrono::Duration::minutes(i64::from(review)),
        })
        .collect()
}

/// What shoppers must never see: a draft, an archived one, one published tomorrow, one without a price.
pub fn hidden() -> Vec<Product> {
    let mut products: Vec<Product> = (901..=904).map(product).collect();
    products[0].status = ProductStatus::Draft;
    products[1].status = ProductStatus::Archived;
    products[2].publications[0].published_at = now() + chrono::Duration::days(1);
    products[3].variants.iter_mut().for_each(|variant| variant.prices.clear());
    for product in &mut products {
        product.publications.truncate(1);
    }
    products
}

/// An answer without what is measured.
fn comparable(outcome: &Outcome) -> Value {
    let mut answer = answer(outcome);
    if let Some(extensions) = answer.get_mut("extensions").and_then(Value::as_object_mut) {
        extensions.remove("explain");
    }
    answer
}

/// What the client gets.
pub fn answer(outcome: &Outcome) -> Value {
    let mut json = Vec::new();
    outcome.write_json(&mut json);
    serde_json::from_slice(&json).unwrap()
}

impl Shop {
    /// The shop on each database there is.
    pub async fn each() -> Vec<Self> {
        let mut shops = Vec::new();
        for test in TestDb::each().await {
            // 32 clients on a busy machine may wait long for a connection; how long is not what these tests ask.
            let patient =
                DbConfig { acquire_timeout: std::time::Duration::from_secs(120), ..DbConfig::new(test.url()) };
            let db = Db::connect(&patient).await.unwrap();
            fill(&db).await;
            let engine = Engine::start(db.clone(), Limits::default(), None, None, commerce(&db)).await.unwrap();
            let mut kept = Vec::new();
            for (name, cache) in caches(&patient, db.backend()) {
                let engine =
                    Engine::start(db.clone(), Limits::default(), None, Some(cache), commerce(&db)).await.unwrap();
                kept.push((name, engine));
            }
            let (name, sabotaged) = (test.backend().to_string(), AtomicBool::new(false));
            shops.push(Self { name, db, engine, kept, sabotaged, test });
        }
        shops
    }

    pub async fn sabotage(&self, sql: &str) {
        self.sabotaged.store(true, Ordering::Relaxed);
        self.test.sabotage(sql).await;
    }

    /// Everything that the database knows of idempotency keys, as texts.
    pub async fn idempotency_texts(&self) -> Vec<String> {
        let keys =
            "SELECT scope || ' ' || key || ' ' || request_hash || ' ' || coalesce(answer, '') FROM idempotency_keys";
        let outcomes = "SELECT scope || ' ' || key || ' ' || field || ' ' || outcome FROM idempotency_outcomes";
        [self.test.texts(keys).await, self.test.texts(outcomes).await].concat()
    }

    pub async fn save(&self, products: &[Product]) {
        let tx = write::WriteTx::begin(&self.db).await.unwrap();
        let shop = write::Shop::load(&tx).await.unwrap();
        write::save_products(&tx, &shop, products).await.unwrap();
        tx.commit().await.unwrap();
        self.acknowledged().await;
    }

    /// The engines that read through a cache.
    pub fn kept(&self) -> impl Iterator<Item = (&'static str, &Engine)> {
        self.kept.iter().map(|(name, engine)| (*name, engine))
    }

    /// Nothing is left that will be published later, and what is read from now on is kept.
    pub async fn publish_all(&self) {
        let mut hidden = hidden().remove(2);
        hidden.publications[0].published_at = now();
        self.save(&[hidden]).await;
        self.settled().await;
    }

    /// What was committed until now may be told: from here on nobody reads anything older.
    pub async fn acknowledged(&self) {
        for (_, engine) in &self.kept {
            engine.cache().unwrap().commit_wait(Instant::now()).await;
        }
    }

    pub async fn execute(&self, query: &str, variables: Value, channel: Option<&str>) -> Outcome {
        self.run(GraphqlRequest { query: query.into(), operation_name: None, variables }, channel).await
    }

    pub async fn execute_named(&self, query: &str, variables: Value, name: Option<&str>) -> Outcome {
        let operation_name = name.map(Into::into);
        self.run(GraphqlRequest { query: query.into(), operation_name, variables }, None).await
    }

    async fn run(&self, request: GraphqlRequest, channel: Option<&str>) -> Outcome {
        let context = RequestContext {
            channel: channel.map(Into::into),
            explain: true,
            cost: true,
            caller: std::sync::Arc::default(),
            queries_only: false,
            whole: true,
            now: now(),
            request_id: "test".into(),
            trace_id: "trace".into(),
        };
        let outcome = self.engine.execute(request.clone(), context.clone()).await;
        if !self.sabotaged.load(Ordering::Relaxed) {
            for (name, engine) in &self.kept {
                // Cold or not, and then from the first tier.
                for round in 1..=2 {
                    let kept = engine.execute(request.clone(), context.clone()).await;
                    let place = format!("{}, {name}, round {round}: {}", self.name, request.query);
                    assert_eq!(comparable(&kept), comparable(&outcome), "{place}");
                }
            }
        }
        outcome
    }

    /// Data and extensions; no error is expected.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let outcome = self.execute(query, variables, None).await;
        assert!(outcome.response.errors.is_empty(), "{}: {query}: {:?}", self.name, outcome.response.errors);
        answer(&outcome)
    }

    /// Code and text of the first error.
    pub async fn refused(&self, query: &str, variables: Value) -> (String, String) {
        let outcome = self.execute(query, variables, None).await;
        let error = outcome.response.errors.first().unwrap_or_else(|| panic!("{}: {query}: no error", self.name));
        (outcome.error_code.unwrap_or("none").to_owned(), error.message.clone())
    }
}

async fn fill(db: &Db) {
    let tx = write::WriteTx::begin(db).await.unwrap();
    let warehouses: Vec<Warehouse> = (1..=2)
        .map(|number| Warehouse { id: id(2, number), code: format!("w{number}"), name: format!("Warehouse {number}") })
        .collect();
    write::save_warehouses(&tx, &warehouses, now()).await.unwrap();
    write::save_channels(&tx, &channels(), now()).await.unwrap();
    write::save_categories(&tx, &categories(), now()).await.unwrap();
    let rules = Rules { all: true, conditions: vec![Condition::Tag("tag-1".into())] };
    let collections: Vec<Collection> = [("rules", Some(rules)), ("picked", None)]
        .into_iter()
        .enumerate()
        .map(|(number, (slug, rules))| Collection {
            id: id(9, number as u32 + 1),
            slug: slug.into(),
            title: slug.to_uppercase(),
            description_html: String::new(),
            rules,
            position: number as i32,
        })
        .collect();
    write::save_collections(&tx, &collections, now()).await.unwrap();
    let customers: Vec<Customer> = (1..=20)
        .map(|number| Customer {
            id: id(7, number),
            email: format!("c{number}@shop.example"),
            display_name: format!("Customer {number}"),
            created_at: now(),
        })
        .collect();
    write::save_customers(&tx, &customers).await.unwrap();
    let shop = write::Shop::load(&tx).await.unwrap();
    let products: Vec<Product> = (1..=PRODUCTS).map(product).chain(hidden()).collect();
    write::save_products(&tx, &shop, &products).await.unwrap();
    let all: Vec<Review> = (1..=PRODUCTS).flat_map(reviews).chain(reviews(901)).collect();
    write::save_reviews(&tx, &all).await.unwrap();
    let picked: Vec<Uuid> = (1..=PRODUCTS).filter(|number| number % 10 == 3).map(|number| id(4, number)).collect();
    write::set_collection_products(&tx, id(9, 2), &picked).await.unwrap();
    tx.commit().await.unwrap();
}

/// The option key as facets name it.
pub fn size_facet() -> String {
    listing::option_facet_key("Size")
}
