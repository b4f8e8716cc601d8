//! Staff look through products of any status: what changed last first, and by how a title, a slug or a SKU begins.
use crate::dialect::{drop_indexes, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const SHARED: &str = r#"
CREATE INDEX products_updated ON products (updated_at, id);
CREATE INDEX products_status ON products (status, updated_at, id);
"#;

/// Beginnings of texts are ranges in the order of bytes. `lower` changes the letters A to Z only, as on SQLite.
const POSTGRES: &str = r#"
CREATE INDEX products_title ON products (lower(title COLLATE "C"));
CREATE INDEX products_slug_bytes ON products (slug COLLATE "C");
CREATE INDEX variants_sku_lower ON variants (lower(sku COLLATE "C")) WHERE sku IS NOT NULL;
"#;

const SQLITE: &str = r#"
CREATE INDEX products_title ON products (lower(title));
CREATE INDEX variants_sku_lower ON variants (lower(sku)) WHERE sku IS NOT NULL;
"#;

const INDEXES: &[&str] =
    &["variants_sku_lower", "products_slug_bytes", "products_title", "products_status", "products_updated"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        run(m, SHARED, POSTGRES, SQLITE).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_indexes(m, INDEXES).await
    }
}
