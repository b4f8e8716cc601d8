//! The root type.
use super::stream::SharedCause;
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::{bad_input, load},
    execution::direct,
    node::typed_id,
    policy::{CacheControl, Decision, Governed as _, governed},
    product::Product,
};
use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use futures_util::stream::{self, Stream};
use parking_lot::Mutex;
use std::collections::BTreeSet;
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::changes::Wanted;
use uuid::Uuid;

/// More ids than this are several subscriptions.
const MOST: usize = 100;

/// Why a root field is resolved; in the data of every request that runs a subscription.
pub(crate) enum Cause {
    /// The subscription begins: the field says here what it waits for.
    Beginning(Mutex<Option<Wanted>>),
    /// A product changed.
    ProductChanged {
        id: Uuid,
        /// The client asked for it by id.
        is_named: bool,
    },
}

/// A product that changed.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(ProductChange::DECISION))]
pub struct ProductChange {
    /// Opaque id of the product, also when it is gone.
    product_id: ID,
    /// The product as the channel shows it now; null when it does not show it (any more).
    product: Option<Product>,
}

/// What a client can be told of as it happens.
#[derive(Default)]
pub struct Subscription;

/// What a client can be told of as it happens.
#[Subscription]
impl Subscription {
    /// A product was written: its texts, variants, prices, stock, media, collections or reviews. Each event is what the
    /// channel shows after the write; several writes in a row may be one event. With `ids`, also products that the
    /// channel stops showing are told, with `product: null`; without them, only products that it shows.
    ///
    /// The stream ends with the error UNAVAILABLE when changes were missed: read again what you show, and subscribe
    /// again.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn product_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Opaque ids of products, 1 to 100; every product of the channel when not given.")] ids: Option<
            Vec<ID>,
        >,
    ) -> Result<impl Stream<Item = ProductChange> + use<>> {
        let event = match &*ctx.data_unchecked::<SharedCause>().0 {
            Cause::Beginning(wanted) => {
                *wanted.lock() = Some(self::wanted(ids)?);
                None
            }
            Cause::ProductChanged { id, is_named } => change(ctx, *id, *is_named).await?,
        };
        Ok(stream::iter(event))
    }
}

fn wanted(ids: Option<Vec<ID>>) -> Result<Wanted> {
    let Some(ids) = ids else { return Ok(Wanted::All) };
    if ids.is_empty() || ids.len() > MOST {
        return Err(bad_input(format!(
            "`ids` has {} ids, but 1 to {MOST} are allowed: subscribe in parts, or leave `ids` out for every product",
            ids.len()
        )));
    }
    let ids: Result<BTreeSet<Uuid>> = ids.iter().map(|id| typed_id("ids", id, NodeKind::Product)).collect();
    Ok(Wanted::Only(ids?.into_iter().collect()))
}

async fn change(ctx: &Context<'_>, id: Uuid, is_named: bool) -> Result<Option<ProductChange>> {
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
