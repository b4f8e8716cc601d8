//! Stock, never cached.
use crate::{
    context::Request as _,
    error::{database, load},
    execution::direct,
    loaders::{batch, by_id, shared},
    policy::{CacheControl, Decision, Governed as _, governed},
    shared_row::SharedRow,
};
use async_graphql::{Context, Enum, ID, Object, Result};
use std::sync::Arc;
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    stock,
};
use tradewind_persistence::{
    DbError,
    read::{
        stock::{StockRow, stock_by_variants},
        warehouse::{WarehouseRow, warehouses_by_ids},
    },
};
use uuid::Uuid;

batch!(
    /// Levels of a variant in the channel's warehouses.
    StockOf, "stockLevels", Uuid => Arc<Vec<StockRow>>, |list| list.len(),
    |source, keys| Ok(shared(stock_by_variants(&source.db, source.scope, keys).await?))
);
batch!(
    /// Warehouses.
    WarehouseById, "warehouse", Uuid => Arc<WarehouseRow>, |_| 1,
    |source, keys| Ok(by_id(warehouses_by_ids(&source.db, keys).await?, |row| row.id))
);

/// What a product card says about buying, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Availability {
    /// Enough is there.
    InStock,
    /// Five or fewer are left.
    LowStock,
    /// Can be ordered and is delivered later.
    Backorder,
    /// Cannot be ordered.
    OutOfStock,
}

impl From<stock::Availability> for Availability {
    fn from(availability: stock::Availability) -> Self {
        match availability {
            stock::Availability::InStock => Self::InStock,
            stock::Availability::LowStock => Self::LowStock,
            stock::Availability::Backorder => Self::Backorder,
            stock::Availability::OutOfStock => Self::OutOfStock,
        }
    }
}

/// What one warehouse can promise of one variant.
pub struct StockLevel(pub(crate) SharedRow<StockRow>);

/// What one warehouse can promise of one variant.
#[Object(crate = "crate::execution", directive = CacheControl::apply(StockLevel::DECISION))]
impl StockLevel {
    /// Where it lies.
    async fn warehouse(&self, ctx: &Context<'_>) -> Result<Warehouse> {
        let row = ctx.request().loaders.warehouse_by_id().load(self.0.warehouse_id).await.map_err(load)?;
        row.map(Warehouse).ok_or_else(|| database(DbError::Setup("a stock level without its warehouse".to_owned())))
    }
    /// Units on hand that nobody has reserved; below zero where a shop sold more than it had.
    async fn available(&self) -> i64 {
        self.0.available
    }
}

/// A place that holds stock.
pub struct Warehouse(pub(crate) Arc<WarehouseRow>);

/// A place that holds stock.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Warehouse::DECISION))]
impl Warehouse {
    /// Opaque id.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Warehouse, self.0.id))
    }
    /// Short name, lower case.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// For people.
    async fn name(&self) -> &str {
        &self.0.name
    }
}

direct!(StockLevel { "warehouse" => warehouse, "available" => !available, });
direct!(Warehouse { "id" => !id, "code" => !code, "name" => !name, });
crate::execution::direct_enum!(Availability);
governed! {
    Decision::Never => StockLevel, Warehouse;
}
