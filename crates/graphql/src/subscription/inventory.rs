//! Stock as it is told while it changes.
use super::event::Topic;
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::{bad_input, load},
    execution::direct,
    loaders::{batch, by_id},
    node::typed_id,
    policy::{CacheControl, Decision, Governed as _, governed},
    stock::Availability,
    variant::ProductVariant,
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use futures_util::future::try_join_all;
use std::{collections::BTreeSet, sync::Arc};
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    stock::{self, StockPolicy},
};
use tradewind_persistence::read::stock::{InventoryRow, inventory_by_variants};
use uuid::Uuid;

/// More ids than this are several subscriptions.
const MOST: usize = 100;

batch!(
    /// What can be promised of visible variants in the channel.
    InventoryOf, "inventory", Uuid => Arc<InventoryRow>, |_| 1,
    |source, keys| Ok(by_id(inventory_by_variants(&source.db, source.scope, keys).await?, |row| row.variant_id))
);

/// A variant whose stock changed.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(InventoryChange::DECISION))]
pub struct InventoryChange {
    /// Opaque id of the variant, also when it is gone.
    variant_id: ID,
    /// Its stock now; null when the channel does not show the variant (any more).
    inventory: Option<Inventory>,
}

/// Stock of a variant, over the warehouses of the channel, all figures of one moment.
pub struct Inventory(Arc<InventoryRow>);

/// Stock of a variant, over the warehouses of the channel, all figures of one moment.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Inventory::DECISION))]
impl Inventory {
    /// For staff: units that lie there; null where stock is not counted.
    #[graphql(directive = AccessTo::apply(&[Grant::InventoryRead]))]
    async fn on_hand(&self) -> Option<i64> {
        self.0.tracked.then_some(self.0.on_hand)
    }
    /// For staff: units of these that are promised to a checkout under way; null where stock is not counted.
    #[graphql(directive = AccessTo::apply(&[Grant::InventoryRead]))]
    async fn reserved(&self) -> Option<i64> {
        self.0.tracked.then_some(self.0.reserved)
    }
    /// Units that can be promised: on hand minus reserved; null where stock is not counted. Below zero where a shop sold
    /// more than it had.
    async fn available(&self) -> Option<i64> {
        self.0.tracked.then(|| self.0.available())
    }
    /// What this comes to for a shopper; low is at most the variant's own threshold, or five units.
    async fn availability(&self) -> Availability {
        let InventoryRow { tracked, policy, low_stock_threshold, .. } = &*self.0;
        let policy = StockPolicy::from_stored(policy);
        stock::Availability::with_threshold(*tracked, policy, self.0.available(), *low_stock_threshold).into()
    }
    /// The variant.
    async fn variant(&self, ctx: &Context<'_>) -> Result<Option<ProductVariant>> {
        let row = ctx.request().loaders.variant_by_id().load(self.0.variant_id).await.map_err(load)?;
        Ok(row.map(ProductVariant::single))
    }
}

pub(super) fn watched(ids: &[ID]) -> Result<Topic> {
    if ids.is_empty() || ids.len() > MOST {
        return Err(bad_input(format!(
            "`variantIds` has {} ids, but 1 to {MOST} are allowed: subscribe in parts",
            ids.len()
        )));
    }
    let ids = ids.iter().enumerate();
    let ids: Result<BTreeSet<Uuid>> =
        ids.map(|(index, id)| typed_id(format_args!("variantIds[{index}]"), id, NodeKind::ProductVariant)).collect();
    Ok(Topic::Stock(ids?.into_iter().collect()))
}

/// The figures of all of them, in their order.
pub(super) async fn changes(ctx: &Context<'_>, variants: &[Uuid]) -> Result<Vec<InventoryChange>> {
    let loader = ctx.request().loaders.inventory_of();
    let rows = try_join_all(variants.iter().map(|id| loader.load(*id))).await.map_err(load)?;
    let changes = variants.iter().zip(rows).map(|(id, row)| InventoryChange {
        variant_id: ID(GlobalId::encode(NodeKind::ProductVariant, *id)),
        inventory: row.map(Inventory),
    });
    Ok(changes.collect())
}

direct!(InventoryChange { "variantId": variant_id, "inventory": inventory, });
direct!(Inventory {
    "onHand" => !on_hand,
    "reserved" => !reserved,
    "available" => !available,
    "availability" => !availability,
    "variant" => variant,
});
governed! {
    Decision::Never => InventoryChange, Inventory;
}
