//! Orders as staff look for them: by how far they are, and by who placed them.
use crate::dialect::{drop_indexes, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const SHARED: &str = r#"
CREATE INDEX orders_status ON orders (status, number);
CREATE INDEX orders_payment_status ON orders (payment_status, number);
CREATE INDEX orders_fulfilment_status ON orders (fulfilment_status, number);
CREATE INDEX orders_return_status ON orders (return_status, number);
CREATE INDEX orders_email ON orders (email, number);
"#;

const INDEXES: &[&str] =
    &["orders_status", "orders_payment_status", "orders_fulfilment_status", "orders_return_status", "orders_email"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        run(m, SHARED, "", "").await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_indexes(m, INDEXES).await
    }
}
