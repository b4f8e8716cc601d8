//! What staff look for: customers whose e-mail begins with something.
use crate::dialect::{drop_indexes, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The unique index has the order of the database's language, in which a beginning is no range. SQLite's has that of the
/// bytes already.
const POSTGRES: &str = r#"CREATE INDEX customers_email_bytes ON customers (email COLLATE "C");"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        run(m, "", POSTGRES, "").await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_indexes(m, &["customers_email_bytes"]).await
    }
}
