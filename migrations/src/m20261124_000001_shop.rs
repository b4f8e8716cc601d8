//! Channels, warehouses, categories, collections, customers: what products refer to.
use crate::dialect::{drop_tables, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const SHARED: &str = r#"
CREATE TABLE channels (
    id {uuid} NOT NULL PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    currency text NOT NULL,
    default_locale text NOT NULL,
    tax_inclusive {bool} NOT NULL,
    is_default {bool} NOT NULL,
    created_at {time} NOT NULL
) {strict};
CREATE UNIQUE INDEX channels_one_default ON channels (is_default) WHERE is_default;
CREATE TABLE warehouses (
    id {uuid} NOT NULL PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    created_at {time} NOT NULL
) {strict};
CREATE TABLE channel_warehouses (
    channel_id {uuid} NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    warehouse_id {uuid} NOT NULL REFERENCES warehouses (id) ON DELETE CASCADE,
    PRIMARY KEY (channel_id, warehouse_id)
) {clustered};
CREATE INDEX channel_warehouses_warehouse ON channel_warehouses (warehouse_id);
CREATE TABLE categories (
    id {uuid} NOT NULL PRIMARY KEY,
    parent_id {uuid} NULL REFERENCES categories (id),
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    position {int} NOT NULL DEFAULT 0,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};
CREATE INDEX categories_parent ON categories (parent_id, position, name, id);
CREATE TABLE collections (
    id {uuid} NOT NULL PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    title text NOT NULL,
    description_html text NOT NULL DEFAULT '',
    rules text NULL,
    position {int} NOT NULL DEFAULT 0,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};
CREATE INDEX collections_order ON collections (position, id);
CREATE TABLE customers (
    id {uuid} NOT NULL PRIMARY KEY,
    email text NOT NULL UNIQUE,
    display_name text NOT NULL,
    created_at {time} NOT NULL
) {strict};
"#;

const POSTGRES: &str = r#""#;

const SQLITE: &str = r#""#;

const TABLES: &[&str] = &["customers", "collections", "categories", "channel_warehouses", "warehouses", "channels"];

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
