//! Making and renaming warehouses.
use super::{errors::WarehouseUserError, warehouse};
use crate::{
    access::{AccessTo, Grant},
    execution::direct,
    mutation::{Keep, refusals, shown, staff_run},
    node::typed_id,
    policy::{Decision, governed},
    stock::Warehouse,
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use futures_util::FutureExt;
use tradewind_commerce::administration::warehouses;
use tradewind_domain::global_id::NodeKind;
use uuid::Uuid;

/// A place that holds stock.
#[derive(Clone, Debug, InputObject)]
pub struct WarehouseCreateInput {
    /// Short name: letters a to z, digits, hyphens; unique.
    pub code: String,
    /// For people; at most 100 characters.
    pub name: String,
}

/// What is to be different of a warehouse; what is left out stays.
#[derive(Clone, Debug, Default, InputObject)]
pub struct WarehouseUpdateInput {
    /// Short name: letters a to z, digits, hyphens; unique.
    pub code: Option<String>,
    /// For people; at most 100 characters.
    pub name: Option<String>,
}

/// A warehouse.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct WarehousePayload {
    /// The warehouse, as it is now; null where nothing was done.
    warehouse: Option<Warehouse>,
    /// Why nothing was done.
    user_errors: Vec<WarehouseUserError>,
}

async fn save(
    ctx: &Context<'_>,
    id: Option<Uuid>,
    code: Option<String>,
    name: Option<String>,
) -> Result<WarehousePayload> {
    let state = (id, code, name);
    let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, code, name), tx, moment| {
        warehouses::save(tx, *id, code.as_deref(), name.as_deref(), moment).boxed()
    });
    let outcome = outcome.await?;
    let warehouse = shown(&outcome, |id| warehouse::load(ctx, *id)).await?;
    Ok(WarehousePayload { warehouse, user_errors: refusals(ctx, outcome) })
}

/// Mutations about warehouses.
#[derive(Default)]
pub struct WarehouseMutations;

#[Object(crate = "crate::execution")]
impl WarehouseMutations {
    /// For staff: makes a warehouse. No channel sells from it yet.
    #[graphql(directive = AccessTo::apply(&[Grant::InventoryWrite]))]
    async fn warehouse_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The warehouse.")] input: WarehouseCreateInput,
    ) -> Result<WarehousePayload> {
        save(ctx, None, Some(input.code), Some(input.name)).await
    }

    /// For staff: changes a warehouse.
    #[graphql(directive = AccessTo::apply(&[Grant::InventoryWrite]))]
    async fn warehouse_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the warehouse.")] id: ID,
        #[graphql(desc = "What is to be different.")] input: WarehouseUpdateInput,
    ) -> Result<WarehousePayload> {
        let id = typed_id("id", &id, NodeKind::Warehouse)?;
        save(ctx, Some(id), input.code, input.name).await
    }
}

direct!(WarehousePayload {});
direct!(WarehouseMutations {});
governed! {
    Decision::Part => WarehouseMutations;
    Decision::Never => WarehousePayload;
}
