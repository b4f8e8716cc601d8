//! Changing the ways to send goods.
use super::{
    errors::ShippingMethodUserError, object::objects, shipping_method::ShippingMethod,
    shipping_method_input::ShippingMethodInput,
};
use crate::{
    access::{AccessTo, Grant},
    execution::direct,
    mutation::{Keep, deleted, refusals, shown, staff_run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, Object, Result};
use futures_util::FutureExt;
use tradewind_commerce::{
    account::Outcome,
    administration::shipping_methods::{self, Code},
};
use tradewind_domain::global_id::NodeKind;
use uuid::Uuid;

objects! {
    /// A shipping method.
    ShippingMethodPayload {
        /// The method, as it is now; null where nothing was done.
        shipping_method: Option<ShippingMethod>,
        /// Why nothing was done.
        user_errors: Vec<ShippingMethodUserError>,
    }
    /// A shipping method that is gone.
    ShippingMethodDeletePayload {
        /// Id of the method; null where nothing was done.
        deleted_id: Option<ID>,
        /// Why nothing was done.
        user_errors: Vec<ShippingMethodUserError>,
    }
}

async fn payload(ctx: &Context<'_>, outcome: Outcome<Uuid, Code>) -> Result<ShippingMethodPayload> {
    let shipping_method = shown(&outcome, |id| ShippingMethod::load(ctx, *id)).await?;
    Ok(ShippingMethodPayload { shipping_method, user_errors: refusals(ctx, outcome) })
}

async fn enable(ctx: &Context<'_>, id: &ID, enabled: bool) -> Result<ShippingMethodPayload> {
    let state = (typed_id("id", id, NodeKind::ShippingMethod)?, enabled);
    let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, enabled), tx, moment| {
        shipping_methods::enable(tx, *id, *enabled, moment).boxed()
    });
    payload(ctx, outcome.await?).await
}

/// Mutations about shipping methods.
#[derive(Default)]
pub struct ShippingMethodMutations;

#[Object(crate = "crate::execution")]
impl ShippingMethodMutations {
    /// For staff: makes a shipping method, which is offered at once, or replaces one as a whole.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsWrite]))]
    async fn shipping_method_save(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the method to replace; left out: a new one.")] id: Option<ID>,
        #[graphql(desc = "The method.")] input: ShippingMethodInput,
    ) -> Result<ShippingMethodPayload> {
        let id = id.map(|id| typed_id("id", &id, NodeKind::ShippingMethod)).transpose()?;
        let state = (id, input.read()?);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, method), tx, moment| {
            shipping_methods::save(tx, *id, method, moment).boxed()
        });
        payload(ctx, outcome.await?).await
    }

    /// For staff: offers a shipping method again.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsWrite]))]
    async fn shipping_method_enable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the method.")] id: ID,
    ) -> Result<ShippingMethodPayload> {
        enable(ctx, &id, true).await
    }

    /// For staff: offers a shipping method no more.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsWrite]))]
    async fn shipping_method_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the method.")] id: ID,
    ) -> Result<ShippingMethodPayload> {
        enable(ctx, &id, false).await
    }

    /// For staff: deletes a shipping method. Orders keep how they were sent.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsWrite]))]
    async fn shipping_method_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the method.")] id: ID,
    ) -> Result<ShippingMethodDeletePayload> {
        let id = typed_id("id", &id, NodeKind::ShippingMethod)?;
        let outcome = staff_run(ctx, Keep::Plainly, &id, |id, tx, _| shipping_methods::delete(tx, *id).boxed()).await?;
        let deleted_id = deleted(&outcome, NodeKind::ShippingMethod);
        Ok(ShippingMethodDeletePayload { deleted_id, user_errors: refusals(ctx, outcome) })
    }
}

direct!(ShippingMethodMutations {});
governed! {
    Decision::Part => ShippingMethodMutations;
}
