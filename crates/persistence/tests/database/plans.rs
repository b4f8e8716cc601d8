//! On 100,000 products no list query reads a large table from end to end. Counted by PostgreSQL itself while the real
//! statements run, often enough that prepared statements may have changed to their generic plan.
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use tradewind_domain::listing::{OptionFilter, ProductFilter, ProductSort};
use tradewind_persistence::{
    Db, DbConfig,
    read::{
        ChildPage, Scope, category, collection, customer, facet,
        listing::{ListPage, ListQuery, Within, count_products, list_products},
        media,
        product::{self, ProductColumns},
        review,
        search::{SearchQuery, with_corrections},
        stock, suggestion, variant, warehouse,
    },
};
use tradewind_testkit::TestDb;
use uuid::Uuid;

/// Rows by number: uuid of kind `k` and number `n` is `k0000000-0000-7000-8000-n`.
const FILL: &str = "
CREATE FUNCTION id(kind int, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
  $$ SELECT (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
INSERT INTO channels VALUES (id(1, 1), 'default', 'Default', 'USD', 'en', false, true, now());
INSERT INTO warehouses VALUES (id(2, 1), 'main', 'Main', now());
INSERT INTO channel_warehouses VALUES (id(1, 1), id(2, 1));
INSERT INTO categories SELECT id(3, n), NULL, 'category-' || n, 'Category ' || n, n, now(), now() FROM generate_series(1, 200) n;
INSERT INTO collections SELECT id(9, n), 'collection-' || n, 'Collection ' || n, '', NULL, n, now(), now() FROM generate_series(1, 50) n;
INSERT INTO customers SELECT id(7, n), n || '@shop.example', 'Customer ' || n, now() FROM generate_series(1, 5000) n;
INSERT INTO products SELECT id(4, n), 'product-' || n, 'Title ' || n, '', 'Vendor', 'Type', 'active', '[]', '[]', id(3, 1 + n % 200), NULL, NULL, n % 997, 4, 1, now(), now() FROM generate_series(1, 100000) n;
INSERT INTO media SELECT id(6, n), id(4, n), 'https://media.example/' || n, '', NULL, NULL, 1 FROM generate_series(1, 100000) n;
INSERT INTO variants SELECT id(5, n), id(4, n), 'SKU-' || n, NULL, 'Default', '[]', NULL, 1, 'deny', true, NULL, '[]' FROM generate_series(1, 100000) n;
INSERT INTO variant_prices SELECT id(5, n), id(1, 1), n % 9973, NULL FROM generate_series(1, 100000) n;
INSERT INTO stock_levels SELECT id(5, n), id(2, 1), n % 50, 0 FROM generate_series(1, 100000) n;
INSERT INTO reviews SELECT id(8, n), id(4, n), id(7, 1 + n % 5000), 4, '', '', true, now() FROM generate_series(1, 100000) n;
INSERT INTO listings SELECT id(1, 1), id(4, n), now() - n * interval '1 minute', n % 9973, n % 9973, NULL, NULL, (n % 4)::smallint, 'title ' || n, 4000, n % 997 FROM generate_series(1, 100000) n;
INSERT INTO listing_scopes SELECT id(1, 1), id(3, 1 + n % 200), id(4, n), now() - n * interval '1 minute', n % 9973, 'title ' || n, 4000, n % 997 FROM generate_series(1, 100000) n;
INSERT INTO collection_products SELECT id(9, 1 + n % 50), id(4, n) FROM generate_series(1, 100000) n;
INSERT INTO product_facets SELECT id(4, n), 'tag', 'tag-' || n % 300 FROM generate_series(1, 100000) n;
INSERT INTO product_facets SELECT id(4, n), 'vendor', 'vendor-' || n % 150 FROM generate_series(1, 100000) n;
INSERT INTO product_facets SELECT id(4, n), 'option:color', 'color-' || n % 12 FROM generate_series(1, 100000) n;
INSERT INTO product_search (product_id, title, keywords, body) SELECT id(4, n), 'word' || n % 4001 || ' name' || n, 'tag' || n % 300, 'text' FROM generate_series(1, 100000) n;
INSERT INTO search_terms SELECT 'word' || n, 25 FROM generate_series(0, 4000) n;
INSERT INTO search_terms SELECT 'name' || n, 1 FROM generate_series(1, 100000) n;
ANALYZE;
SELECT pg_stat_reset();";

/// Tables that may be read whole: they are small in any shop, or a question is about all of them.
const SMALL: [&str; 9] = [
    "channels",
    "warehouses",
    "channel_warehouses",
    "categories",
    "collections",
    "customers",
    "seaql_migrations",
    "webhook_endpoints",
    "job_schedules",
];

fn id(kind: u128, number: u128) -> Uuid {
    Uuid::from_u128(kind << 96 | 0x7000_8000_0000_0000_0000 | number)
}

fn lists() -> Vec<(Within, ListQuery)> {
    let plain = |sort| ListQuery { filter: ProductFilter::default(), search: None, sort };
    let sorts = [
        ProductSort::PriceAsc,
        ProductSort::PriceDesc,
        ProductSort::Newest,
        ProductSort::Title,
        ProductSort::Rating,
        ProductSort::BestSelling,
    ];
    let mut lists = Vec::new();
    for sort in sorts {
        lists.push((Within::Channel, plain(sort)));
        lists.push((Within::Scopes(vec![id(3, 5)]), plain(sort)));
        lists.push((Within::Scopes((1..20).map(|number| id(3, number)).collect()), plain(sort)));
    }
    let filters = [
        ProductFilter { tags: vec!["tag-7".into()], ..Default::default() },
        ProductFilter { vendors: vec!["vendor-3".into(), "vendor-4".into()], ..Default::default() },
        ProductFilter {
            options: vec![OptionFilter { name: "Color".into(), values: vec!["color-1".into()] }],
            ..Default::default()
        },
        ProductFilter { price_min: Some(100), price_max: Some(200), ..Default::default() },
        ProductFilter { in_stock: Some(true), ..Default::default() },
    ];
    for filter in filters {
        let query = ListQuery { filter, search: None, sort: ProductSort::PriceAsc };
        lists.push((Within::Scopes(vec![id(3, 5)]), query.clone()));
        lists.push((Within::Channel, query));
    }
    let search = SearchQuery::parse("word77");
    lists.push((
        Within::Channel,
        ListQuery { filter: ProductFilter::default(), search: search.clone(), sort: ProductSort::Relevance },
    ));
    lists.push((
        Within::Scopes(vec![id(3, 5)]),
        ListQuery { filter: ProductFilter::default(), search, sort: ProductSort::PriceAsc },
    ));
    lists
}

async fn ask_everything(db: &Db, scope: Scope) {
    let products: Vec<Uuid> = (1..=50).map(|number| id(4, number * 1000)).collect();
    let variants: Vec<Uuid> = (1..=50).map(|number| id(5, number * 1000)).collect();
    for (within, query) in lists() {
        let page = ListPage { limit: 25, after: None, until: None, backwards: false };
        let rows = list_products(db, scope, &within, &query, &page, ProductColumns::Details).await.unwrap();
        if let Some(last) = rows.values().flatten().last() {
            let next = ListPage { after: Some(last.position.clone()), ..page };
            list_products(db, scope, &within, &query, &next, ProductColumns::Details).await.unwrap();
        }
        // Facets of a tenth of all products may well read more than an index.
        if matches!(&within, Within::Scopes(ids) if ids.len() == 1) {
            count_products(db, scope, &within, &query).await.unwrap();
            facet::value_counts(db, scope, &within, &query, None).await.unwrap();
            facet::category_counts(db, scope, &within, &query).await.unwrap();
            facet::price_buckets(db, scope, &within, &query).await.unwrap();
            facet::stock_counts(db, scope, &within, &query).await.unwrap();
            facet::rating_counts(db, scope, &within, &query).await.unwrap();
        }
    }
    product::products_by_ids(db, scope, ProductColumns::Description, products.clone()).await.unwrap();
    product::products_by_slugs(db, scope, ProductColumns::Description, vec!["product-7".into()]).await.unwrap();
    product::details_by_product(db, products.clone()).await.unwrap();
    product::descriptions_by_product(db, products.clone()).await.unwrap();
    variant::variant_pages(db, scope, ChildPage { parent: Uuid::nil(), first: 5, after: None }, products.clone())
        .await
        .unwrap();
    variant::variants_by_ids(db, scope, variants.clone()).await.unwrap();
    variant::variants_by_choice(db, scope, products.clone(), vec!["[]".into()]).await.unwrap();
    variant::variant_counts(db, scope, products.clone()).await.unwrap();
    stock::stock_by_variants(db, scope, variants).await.unwrap();
    warehouse::warehouses_by_ids(db, vec![id(2, 1)]).await.unwrap();
    media::media_by_products(db, products.clone()).await.unwrap();
    media::featured_media(db, products.clone()).await.unwrap();
    media::media_by_ids(db, scope, vec![id(6, 5)]).await.unwrap();
    review::review_pages(db, ChildPage { parent: Uuid::nil(), first: 5, after: None }, products.clone()).await.unwrap();
    review::reviews_by_ids(db, scope, vec![id(8, 5)]).await.unwrap();
    customer::authors_by_ids(db, vec![id(7, 5)]).await.unwrap();
    category::category_ancestors(db, vec![id(3, 5)]).await.unwrap();
    category::categories_by_parents(db, vec![id(3, 5)]).await.unwrap();
    collection::collections_by_products(db, products).await.unwrap();
    with_corrections(db, SearchQuery::parse("wrod77 nmae").unwrap()).await.unwrap();
    suggestion::completions(db, scope, "word7", 5).await.unwrap();
}

async fn whole_reads(control: &DatabaseConnection) -> Vec<(String, i64)> {
    let sql =
        "SELECT relname::text AS tab, seq_scan AS scans FROM pg_stat_user_tables WHERE seq_scan > 0 ORDER BY relname";
    let rows = control.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    let all =
        rows.iter().map(|row| (row.try_get::<String>("", "tab").unwrap(), row.try_get::<i64>("", "scans").unwrap()));
    all.filter(|(table, _)| !SMALL.contains(&table.as_str())).collect()
}

#[tokio::test]
async fn no_list_query_reads_a_large_table_whole() {
    let Some(test) = TestDb::postgres().await else { return };
    let control = Database::connect(test.url()).await.unwrap();
    control.execute_unprepared(FILL).await.unwrap();
    let db = Db::connect(&DbConfig { max_connections: 1, ..DbConfig::new(test.url()) }).await.unwrap();
    let scope = Scope::new(id(1, 1), chrono::Utc::now());
    for _ in 0..7 {
        ask_everything(&db, scope).await;
    }
    // A backend hands its counts in when it ends.
    db.close().await;
    assert_eq!(settled(&control).await, Vec::new(), "tables that were read from end to end, and how often");
}

/// What was read whole, once every backend has handed in its counts.
pub(crate) async fn settled(control: &DatabaseConnection) -> Vec<(String, i64)> {
    let mut read = whole_reads(control).await;
    for _ in 0..50 {
        let again = whole_reads(control).await;
        if again == read && !again.is_empty() {
            break;
        }
        read = again;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    read
}
