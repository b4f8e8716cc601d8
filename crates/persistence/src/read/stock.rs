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

row! {
    /// What can be promised of a variant in the channel, all warehouses together.
    pub struct InventoryRow {
        /// The variant.
        pub variant_id: Uuid,
        /// Its product.
        pub product_id: Uuid,
        /// Whether stock is counted; otherwise the units say nothing.
        pub tracked: bool,
        /// Stored [`StockPolicy`](tradewind_domain::stock::StockPolicy).
        pub policy: String,
        /// From how many units on it is nearly sold out; none: as the shop's default says.
        pub low_stock_threshold: Option<i64>,
        /// Units that lie there.
        pub on_hand: i64,
        /// Units of these that are promised to somebody.
        pub reserved: i64,
    }
}

impl InventoryRow {
    /// On hand minus reserved.
    pub fn available(&self) -> i64 {
        self.on_hand.saturating_sub(self.reserved)
    }
}

static INVENTORY: Sql = Sql::new(
    "inventory by variant",
    "SELECT v.id, v.product_id, v.tracked, v.policy, v.low_stock_threshold,
        CAST(coalesce((SELECT sum(s.on_hand) FROM stock_levels s
            JOIN channel_warehouses cw ON cw.warehouse_id = s.warehouse_id AND cw.channel_id = $2
            WHERE s.variant_id = v.id), 0) AS bigint),
        CAST(coalesce((SELECT sum(s.reserved) FROM stock_levels s
            JOIN channel_warehouses cw ON cw.warehouse_id = s.warehouse_id AND cw.channel_id = $2
            WHERE s.variant_id = v.id), 0) AS bigint)
     FROM variants v JOIN variant_prices vp ON vp.variant_id = v.id AND vp.channel_id = $2
     JOIN listings l ON l.product_id = v.product_id AND l.channel_id = $2
     WHERE v.id {ids 1} AND l.published_at <= $3 ORDER BY v.id",
);

/// What can be promised of the visible variants among the ids, by id. For those who heard of changes
/// ([`Db::stock_changes`]): what is read after a change has it.
pub async fn inventory_by_variants(db: &Db, scope: Scope, ids: Vec<Uuid>) -> Result<Vec<InventoryRow>, DbError> {
    INVENTORY.fetch(db, vec![Arg::Ids(ids), Arg::Id(scope.channel_id), Arg::Time(scope.now)]).await
}
