//! Warehouses as staff see them.
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::database,
    execution::direct,
    policy::{Decision, governed},
    stock::Warehouse,
};
use async_graphql::{Context, Object, Result};
use std::sync::Arc;
use tradewind_domain::warehouse;
use tradewind_persistence::{read::warehouse::WarehouseRow, write::load_warehouses};
use uuid::Uuid;

pub(super) fn told(warehouse: &warehouse::Warehouse) -> Warehouse {
    let row = WarehouseRow { id: warehouse.id, code: warehouse.code.clone(), name: warehouse.name.clone() };
    Warehouse(Arc::new(row))
}

/// The warehouse as it is now.
pub(super) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Warehouse>> {
    let all = load_warehouses((&ctx.request().db).into()).await.map_err(database)?;
    Ok(all.iter().find(|warehouse| warehouse.id == id).map(told))
}

/// Queries for warehouses.
#[derive(Default)]
pub struct WarehouseQuery;

#[Object(crate = "crate::execution")]
impl WarehouseQuery {
    /// For staff: every warehouse, by code.
    #[graphql(directive = AccessTo::apply(&[Grant::InventoryRead, Grant::SettingsRead]))]
    async fn warehouses(&self, ctx: &Context<'_>) -> Result<Vec<Warehouse>> {
        let all = load_warehouses((&ctx.request().db).into()).await.map_err(database)?;
        Ok(all.iter().map(told).collect())
    }
}

direct!(WarehouseQuery {});
governed! {
    Decision::Part => WarehouseQuery;
}
