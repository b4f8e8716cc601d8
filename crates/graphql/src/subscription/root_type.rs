//! The root type.
use super::{
    event::{Cause, SharedCause},
    inventory::{self, InventoryChange},
    product_change::{self, ProductChange},
};
use crate::access::{AccessTo, Grant};
use async_graphql::{Context, ID, Result, Subscription};
use futures_util::stream::{self, Stream};

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
        let cause = &*ctx.data_unchecked::<SharedCause>().0;
        cause.begin(|| product_change::wanted(ids))?;
        let event = match cause {
            Cause::ProductChanged { id, is_named } => product_change::change(ctx, *id, *is_named).await?,
            Cause::Beginning(_) | Cause::StockChanged(_) => None,
        };
        Ok(stream::iter(event))
    }

    /// Stock of variants, exact as of the commit of each change: reservations, sales, what expires or comes back,
    /// deliveries. The first event has all of them as they are now; each later one those that changed, with their newest
    /// figures, at most ten times a second. Figures that were missed are read again and told; the stream goes on.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn inventory_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Opaque ids of variants, 1 to 100.")] variant_ids: Vec<ID>,
    ) -> Result<impl Stream<Item = Vec<InventoryChange>> + use<>> {
        let cause = &*ctx.data_unchecked::<SharedCause>().0;
        cause.begin(|| inventory::watched(&variant_ids))?;
        let event = match cause {
            Cause::StockChanged(variants) => Some(inventory::changes(ctx, variants).await?),
            Cause::Beginning(_) | Cause::ProductChanged { .. } => None,
        };
        Ok(stream::iter(event))
    }
}
