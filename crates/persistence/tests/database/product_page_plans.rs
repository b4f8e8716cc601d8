//! Among 50,000 products and variants staff find a page, and what depends on them, without reading all.
use crate::plans::settled;
use chrono::{TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Database};
use tradewind_domain::product::ProductStatus;
use tradewind_persistence::{
    Db, DbConfig,
    write::{ProductPage, held_variants, product_terms, products_of_variants, products_page, slugs_taken},
};
use tradewind_testkit::TestDb;
use uuid::Uuid;

/// Every hundredth is a draft; each has a variant.
const FILL: &str = "
CREATE FUNCTION id(kind int, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
  $$ SELECT (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
INSERT INTO products (id, slug, title, description_html, vendor, product_type, status, tags, options, created_at, updated_at)
  SELECT id(1, n), 'slug-' || n, 'Title ' || n, '', '', '', CASE WHEN n % 100 = 0 THEN 'draft' ELSE 'active' END, '[]', '[]',
  now(), now() + n * interval '1 second' FROM generate_series(1, 50000) n;
INSERT INTO variants (id, product_id, sku, title, option_values, position, policy, tracked, attributes)
  SELECT id(2, n), id(1, n), 'SKU-' || n, '', '[]', 1, 'deny', true, '[]' FROM generate_series(1, 50000) n;
INSERT INTO channels VALUES (id(5, 1), 'default', 'Default', 'USD', 'en', false, true, now());
INSERT INTO warehouses VALUES (id(6, 1), 'main', 'Main', now());
INSERT INTO media SELECT id(7, n), id(1, n), 'https://media.example/' || n, '', NULL, NULL, 1 FROM generate_series(1, 50000) n;
INSERT INTO product_attributes SELECT id(1, n), 'custom', 'care', 'Care', 'text', '30' FROM generate_series(1, 50000) n;
INSERT INTO product_publications SELECT id(1, n), id(5, 1), now() FROM generate_series(1, 50000) n;
INSERT INTO variant_prices SELECT id(2, n), id(5, 1), n, NULL FROM generate_series(1, 50000) n;
INSERT INTO stock_levels SELECT id(2, n), id(6, 1), 100, 0 FROM generate_series(1, 50000) n;
INSERT INTO product_terms SELECT id(1, n), 'books', true FROM generate_series(1, 50000) n;
INSERT INTO holds SELECT id(3, n), 'checkout', id(4, n), 'active', now(), now() FROM generate_series(1, 50000) n;
INSERT INTO hold_lines SELECT id(3, n), 1, id(2, n), NULL, 1, 0 FROM generate_series(1, 50000) n;
ANALYZE;";

fn id(kind: u128, number: u128) -> Uuid {
    Uuid::from_u128(kind << 96 | 0x7000_8000_0000_0000_0000 | number)
}

async fn look(db: &Db) {
    for number in 0..10 {
        let text = |text: &str| Some(format!("{text}{}", 40_001 + number));
        let after = Some((Utc::now() + TimeDelta::seconds(i64::from(number) * 1000), id(1, 0)));
        let pages = [
            ProductPage::default(),
            ProductPage { status: Some(ProductStatus::Draft), ..ProductPage::default() },
            ProductPage { after, ..ProductPage::default() },
            ProductPage { after, status: Some(ProductStatus::Draft), ..ProductPage::default() },
            ProductPage { text: text("TITLE "), ..ProductPage::default() },
            ProductPage { text: text("slug-"), ..ProductPage::default() },
            ProductPage { text: text("sku-"), status: Some(ProductStatus::Active), ..ProductPage::default() },
        ];
        for page in pages {
            let limit = if page.text.is_some() { 1 } else { 5 };
            let found = products_page(db, &ProductPage { limit, ..page.clone() }).await.unwrap();
            assert!(found.len() == limit as usize || page.after.is_some(), "{page:?}");
        }
        let some: Vec<Uuid> = (1..20).map(|other| id(2, 30_000 + other)).collect();
        assert_eq!(products_of_variants(db, some.clone()).await.unwrap().len(), 19);
        let slugs = (1..20).map(|other| format!("slug-{other}")).collect();
        assert_eq!(slugs_taken(db, slugs).await.unwrap().len(), 19);
        let products: Vec<Uuid> = (1..20).map(|other| id(1, 30_000 + other)).collect();
        assert_eq!(product_terms(db, &products).await.unwrap().len(), 19);
        let tx = db.begin_write().await.unwrap();
        assert_eq!(held_variants(&tx, some).await.unwrap().len(), 19);
        tx.roll_back().await.unwrap();
    }
}

#[tokio::test]
async fn no_page_of_products_is_found_by_reading_all() {
    let Some(test) = TestDb::postgres().await else { return };
    let control = Database::connect(test.url()).await.unwrap();
    let filler = Database::connect(test.url()).await.unwrap();
    filler.execute_unprepared(FILL).await.unwrap();
    // What it read itself is counted when it ends.
    filler.execute_unprepared("SELECT pg_stat_force_next_flush()").await.unwrap();
    filler.close().await.unwrap();
    control.execute_unprepared("SELECT pg_stat_reset()").await.unwrap();
    let db = Db::connect(&DbConfig { max_connections: 1, ..DbConfig::new(test.url()) }).await.unwrap();
    look(&db).await;
    db.close().await;
    assert_eq!(settled(&control).await, Vec::new(), "tables that were read from end to end, and how often");
}
