//! Every movement of stock, and what is promised to whom until when. docs/stock.md explains both.
//!
//! A level that is deleted takes its movements and promises along: the sum of the ledger is that of the levels that are
//! there. Movements refer to their level alone: a look at the variant or the warehouse for each of them would lock rows
//! that all buyers share.
use crate::dialect::{drop_tables, run};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const SHARED: &str = r#"
ALTER TABLE variants ADD COLUMN low_stock_threshold {bigint} NULL CHECK (low_stock_threshold >= 0);
CREATE TABLE stock_movements (
    id {counter},
    variant_id {uuid} NOT NULL,
    warehouse_id {uuid} NOT NULL,
    kind text NOT NULL CHECK (kind IN ('receive', 'adjust', 'reserve', 'release', 'ship', 'return', 'import')),
    on_hand_change {bigint} NOT NULL,
    reserved_change {bigint} NOT NULL,
    reason text NULL,
    reference_kind text NULL,
    reference_id {uuid} NULL,
    actor text NULL,
    at {time} NOT NULL,
    FOREIGN KEY (variant_id, warehouse_id) REFERENCES stock_levels (variant_id, warehouse_id) ON DELETE CASCADE,
    CHECK (on_hand_change <> 0 OR reserved_change <> 0)
) {strict};
CREATE INDEX stock_movements_level ON stock_movements (variant_id, warehouse_id, id);
CREATE TABLE holds (
    id {uuid} NOT NULL PRIMARY KEY,
    owner_kind text NOT NULL,
    owner_id {uuid} NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'committed', 'released', 'expired')),
    expires_at {time} NOT NULL,
    created_at {time} NOT NULL
) {strict};
CREATE INDEX holds_expiry ON holds (expires_at, id) WHERE state = 'active';
CREATE TABLE hold_lines (
    hold_id {uuid} NOT NULL REFERENCES holds (id) ON DELETE CASCADE,
    position {int} NOT NULL,
    variant_id {uuid} NOT NULL,
    warehouse_id {uuid} NULL,
    quantity {bigint} NOT NULL CHECK (quantity > 0),
    backordered {bigint} NOT NULL CHECK (backordered BETWEEN 0 AND quantity),
    PRIMARY KEY (hold_id, position),
    FOREIGN KEY (variant_id, warehouse_id) REFERENCES stock_levels (variant_id, warehouse_id) ON DELETE CASCADE
) {clustered};
CREATE INDEX hold_lines_level ON hold_lines (variant_id, warehouse_id);
INSERT INTO stock_movements (variant_id, warehouse_id, kind, on_hand_change, reserved_change, reason, at)
    SELECT variant_id, warehouse_id, 'import', on_hand, reserved, 'what was there before the ledger', NOW
    FROM stock_levels WHERE on_hand <> 0 OR reserved <> 0;
"#;

const POSTGRES_NOW: &str = "now()";
/// As times are written by the application.
const SQLITE_NOW: &str = "strftime('%Y-%m-%dT%H:%M:%f+00:00')";

const TABLES: &[&str] = &["hold_lines", "holds", "stock_movements"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let now = if m.get_database_backend() == DbBackend::Postgres { POSTGRES_NOW } else { SQLITE_NOW };
        run(m, &SHARED.replace("NOW", now), "", "").await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(m, TABLES).await?;
        m.get_connection().execute_unprepared("ALTER TABLE variants DROP COLUMN low_stock_threshold").await?;
        Ok(())
    }
}
