//! What lists and cards read: one precomputed row per product and channel, one per scope (category with its
//! ancestors, or collection), and the values that facets count. Written in the transaction that changes the product.
use crate::dialect::{drop_tables, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const SHARED: &str = r#"
CREATE TABLE listings (
    channel_id {uuid} NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    product_id {uuid} NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    published_at {time} NOT NULL,
    min_price {bigint} NOT NULL,
    max_price {bigint} NOT NULL,
    min_compare_at {bigint} NULL,
    max_compare_at {bigint} NULL,
    availability {smallint} NOT NULL,
    title_key {sortable} NOT NULL,
    rating_milli {bigint} NOT NULL,
    units_sold {bigint} NOT NULL,
    PRIMARY KEY (product_id, channel_id)
) {clustered};
CREATE INDEX listings_price ON listings (channel_id, min_price, product_id);
CREATE INDEX listings_newest ON listings (channel_id, published_at, product_id);
CREATE INDEX listings_title ON listings (channel_id, title_key, product_id);
CREATE INDEX listings_rating ON listings (channel_id, rating_milli, product_id);
CREATE INDEX listings_sold ON listings (channel_id, units_sold, product_id);
CREATE TABLE listing_scopes (
    channel_id {uuid} NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    scope_id {uuid} NOT NULL,
    product_id {uuid} NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    published_at {time} NOT NULL,
    min_price {bigint} NOT NULL,
    title_key {sortable} NOT NULL,
    rating_milli {bigint} NOT NULL,
    units_sold {bigint} NOT NULL,
    PRIMARY KEY (product_id, channel_id, scope_id)
) {clustered};
CREATE INDEX listing_scopes_price ON listing_scopes (channel_id, scope_id, min_price, product_id);
CREATE INDEX listing_scopes_newest ON listing_scopes (channel_id, scope_id, published_at, product_id);
CREATE INDEX listing_scopes_title ON listing_scopes (channel_id, scope_id, title_key, product_id);
CREATE INDEX listing_scopes_rating ON listing_scopes (channel_id, scope_id, rating_milli, product_id);
CREATE INDEX listing_scopes_sold ON listing_scopes (channel_id, scope_id, units_sold, product_id);
CREATE TABLE product_facets (
    product_id {uuid} NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    key text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (product_id, key, value)
) {clustered};
CREATE INDEX product_facets_value ON product_facets (key, value, product_id);
"#;

const POSTGRES: &str = r#""#;

const SQLITE: &str = r#""#;

const TABLES: &[&str] = &["product_facets", "listing_scopes", "listings"];

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
