//! Carts: what shoppers mean to buy. docs/cart.md explains them.
//!
//! Lines refer to no variant: one that is deleted stays in the carts, where its shoppers are told of it, and no writer of
//! a cart locks a row that all shoppers share.
use crate::dialect::{drop_tables, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const SHARED: &str = r#"
CREATE TABLE carts (
    id {uuid} NOT NULL PRIMARY KEY,
    channel_id {uuid} NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    customer_id {uuid} NULL REFERENCES customers (id) ON DELETE CASCADE,
    token_hash text NOT NULL UNIQUE,
    version {bigint} NOT NULL,
    note text NOT NULL,
    attributes text NOT NULL,
    codes text NOT NULL,
    gift_cards text NOT NULL,
    bought_at {time} NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    expires_at {time} NOT NULL
) {strict};
CREATE INDEX carts_channel ON carts (channel_id);
CREATE INDEX carts_customer ON carts (customer_id) WHERE customer_id IS NOT NULL;
CREATE UNIQUE INDEX carts_open ON carts (customer_id, channel_id) WHERE customer_id IS NOT NULL AND bought_at IS NULL;
CREATE INDEX carts_expiry ON carts (expires_at, id);
CREATE TABLE cart_lines (
    id {uuid} NOT NULL PRIMARY KEY,
    cart_id {uuid} NOT NULL REFERENCES carts (id) ON DELETE CASCADE,
    position {bigint} NOT NULL,
    variant_id {uuid} NOT NULL,
    quantity {int} NOT NULL CHECK (quantity > 0),
    attributes text NOT NULL,
    seen_price {bigint} NOT NULL
) {strict};
CREATE INDEX cart_lines_cart ON cart_lines (cart_id, position, id);
"#;

const TABLES: &[&str] = &["cart_lines", "carts"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        run(m, SHARED, "", "").await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(m, TABLES).await
    }
}
