//! A shop whose catalog staff change.
use chrono::{DateTime, TimeDelta, Utc};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::Relaxed},
};
use tradewind_commerce::{
    account::{Moment, Outcome},
    catalog::{
        Answer, BulkDone, CatalogCode, NewProduct, OptionChoice, OptionInput, OptionValueInput, Patch, PriceInput,
        ProductInput, ProductUpdate, PublicationInput, VariantInput, product_create,
    },
    staff::Audited,
};
use tradewind_domain::{
    category::Category,
    channel::Channel,
    collection::{Collection, Condition, Rules},
    currency::Currency,
    product::{Product, ProductStatus},
    warehouse::Warehouse,
};
use tradewind_persistence::{
    Db, DbConfig,
    ledger::check_ledger,
    write::{
        self, Cause, Line, MovementKind, NewHold, Reference, Reserved, Shop, WriteTx, collection_members,
        delete_products, products_after, products_by_ids, save_products, set_collection_products,
    },
};
use tradewind_testkit::{Backend, TestDb};
use uuid::Uuid;

pub(crate) const EU: Uuid = Uuid::from_u128(1);
pub(crate) const US: Uuid = Uuid::from_u128(2);
pub(crate) const WAREHOUSE: Uuid = Uuid::from_u128(3);
/// 10 > 11 > 12, and 13.
pub(crate) const CATEGORIES: [Uuid; 4] =
    [Uuid::from_u128(10), Uuid::from_u128(11), Uuid::from_u128(12), Uuid::from_u128(13)];
/// Picked by hand.
pub(crate) const PICKED: Uuid = Uuid::from_u128(20);
/// Everything with the tag `linen`.
pub(crate) const LINEN: Uuid = Uuid::from_u128(21);

pub(crate) type Done<T> = Outcome<Audited<T>, CatalogCode>;

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) test_db: Arc<TestDb>,
    acts: Arc<AtomicU32>,
}

pub(crate) async fn each() -> Vec<World> {
    let mut worlds = Vec::new();
    for test_db in TestDb::each().await {
        let db = Db::connect(&DbConfig::new(test_db.url())).await.unwrap();
        fill(&db).await;
        worlds.push(World { db, test_db: Arc::new(test_db), acts: Arc::default() });
    }
    worlds
}

pub(crate) fn start() -> DateTime<Utc> {
    "2026-03-01T12:00:00.123456Z".parse().unwrap()
}

async fn fill(db: &Db) {
    let channel = |id, code: &str, currency, is_default| Channel {
        id,
        code: code.into(),
        name: code.into(),
        currency,
        default_locale: "en".into(),
        tax_inclusive: true,
        is_default,
        warehouse_ids: vec![WAREHOUSE],
    };
    let category = |place: usize, parent: Option<usize>| Category {
        id: CATEGORIES[place],
        parent_id: parent.map(|parent| CATEGORIES[parent]),
        slug: format!("category-{place}"),
        name: format!("Category {place}"),
        position: 0,
    };
    let collection = |id, slug: &str, rules| Collection {
        id,
        slug: slug.into(),
        title: slug.into(),
        description_html: String::new(),
        rules,
        position: 0,
    };
    let linen = Rules { all: true, conditions: vec![Condition::Tag("linen".into())] };
    let tx = db.begin_write().await.unwrap();
    let warehouse = Warehouse { id: WAREHOUSE, code: "w".into(), name: "Warehouse".into() };
    write::save_warehouses(&tx, &[warehouse], start()).await.unwrap();
    let channels = [channel(EU, "eu", Currency::EUR, true), channel(US, "us", Currency::USD, false)];
    write::save_channels(&tx, &channels, start()).await.unwrap();
    let tree = [category(0, None), category(1, Some(0)), category(2, Some(1)), category(3, None)];
    write::save_categories(&tx, &tree, start()).await.unwrap();
    let collections = [collection(PICKED, "picked", None), collection(LINEN, "linen", Some(linen))];
    write::save_collections(&tx, &collections, start()).await.unwrap();
    tx.commit().await.unwrap();
}

impl World {
    pub(crate) fn on(&self) -> Backend {
        self.test_db.backend()
    }

    /// As a mutation does it: a transaction that is undone where the flow is refused. Each is a minute after the last.
    pub(crate) async fn act<T>(&self, flow: impl AsyncFnOnce(&WriteTx, &mut Moment<'_>) -> Answer<T>) -> Done<T> {
        let number = self.acts.fetch_add(1, Relaxed);
        let mut random = ChaCha20Rng::seed_from_u64(number.into());
        let mut moment = Moment::new(start() + TimeDelta::minutes(number.into()), &mut random);
        let tx = self.db.begin_write().await.unwrap();
        let done = flow(&tx, &mut moment).await.unwrap();
        match done {
            Ok(_) => tx.commit().await.unwrap(),
            Err(_) => tx.roll_back().await.unwrap(),
        }
        done
    }

    pub(crate) async fn create(&self, new: &NewProduct) -> Uuid {
        self.act(async |tx, moment| product_create(tx, new, moment).await).await.unwrap().value
    }

    /// Active, published in both channels, with a variant in S and M that costs 10.00.
    pub(crate) async fn shirt(&self, title: &str) -> Uuid {
        self.create(&shirt(title)).await
    }

    pub(crate) async fn product(&self, id: Uuid) -> Product {
        self.find(id).await.unwrap()
    }

    pub(crate) async fn find(&self, id: Uuid) -> Option<Product> {
        products_by_ids(&self.db, &[id]).await.unwrap().into_iter().next()
    }

    pub(crate) async fn stock(&self, variant: Uuid, units: i64) {
        let tx = self.db.begin_write().await.unwrap();
        let shop = Shop::load(&tx).await.unwrap();
        let cause = Cause::new(MovementKind::Receive, start());
        write::add_stock(&tx, &shop, &[(variant, WAREHOUSE, units)], &cause).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A checkout that is promised a unit for an hour.
    pub(crate) async fn hold(&self, variant: Uuid) -> Uuid {
        let id = Uuid::from_u128(500);
        let (owner, expires_at) = (Reference { kind: "checkout", id }, start() + TimeDelta::hours(1));
        let hold = NewHold { id, owner, channel_id: EU, expires_at };
        let tx = self.db.begin_write().await.unwrap();
        let line = Line { variant_id: variant, quantity: 1 };
        let held = write::reserve(&tx, &hold, &[line], start()).await.unwrap();
        assert!(matches!(held, Reserved::Held(_)), "{held:?}");
        tx.commit().await.unwrap();
        id
    }

    pub(crate) async fn release(&self, hold: Uuid) {
        let tx = self.db.begin_write().await.unwrap();
        write::release_hold(&tx, hold, start()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn lines(&self, sql: &str) -> Vec<String> {
        let mut lines = self.test_db.texts(sql).await;
        lines.sort();
        lines
    }

    /// What lists, search and facets are made of is what a first write of the products makes, and the ledger agrees.
    pub(crate) async fn check_derived(&self) {
        let edited = self.derived().await;
        assert_eq!(check_ledger(&self.db).await.unwrap(), [], "{}", self.on());
        let products = products_after(&self.db, None, 10_000).await.unwrap();
        let tx = self.db.begin_write().await.unwrap();
        let shop = Shop::load(&tx).await.unwrap();
        let mut picked = Vec::new();
        for collection in shop.collections.iter().filter(|collection| collection.rules.is_none()) {
            picked.push((collection.id, collection_members(&tx, collection.id).await.unwrap()));
        }
        delete_products(&tx, &products.iter().map(|product| product.id).collect::<Vec<_>>()).await.unwrap();
        save_products(&tx, &shop, &products).await.unwrap();
        for (id, members) in picked {
            set_collection_products(&tx, id, &members).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(edited, self.derived().await, "{}", self.on());
    }

    async fn derived(&self) -> Vec<Vec<String>> {
        let is_postgres = self.on() == Backend::Postgres;
        let id = |column: &str| if is_postgres { format!("CAST({column} AS text)") } else { format!("hex({column})") };
        let text = |column: &str| format!("coalesce(CAST({column} AS text), '-')");
        let line = |ids: &[&str], columns: &[&str]| {
            let parts: Vec<String> = ids.iter().map(|it| id(it)).chain(columns.iter().map(|it| text(it))).collect();
            parts.join(" || ' ' || ")
        };
        let documents = match is_postgres {
            true => "product_search",
            false => {
                "(SELECT d.product_id, s.title, s.keywords, s.body FROM product_search_documents d
                  JOIN product_search s ON s.rowid = d.document_id) documents"
            }
        };
        let figures = ["published_at", "min_price", "max_price", "min_compare_at", "availability", "title_key"];
        let tables = [
            ("listings", line(&["product_id", "channel_id"], &figures)),
            ("listing_scopes", line(&["product_id", "channel_id", "scope_id"], &["published_at", "min_price"])),
            ("product_facets", line(&["product_id"], &["key", "value"])),
            ("collection_products", line(&["collection_id", "product_id"], &[])),
            (documents, line(&["product_id"], &["title", "keywords", "body"])),
            ("search_terms WHERE uses <> 0", line(&[], &["term", "uses"])),
        ];
        let mut all = Vec::new();
        for (table, line) in tables {
            all.push(self.lines(&format!("SELECT {line} FROM {table}")).await);
        }
        all
    }
}

pub(crate) fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub(crate) fn price(channel: &str, amount: i64) -> PriceInput {
    PriceInput { channel: channel.into(), amount: Some(amount), compare_at: None }
}

pub(crate) fn option(name: &str, values: &[&str]) -> OptionInput {
    let value = |value: &&str| OptionValueInput { value: (*value).to_owned(), ..OptionValueInput::default() };
    OptionInput { name: name.into(), was: None, values: values.iter().map(value).collect() }
}

pub(crate) fn choice(option: &str, value: &str) -> OptionChoice {
    OptionChoice { option: option.into(), value: value.into() }
}

pub(crate) fn size(value: &str) -> VariantInput {
    VariantInput {
        options: Some(vec![choice("Size", value)]),
        sku: Patch::Set(format!("SKU-{value}")),
        prices: vec![price("eu", 1000), price("us", 1100)],
        ..VariantInput::default()
    }
}

pub(crate) fn shirt(title: &str) -> NewProduct {
    let publication = |channel: &str| PublicationInput { channel: channel.into(), published_at: None };
    NewProduct {
        product: ProductInput {
            title: text(title),
            vendor: text("Weavers"),
            product_type: text("Shirt"),
            status: Some(ProductStatus::Active),
            tags: Some(vec!["linen".into(), "summer".into()]),
            category_id: Patch::Set(CATEGORIES[2]),
            options: Some(vec![option("Size", &["S", "M", "L"])]),
            ..ProductInput::default()
        },
        variants: vec![size("S"), size("M")],
        media: Vec::new(),
        publications: vec![publication("eu"), publication("us")],
    }
}

pub(crate) fn retitled(id: Uuid, title: &str) -> ProductUpdate {
    ProductUpdate { id, product: ProductInput { title: text(title), ..ProductInput::default() } }
}

/// (code, field) of each refusal.
pub(crate) fn refusals<T: std::fmt::Debug>(done: Done<T>) -> Vec<(CatalogCode, String)> {
    let refused = done.unwrap_err();
    refused.into_iter().map(|refused| (refused.code, refused.field.unwrap_or_default())).collect()
}

/// The same of a bulk request that went on.
pub(crate) fn left_out(done: &BulkDone) -> Vec<(CatalogCode, String)> {
    done.refused.iter().map(|refused| (refused.code, refused.field.clone().unwrap_or_default())).collect()
}

pub(crate) fn expect(refusals: &[(CatalogCode, &str)]) -> Vec<(CatalogCode, String)> {
    refusals.iter().map(|(code, field)| (*code, (*field).to_owned())).collect()
}
