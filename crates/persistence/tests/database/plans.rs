//! On 100,000 products no list query reads a large table from end to end. Counted by PostgreSQL itself while the real
//! statements run, often enough that prepared statements may have changed to their generic plan.
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use tradewind_domain::listing::{OptionFilter, ProductFilter, ProductSort};
use tradewind_persistence::{
    Db, DbConfig,
    ledger::check_ledger,
    read::{
        ChildPage, Scope, address, category, collection, customer, facet,
        listing::{ListPage, ListQuery, Within, count_products, list_products},
        media,
        product::{self, ProductColumns},
        review,
        search::{SearchQuery, with_corrections},
        session, stock, suggestion, variant, warehouse,
    },
    write::{
        self, Cause, HoldEnd, Line, MovementKind, NewHold, Reference, Reserved, Shop, add_stock, commit_hold,
        expire_holds, extend_hold, release_hold, reserve, set_low_stock_thresholds, set_stock,
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
INSERT INTO product_terms SELECT id(4, n), 'standard', true FROM generate_series(1, 100000) n;
INSERT INTO variant_prices SELECT id(5, n), id(1, 1), n % 9973, NULL FROM generate_series(1, 100000) n;
INSERT INTO stock_levels SELECT id(5, n), id(2, 1), 100, CASE n % 50 WHEN 0 THEN 1 ELSE 0 END FROM generate_series(1, 100000) n;
INSERT INTO stock_movements (variant_id, warehouse_id, kind, on_hand_change, reserved_change, at) SELECT id(5, n), id(2, 1), 'import', 100, 0, now() FROM generate_series(1, 100000) n;
INSERT INTO holds SELECT id(10, n), 'checkout', id(11, n), CASE n % 50 WHEN 0 THEN 'active' ELSE 'committed' END, now() + n * interval '1 second', now() FROM generate_series(1, 100000) n;
INSERT INTO hold_lines SELECT id(10, n), 1, id(5, n), id(2, 1), 1, 0 FROM generate_series(1, 100000) n;
INSERT INTO reviews SELECT id(8, n), id(4, n), id(7, 1 + n % 5000), 4, '', '', true, now() FROM generate_series(1, 100000) n;
INSERT INTO listings SELECT id(1, 1), id(4, n), now() - n * interval '1 minute', n % 9973, n % 9973, NULL, NULL, (n % 4)::smallint, 'title ' || n, 4000, n % 997 FROM generate_series(1, 100000) n;
INSERT INTO listing_scopes SELECT id(1, 1), id(3, 1 + n % 200), id(4, n), now() - n * interval '1 minute', n % 9973, 'title ' || n, 4000, n % 997 FROM generate_series(1, 100000) n;
INSERT INTO collection_products SELECT id(9, 1 + n % 50), id(4, n) FROM generate_series(1, 100000) n;
INSERT INTO product_facets SELECT id(4, n), 'tag', 'tag-' || n % 300 FROM generate_series(1, 100000) n;
INSERT INTO product_facets SELECT id(4, n), 'vendor', 'vendor-' || n % 150 FROM generate_series(1, 100000) n;
INSERT INTO product_facets SELECT id(4, n), 'option:color', 'color-' || n % 12 FROM generate_series(1, 100000) n;
INSERT INTO product_search (product_id, title, keywords, body) SELECT id(4, n), 'word' || n % 4001 || ' name' || n, 'tag' || n % 300, 'text' FROM generate_series(1, 100000) n;
INSERT INTO sessions SELECT id(10, n), 'token-' || n, id(7, 1 + n % 5000), now(), now() + n * interval '1 second', NULL, '', '' FROM generate_series(1, 100000) n;
INSERT INTO session_uses SELECT id(10, n), now() FROM generate_series(1, 100000) n;
INSERT INTO customer_tokens SELECT id(11, n), 'verify_email', 'token-' || n, id(7, 1 + n % 5000), NULL, now(), now() + n * interval '1 second', NULL FROM generate_series(1, 100000) n;
INSERT INTO addresses SELECT id(12, n), id(7, 1 + n % 5000), '', '', '', '', '', '', '', '', 'DE', NULL, false, false, now(), now() FROM generate_series(1, 100000) n;
INSERT INTO mail_queue SELECT id(13, n), id(7, 1 + n % 5000), '{}', now(), 0, now() + n * interval '1 second', NULL FROM generate_series(1, 100000) n;
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
    stock::inventory_by_variants(db, scope, variants.clone()).await.unwrap();
    write::sold_variants(db.into(), scope.channel_id, &variants, scope.now).await.unwrap();
    write::scopes_of_products(db.into(), scope.channel_id, &products).await.unwrap();
    stock::stock_by_variants(db, scope, variants).await.unwrap();
    warehouse::warehouses_by_ids(db, vec![id(2, 1)]).await.unwrap();
    media::media_by_products(db, products.clone()).await.unwrap();
    media::featured_media(db, products.clone()).await.unwrap();
    media::media_by_ids(db, scope, vec![id(6, 5)]).await.unwrap();
    review::review_pages(db, ChildPage { parent: Uuid::nil(), first: 5, after: None }, products.clone()).await.unwrap();
    review::reviews_by_ids(db, scope, vec![id(8, 5)]).await.unwrap();
    customer::authors_by_ids(db, vec![id(7, 5)]).await.unwrap();
    accounts(db, scope.now).await;
    category::category_ancestors(db, vec![id(3, 5)]).await.unwrap();
    category::categories_by_parents(db, vec![id(3, 5)]).await.unwrap();
    collection::collections_by_products(db, products).await.unwrap();
    with_corrections(db, SearchQuery::parse("wrod77 nmae").unwrap()).await.unwrap();
    suggestion::completions(db, scope, "word7", 5).await.unwrap();
}

/// Accounts, sessions, tokens, addresses and mails, read and written.
async fn accounts(db: &Db, now: DateTime<Utc>) {
    let customers: Vec<Uuid> = (1..=50).map(|number| id(7, number)).collect();
    let later = now + TimeDelta::seconds(100);
    customer::profiles_by_ids(db, customers.clone()).await.unwrap();
    address::addresses_by_customers(db, customers.clone()).await.unwrap();
    session::sessions_by_token_hashes(db, vec!["token-7".into(), "token-8".into()]).await.unwrap();
    session::devices_by_customers(db, customers.clone(), 10, now).await.unwrap();
    review::reviews_by_customers(db, vec![id(7, 5)]).await.unwrap();
    let tx = db.begin_write().await.unwrap();
    let (customer, purpose) = (id(7, 5), write::Purpose::VerifyEmail);
    write::lock_account(&tx, customer).await.unwrap();
    write::lock_account_by_email(&tx, "5@shop.example").await.unwrap();
    write::save_account_email(&tx, customer, "other@shop.example").await.unwrap();
    write::sessions_of((&tx).into(), customer).await.unwrap();
    write::lock_session(&tx, "token-7").await.unwrap();
    write::rotate_session(&tx, id(10, 7), "token-x", now).await.unwrap();
    write::note_session_uses(&tx, &[write::SessionUse { session_id: id(10, 8), at: now }]).await.unwrap();
    write::revoke_sessions(&tx, customer, write::Ending::AllBut(id(10, 5)), now).await.unwrap();
    write::delete_ended_sessions(&tx, later, 10).await.unwrap();
    write::owner_of_token((&tx).into(), "token-7", purpose, now).await.unwrap();
    write::use_token(&tx, "token-7", purpose, now).await.unwrap();
    write::end_tokens(&tx, customer, &write::Purpose::EACH, now).await.unwrap();
    write::delete_old_tokens(&tx, later, 10).await.unwrap();
    write::addresses_of((&tx).into(), customer).await.unwrap();
    write::mark_default(&tx, customer, id(12, 4), write::DefaultOf::Billing, now).await.unwrap();
    write::delete_address(&tx, customer, id(12, 4)).await.unwrap();
    write::claim_due_mails(&tx, later, later, 10).await.unwrap();
    write::mail_sent(&tx, id(13, 5), now).await.unwrap();
    write::mail_failed(&tx, id(13, 6), None).await.unwrap();
    write::delete_old_mails(&tx, later, 10).await.unwrap();
    write::delete_sessions_of(&tx, customer).await.unwrap();
    write::delete_tokens_of(&tx, customer).await.unwrap();
    write::delete_addresses_of(&tx, customer).await.unwrap();
    write::delete_mails_of(&tx, customer).await.unwrap();
}

/// A hold of fifty variants, and all that can become of it.
async fn sell(db: &Db, round: u128) {
    let (now, owner) = (chrono::Utc::now(), Reference { kind: "checkout", id: id(11, 1) });
    let lines: Vec<Line> = (1..=50).map(|number| Line { variant_id: id(5, number * 1000), quantity: 1 }).collect();
    let tx = db.begin_write().await.unwrap();
    for number in 0..2 {
        let hold = id(12, round * 10 + number);
        let new = NewHold { id: hold, owner, channel_id: id(1, 1), expires_at: now };
        assert!(matches!(reserve(&tx, &new, &lines, now).await, Ok(Reserved::Held(_))));
        let ended = match number {
            0 => extend_hold(&tx, hold, now).await.and(commit_hold(&tx, hold, None, now).await),
            _ => release_hold(&tx, hold, now).await,
        };
        assert_eq!(ended.unwrap(), HoldEnd::Done);
    }
    let (shop, place) = (Shop::load(&tx).await.unwrap(), (id(5, 7), id(2, 1)));
    let cause = Cause::new(MovementKind::Adjust, now);
    // From one class to another and back, so that listings are written too.
    for units in [0, 100] {
        set_stock(&tx, &shop, &[(place.0, place.1, units)], &cause).await.unwrap();
    }
    add_stock(&tx, &shop, &[(place.0, place.1, -100)], &cause).await.unwrap();
    set_low_stock_thresholds(&tx, &[(place.0, Some(3))]).await.unwrap();
    tx.commit().await.unwrap();
    let overdue = expire_holds(db, now + chrono::TimeDelta::days(2), 20).await.unwrap();
    assert_eq!(overdue.value.len(), 20);
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
    for round in 0..7 {
        sell(&db, round).await;
    }
    // The ledger does not know of the active holds.
    assert!(!check_ledger(&db).await.unwrap().is_empty());
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
