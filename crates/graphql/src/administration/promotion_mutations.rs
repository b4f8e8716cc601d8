//! Changing promotions.
use super::{
    errors::PromotionUserError,
    object::objects,
    promotion::{Promotion, PromotionTrigger},
    promotion_input::{PromotionCreateInput, PromotionUpdateInput},
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
    administration::promotions::{self, Code, PromotionUpdate},
};
use tradewind_domain::{global_id::NodeKind, promotion};
use tradewind_persistence::write::StoredPromotion;
use uuid::Uuid;

objects! {
    /// A promotion.
    PromotionPayload {
        /// The promotion, as it is now; null where nothing was done.
        promotion: Option<Promotion>,
        /// Why nothing was done.
        user_errors: Vec<PromotionUserError>,
    }
    /// A promotion that is gone.
    PromotionDeletePayload {
        /// Id of the promotion; null where nothing was done.
        deleted_id: Option<ID>,
        /// Why nothing was done.
        user_errors: Vec<PromotionUserError>,
    }
}

async fn payload(ctx: &Context<'_>, outcome: Outcome<Uuid, Code>) -> Result<PromotionPayload> {
    let promotion = shown(&outcome, |id| Promotion::load(ctx, *id)).await?;
    Ok(PromotionPayload { promotion, user_errors: refusals(ctx, outcome) })
}

fn new_promotion(input: PromotionCreateInput) -> Result<StoredPromotion> {
    let by_codes = if input.codes.is_empty() { PromotionTrigger::Automatic } else { PromotionTrigger::Code };
    let promotion = promotion::Promotion {
        id: Uuid::nil(),
        trigger: input.trigger.unwrap_or(by_codes).into(),
        action: input.action.read()?,
        conditions: input.conditions.read()?,
        priority: input.priority,
        combines_with: input.combines_with.read(),
        limits: input.limits.read()?,
        name: input.name,
    };
    Ok(StoredPromotion { promotion, codes: input.codes, enabled: input.is_enabled })
}

async fn enable(ctx: &Context<'_>, id: &ID, enabled: bool) -> Result<PromotionPayload> {
    let state = (typed_id("id", id, NodeKind::Promotion)?, enabled);
    let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, enabled), tx, moment| {
        promotions::enable(tx, *id, *enabled, moment).boxed()
    });
    payload(ctx, outcome.await?).await
}

/// Mutations about promotions.
#[derive(Default)]
pub struct PromotionMutations;

#[Object(crate = "crate::execution")]
impl PromotionMutations {
    /// For staff: makes a promotion, which counts at once unless its conditions say otherwise.
    #[graphql(directive = AccessTo::apply(&[Grant::PromotionsWrite]))]
    async fn promotion_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The promotion.")] input: PromotionCreateInput,
    ) -> Result<PromotionPayload> {
        let new = new_promotion(input)?;
        let outcome =
            staff_run(ctx, Keep::Plainly, &new, |new, tx, moment| promotions::create(tx, new, moment).boxed());
        payload(ctx, outcome.await?).await
    }

    /// For staff: changes a promotion. Carts are priced by it with their next request; orders keep what they were promised.
    #[graphql(directive = AccessTo::apply(&[Grant::PromotionsWrite]))]
    async fn promotion_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the promotion.")] id: ID,
        #[graphql(desc = "What is to be different.")] input: PromotionUpdateInput,
    ) -> Result<PromotionPayload> {
        let update = PromotionUpdate {
            name: input.name,
            trigger: input.trigger.map(Into::into),
            codes: input.codes,
            action: input.action.map(|action| action.read()).transpose()?,
            conditions: input.conditions.map(|conditions| conditions.read()).transpose()?,
            priority: input.priority,
            combines_with: input.combines_with.map(|with| with.read()),
            limits: input.limits.map(|limits| limits.read()).transpose()?,
            enabled: input.is_enabled,
        };
        let state = (typed_id("id", &id, NodeKind::Promotion)?, update);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, update), tx, moment| {
            promotions::update(tx, *id, update, moment).boxed()
        });
        payload(ctx, outcome.await?).await
    }

    /// For staff: lets a promotion count again.
    #[graphql(directive = AccessTo::apply(&[Grant::PromotionsWrite]))]
    async fn promotion_enable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the promotion.")] id: ID,
    ) -> Result<PromotionPayload> {
        enable(ctx, &id, true).await
    }

    /// For staff: lets a promotion count no more. It keeps its codes.
    #[graphql(directive = AccessTo::apply(&[Grant::PromotionsWrite]))]
    async fn promotion_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the promotion.")] id: ID,
    ) -> Result<PromotionPayload> {
        enable(ctx, &id, false).await
    }

    /// For staff: deletes a promotion with its codes and the count of its uses. Orders keep what it took off.
    #[graphql(directive = AccessTo::apply(&[Grant::PromotionsWrite]))]
    async fn promotion_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the promotion.")] id: ID,
    ) -> Result<PromotionDeletePayload> {
        let id = typed_id("id", &id, NodeKind::Promotion)?;
        let outcome = staff_run(ctx, Keep::Plainly, &id, |id, tx, _| promotions::delete(tx, *id).boxed()).await?;
        let deleted_id = deleted(&outcome, NodeKind::Promotion);
        Ok(PromotionDeletePayload { deleted_id, user_errors: refusals(ctx, outcome) })
    }
}

direct!(PromotionMutations {});
governed! {
    Decision::Part => PromotionMutations;
}
