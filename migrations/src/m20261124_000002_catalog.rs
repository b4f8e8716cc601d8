//! Products and what hangs on them.
use crate::dialect::{drop_tables, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const SHARED: &str = r#"
CREATE TABLE products (
    id {uuid} NOT NULL PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    title text NOT NULL,
    description_html text NOT NULL,
    vendor text NOT NULL,
    product_type text NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
    tags text NOT NULL,
    options text NOT NULL,
    category_id {uuid} NULL REFERENCES categories (id),
    seo_title text NULL,
    seo_description text NULL,
    units_sold {bigint} NOT NULL DEFAULT 0,
    rating_sum {bigint} NOT NULL DEFAULT 0,
    rating_count {bigint} NOT NULL DEFAULT 0,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};
CREATE INDEX products_category ON products (category_id);
CREATE TABLE media (
    id {uuid} NOT NULL PRIMARY KEY,
    product_id {uuid} NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    url text NOT NULL,
    alt text NOT NULL,
    width {int} NULL,
    height {int} NULL,
    position {int} NOT NULL
) {strict};
CREATE INDEX media_product ON media (product_id, position, id);
CREATE TABLE variants (
    id {uuid} NOT NULL PRIMARY KEY,
    product_id {uuid} NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    sku text NULL,
    barcode text NULL,
    title text NOT NULL,
    option_values text NOT NULL,
    weight_grams {bigint} NULL,
    position {int} NOT NULL,
    policy text NOT NULL CHECK (policy IN ('deny', 'backorder')),
    tracked {bool} NOT NULL,
    media_id {uuid} NULL REFERENCES media (id) ON DELETE SET NULL,
    attributes text NOT NULL
) {strict};
CREATE INDEX variants_product ON variants (product_id, position, id);
CREATE INDEX variants_media ON variants (media_id) WHERE media_id IS NOT NULL;
CREATE INDEX variants_sku ON variants (sku) WHERE sku IS NOT NULL;
CREATE TABLE variant_prices (
    variant_id {uuid} NOT NULL REFERENCES variants (id) ON DELETE CASCADE,
    channel_id {uuid} NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    amount {bigint} NOT NULL CHECK (amount >= 0),
    compare_at {bigint} NULL CHECK (compare_at >= 0),
    PRIMARY KEY (variant_id, channel_id)
) {clustered};
CREATE INDEX variant_prices_channel ON variant_prices (channel_id);
CREATE TABLE stock_levels (
    variant_id {uuid} NOT NULL REFERENCES variants (id) ON DELETE CASCADE,
    warehouse_id {uuid} NOT NULL REFERENCES warehouses (id) ON DELETE CASCADE,
    on_hand {bigint} NOT NULL,
    reserved {bigint} NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    PRIMARY KEY (variant_id, warehouse_id)
) {clustered};
CREATE INDEX stock_levels_warehouse ON stock_levels (warehouse_id);
CREATE TABLE product_attributes (
    product_id {uuid} NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    namespace text NOT NULL,
    key text NOT NULL,
    label text NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (product_id, namespace, key)
) {clustered};
CREATE TABLE product_publications (
    product_id {uuid} NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    channel_id {uuid} NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    published_at {time} NOT NULL,
    PRIMARY KEY (product_id, channel_id)
) {clustered};
CREATE INDEX product_publications_channel ON product_publications (channel_id);
CREATE TABLE collection_products (
    collection_id {uuid} NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    product_id {uuid} NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    PRIMARY KEY (collection_id, product_id)
) {clustered};
CREATE INDEX collection_products_product ON collection_products (product_id);
CREATE TABLE reviews (
    id {uuid} NOT NULL PRIMARY KEY,
    product_id {uuid} NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    customer_id {uuid} NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    rating {int} NOT NULL CHECK (rating BETWEEN 1 AND 5),
    title text NOT NULL,
    body text NOT NULL,
    verified_purchase {bool} NOT NULL,
    created_at {time} NOT NULL
) {strict};
CREATE INDEX reviews_product ON reviews (product_id, created_at DESC, id DESC);
CREATE INDEX reviews_customer ON reviews (customer_id);
"#;

const POSTGRES: &str = r#""#;

const SQLITE: &str = r#""#;

const TABLES: &[&str] = &[
    "reviews",
    "stock_levels",
    "variant_prices",
    "collection_products",
    "product_publications",
    "product_attributes",
    "variants",
    "media",
    "products",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        run(m, SHARED, POSTGRES, SQLITE).await
    }
    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(m, TABLES).await
    }
}
