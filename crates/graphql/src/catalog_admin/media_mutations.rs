//! Staff give pictures to products.
use super::{product_id, product_inputs::ProductMediaInput, product_mutations::ManagedProductPayload, typed_ids};
use crate::{
    access::{AccessTo, Grant},
    execution::direct,
    mutation::{Keep, staff_run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, Object, Result};
use futures_util::FutureExt;
use tradewind_commerce::catalog;
use tradewind_domain::global_id::NodeKind;

/// Mutations about pictures of products.
#[derive(Default)]
pub struct MediaMutations;

#[Object(crate = "crate::execution")]
impl MediaMutations {
    /// For staff: adds pictures to a product, behind the others.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn product_media_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the product.")] product_id: ID,
        #[graphql(desc = "At most 100; a product has at most 250.")] media: Vec<ProductMediaInput>,
    ) -> Result<ManagedProductPayload> {
        let state = (self::product_id("productId", &product_id)?, ProductMediaInput::read_all(media));
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, media), tx, moment| {
            catalog::media_add(tx, *id, media, moment).boxed()
        });
        ManagedProductPayload::of(ctx, state.0, outcome.await?).await
    }

    /// For staff: changes the text of a picture for people who do not see it.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn product_media_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the product.")] product_id: ID,
        #[graphql(desc = "Id of the picture.")] media_id: ID,
        #[graphql(desc = "The text; may be empty.")] alt: String,
    ) -> Result<ManagedProductPayload> {
        let media = typed_id("mediaId", &media_id, NodeKind::Media)?;
        let state = (self::product_id("productId", &product_id)?, media, alt);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, media, alt), tx, moment| {
            catalog::media_update(tx, *id, *media, alt, moment).boxed()
        });
        ManagedProductPayload::of(ctx, state.0, outcome.await?).await
    }

    /// For staff: removes pictures of a product; variants that have one of them have none then.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn product_media_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the product.")] product_id: ID,
        #[graphql(desc = "Ids of pictures.")] media_ids: Vec<ID>,
    ) -> Result<ManagedProductPayload> {
        let media = typed_ids("mediaIds", &media_ids, NodeKind::Media)?;
        let state = (self::product_id("productId", &product_id)?, media);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, media), tx, moment| {
            catalog::media_delete(tx, *id, media, moment).boxed()
        });
        ManagedProductPayload::of(ctx, state.0, outcome.await?).await
    }

    /// For staff: puts pictures of a product first, in this order; the others stay behind them.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn product_media_reorder(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the product.")] product_id: ID,
        #[graphql(desc = "Ids of pictures.")] media_ids: Vec<ID>,
    ) -> Result<ManagedProductPayload> {
        let media = typed_ids("mediaIds", &media_ids, NodeKind::Media)?;
        let state = (self::product_id("productId", &product_id)?, media);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, media), tx, moment| {
            catalog::media_reorder(tx, *id, media, moment).boxed()
        });
        ManagedProductPayload::of(ctx, state.0, outcome.await?).await
    }
}

direct!(MediaMutations {});
governed! {
    Decision::Part => MediaMutations;
}
