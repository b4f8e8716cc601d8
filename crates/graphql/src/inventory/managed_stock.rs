//! Stock in every warehouse, and the ledger.
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::{bad_input, database},
    execution::direct,
    node::typed_id,
    page::page_size,
    policy::{CacheControl, Decision, Governed as _, governed},
    staff::actor_id,
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use tradewind_commerce::staff::Actor;
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::{
    ledger::{Difference, check_ledger},
    read::managed_stock::{ManagedStockRow, MovementRow, stock_everywhere, stock_movements},
};
use uuid::Uuid;

/// More variants than these are several requests.
const MOST: usize = 500;

/// What lies in one warehouse of one variant.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(ManagedStock::DECISION))]
pub struct ManagedStock {
    /// Id of the variant.
    pub variant_id: ID,
    /// Id of the warehouse.
    pub warehouse_id: ID,
    /// Units that are there.
    pub on_hand: i64,
    /// Units that are promised to somebody.
    pub reserved: i64,
    /// Units that can be promised; below zero where more was promised than there is.
    pub available: i64,
}

impl ManagedStock {
    fn of(row: &ManagedStockRow) -> Self {
        Self {
            variant_id: variant(row.variant_id),
            warehouse_id: warehouse(row.warehouse_id),
            on_hand: row.on_hand,
            reserved: row.reserved,
            available: row.on_hand - row.reserved,
        }
    }

    /// Levels of variants, in the order of their ids.
    pub(super) async fn load(ctx: &Context<'_>, variants: Vec<Uuid>) -> Result<Vec<Self>> {
        let rows = stock_everywhere(&ctx.request().db, variants).await.map_err(database)?;
        Ok(rows.iter().map(Self::of).collect())
    }
}

fn variant(id: Uuid) -> ID {
    ID(GlobalId::encode(NodeKind::ProductVariant, id))
}

fn warehouse(id: Uuid) -> ID {
    ID(GlobalId::encode(NodeKind::Warehouse, id))
}

/// A row of the ledger: something that moved a level.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(StockMovement::DECISION))]
pub struct StockMovement {
    /// Goes up; for `before`.
    pub number: i64,
    /// Why: `receive`, `adjust`, `reserve`, `release`, `ship`, `return` or `import`.
    pub kind: String,
    /// Units that came, or below zero, went.
    pub on_hand_change: i64,
    /// Units that were promised, or below zero, not any more.
    pub reserved_change: i64,
    /// In the words of whoever moved them.
    pub reason: Option<String>,
    /// What it is about: `hold`, `order`.
    pub reference: Option<String>,
    /// Id of the member of staff or API key; null of a shopper, and of the shop itself.
    pub actor_id: Option<ID>,
    /// When.
    pub at: DateTime<Utc>,
}

impl StockMovement {
    fn of(row: MovementRow) -> Self {
        Self {
            number: row.id,
            kind: row.kind,
            on_hand_change: row.on_hand_change,
            reserved_change: row.reserved_change,
            reason: row.reason,
            reference: row.reference_kind,
            actor_id: row.actor.as_deref().and_then(Actor::parse).and_then(actor_id),
            at: row.at,
        }
    }
}

/// A level that is not what its movements and holds add up to.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(StockDifference::DECISION))]
pub struct StockDifference {
    /// Id of the variant.
    pub variant_id: ID,
    /// Id of the warehouse.
    pub warehouse_id: ID,
    /// Units on hand.
    pub on_hand: i64,
    /// What the movements add up to.
    pub ledger_on_hand: i64,
    /// Units promised.
    pub reserved: i64,
    /// What the movements add up to.
    pub ledger_reserved: i64,
    /// Units that live holds have.
    pub held: i64,
}

impl StockDifference {
    fn of(it: Difference) -> Self {
        Self {
            variant_id: variant(it.variant_id),
            warehouse_id: warehouse(it.warehouse_id),
            on_hand: it.level.0,
            ledger_on_hand: it.ledger.0,
            reserved: it.level.1,
            ledger_reserved: it.ledger.1,
            held: it.held,
        }
    }
}

/// Queries of staff for stock.
#[derive(Default)]
pub struct InventoryQuery;

#[Object(crate = "crate::execution")]
impl InventoryQuery {
    /// For staff: what lies in every warehouse of variants, in the order of their ids; a warehouse that never had any is
    /// left out.
    #[graphql(directive = AccessTo::apply(&[Grant::InventoryRead]))]
    async fn managed_stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Ids of variants, at most 500.")] variant_ids: Vec<ID>,
    ) -> Result<Vec<ManagedStock>> {
        if variant_ids.len() > MOST {
            return Err(bad_input(format!(
                "`variantIds` has {} ids, at most {MOST} are allowed: ask in parts",
                variant_ids.len()
            )));
        }
        let read = |(place, id)| typed_id(format_args!("variantIds[{place}]"), id, NodeKind::ProductVariant);
        let variants = variant_ids.iter().enumerate().map(read).collect::<Result<Vec<_>>>()?;
        ManagedStock::load(ctx, variants).await
    }

    /// For staff: what moved a level, newest first.
    #[graphql(directive = AccessTo::apply(&[Grant::InventoryRead]))]
    async fn stock_movements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the variant.")] variant_id: ID,
        #[graphql(desc = "Id of the warehouse.")] warehouse_id: ID,
        #[graphql(desc = "How many, at most 100; 20 without it.")] first: Option<i32>,
        #[graphql(desc = "Movements before the one of this number.")] before: Option<i64>,
    ) -> Result<Vec<StockMovement>> {
        let variant = typed_id("variantId", &variant_id, NodeKind::ProductVariant)?;
        let warehouse = typed_id("warehouseId", &warehouse_id, NodeKind::Warehouse)?;
        let size = page_size(first, None)?.size;
        let rows = stock_movements(&ctx.request().db, (variant, warehouse), before, size).await.map_err(database)?;
        Ok(rows.into_iter().map(StockMovement::of).collect())
    }

    /// For staff: levels that are not what their movements and holds add up to; there are none, unless somebody wrote past
    /// the shop. It reads every level.
    #[graphql(directive = AccessTo::apply(&[Grant::InventoryWrite]))]
    async fn stock_differences(&self, ctx: &Context<'_>) -> Result<Vec<StockDifference>> {
        let differences = check_ledger(&ctx.request().db).await.map_err(database)?;
        Ok(differences.into_iter().map(StockDifference::of).collect())
    }
}

direct!(ManagedStock {});
direct!(StockMovement {});
direct!(StockDifference {});
direct!(InventoryQuery {});
governed! {
    Decision::Never => ManagedStock, StockMovement, StockDifference;
    Decision::Part => InventoryQuery;
}
