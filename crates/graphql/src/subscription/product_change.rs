//! Products that change.
use super::event::Topic;
use crate::{
    context::Request as _,
    error::{bad_input, load},
    execution::direct,
    node::typed_id,
    policy::{CacheControl, Decision, Governed as _, governed},
    product::Product,
};
use async_graphql::{Context, ID, Result, SimpleObject};
use std::collections::BTreeSet;
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::changes::Wanted;
use uuid::Uuid;

/// More ids than this are several subscriptions.
const MOST: usize = 100;

/// A product that changed.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(ProductChange::DECISION))]
pub struct ProductChange {
    /// Opaque id of the product, also when it is gone.
    product_id: ID,
    /// The product as the channel shows it now; null when it does not show it (any more).
    product: Option<Product>,
}

pub(super) fn wanted(ids: Option<Vec<ID>>) -> Result<Topic> {
    let Some(ids) = ids else { return Ok(Topic::Products(Wanted::All)) };
    if ids.is_empty() || ids.len() > MOST {
        return Err(bad_input(format!(
            "`ids` has {} ids, but 1 to {MOST} are allowed: subscribe in parts, or leave `ids` out for every product",
            ids.len()
        )));
    }
    let ids: Result<BTreeSet<Uuid>> = ids.iter().map(|id| typed_id("ids", id, NodeKind::Product)).collect();
    Ok(Topic::Products(Wanted::Only(ids?.into_iter().collect())))
}

pub(super) async fn change(ctx: &Context<'_>, id: Uuid, is_named: bool) -> Result<Option<ProductChange>> {
    let row = ctx.request().loaders.product_by_id().load(id).await.map_err(load)?;
    // Ids of what was never shown are nobody's business.
    let is_told = row.is_some() || is_named;
    let product_id = ID(GlobalId::encode(NodeKind::Product, id));
    Ok(is_told.then(|| ProductChange { product_id, product: row.map(Product) }))
}

direct!(ProductChange { "productId": product_id, "product": product, });
governed! {
    Decision::Part => ProductChange;
}
