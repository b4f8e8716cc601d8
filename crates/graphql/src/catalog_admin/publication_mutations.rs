//! Staff show products in channels, or not.
use super::{product_id, product_inputs::PublicationInput, product_mutations::ManagedProductPayload};
use crate::{
    access::{AccessTo, Grant},
    execution::direct,
    mutation::{Keep, staff_run},
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, Object, Result};
use futures_util::FutureExt;
use tradewind_commerce::catalog;

/// Mutations about publications.
#[derive(Default)]
pub struct PublicationMutations;

#[Object(crate = "crate::execution")]
impl PublicationMutations {
    /// For staff: shows a product in channels. Shoppers see it where it is active and a variant has a price.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn product_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the product.")] id: ID,
        #[graphql(desc = "Where and from when.")] publications: Vec<PublicationInput>,
    ) -> Result<ManagedProductPayload> {
        let state = (product_id("id", &id)?, PublicationInput::read_all(publications));
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, publications), tx, moment| {
            catalog::publish(tx, *id, publications, moment).boxed()
        });
        ManagedProductPayload::of(ctx, state.0, outcome.await?).await
    }

    /// For staff: shows a product in channels no more.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn product_unpublish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the product.")] id: ID,
        #[graphql(desc = "Codes of channels.")] channels: Vec<String>,
    ) -> Result<ManagedProductPayload> {
        let state = (product_id("id", &id)?, channels);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, channels), tx, moment| {
            catalog::unpublish(tx, *id, channels, moment).boxed()
        });
        ManagedProductPayload::of(ctx, state.0, outcome.await?).await
    }
}

direct!(PublicationMutations {});
governed! {
    Decision::Part => PublicationMutations;
}
