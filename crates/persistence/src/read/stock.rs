//! Stock levels in the channel's warehouses. Never cached.
use super::{Scope, group};
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use std::collections::HashMap;
use uuid::Uuid;

row! {
    /// What one warehouse can promise of one variant.
    pub struct StockRow {
        /// The variant.
        pub variant_id: Uuid,
        /// Where it lies.
        pub warehouse_id: Uuid,
        /// On hand minus reserved.
        pub available: i64,
    }
}

static BY_VARIANTS: Sql = Sql::new(
    "stock by variant",
    "SELECT s.variant_id, s.warehouse_id, s.on_hand - s.reserved FROM stock_levels s
     JOIN channel_warehouses cw ON cw.warehouse_id = s.warehouse_id AND cw.channel_id = $2
     WHERE s.variant_id {ids 1} ORDER BY s.variant_id, s.warehouse_id",
);

/// Levels per variant, in the order of warehouse ids.
pub async fn stock_by_variants(db: &Db, scope: Scope, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<StockRow>>, DbError> {
    let rows = BY_VARIANTS.fetch(db, vec![Arg::Ids(ids), Arg::Id(scope.channel_id)]).await?;
    Ok(group(rows, |row: &StockRow| row.variant_id))
}
