//! Issuing and blocking gift cards.
use super::{errors::GiftCardUserError, gift_card::GiftCard, money_input::MoneyInput, object::objects};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    execution::direct,
    mutation::{Keep, refusals, shown, staff_run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use tradewind_commerce::administration::gift_cards;
use tradewind_domain::global_id::NodeKind;

/// A gift card to issue.
#[derive(Clone, Debug, InputObject)]
pub struct GiftCardIssueInput {
    /// What it is worth.
    pub amount: MoneyInput,
    /// From when on it is worth nothing; null: never.
    pub expires_at: Option<DateTime<Utc>>,
}

objects! {
    /// A new gift card.
    GiftCardIssuePayload {
        /// The card; null where nothing was done.
        gift_card: Option<GiftCard>,
        /// What its holder types. It is shown this once: whoever has it has the money.
        code: Option<String>,
        /// Why nothing was done.
        user_errors: Vec<GiftCardUserError>,
    }
    /// A gift card.
    GiftCardPayload {
        /// The card, as it is now; null where nothing was done.
        gift_card: Option<GiftCard>,
        /// Why nothing was done.
        user_errors: Vec<GiftCardUserError>,
    }
}

async fn enable(ctx: &Context<'_>, id: &ID, enabled: bool) -> Result<GiftCardPayload> {
    let state = (typed_id("id", id, NodeKind::GiftCard)?, enabled);
    let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, enabled), tx, moment| {
        gift_cards::enable(tx, *id, *enabled, moment).boxed()
    });
    let outcome = outcome.await?;
    let gift_card = shown(&outcome, |id| GiftCard::load(ctx, *id)).await?;
    Ok(GiftCardPayload { gift_card, user_errors: refusals(ctx, outcome) })
}

/// Mutations about gift cards.
#[derive(Default)]
pub struct GiftCardMutations;

#[Object(crate = "crate::execution")]
impl GiftCardMutations {
    /// For staff: issues a gift card. Its code is shown once.
    #[graphql(directive = AccessTo::apply(&[Grant::PromotionsWrite]))]
    async fn gift_card_issue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The card.")] input: GiftCardIssueInput,
    ) -> Result<GiftCardIssuePayload> {
        let state = (input.amount.read("input.amount")?, input.expires_at);
        let outcome = staff_run(ctx, Keep::Sealed, &state, |(amount, expires_at), tx, moment| {
            gift_cards::issue(tx, *amount, *expires_at, moment).boxed()
        });
        let outcome = outcome.await?;
        let (mut gift_card, mut code) = (None, None);
        if let Ok(issued) = &outcome {
            ctx.request().effects.hold_secret();
            code = Some(issued.code.expose().to_owned());
            gift_card = GiftCard::load(ctx, issued.id).await?;
        }
        Ok(GiftCardIssuePayload { gift_card, code, user_errors: refusals(ctx, outcome) })
    }

    /// For staff: opens a gift card that was blocked.
    #[graphql(directive = AccessTo::apply(&[Grant::PromotionsWrite]))]
    async fn gift_card_enable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the card.")] id: ID,
    ) -> Result<GiftCardPayload> {
        enable(ctx, &id, true).await
    }

    /// For staff: blocks a gift card: it pays for nothing more. Its money stays on it.
    #[graphql(directive = AccessTo::apply(&[Grant::PromotionsWrite]))]
    async fn gift_card_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the card.")] id: ID,
    ) -> Result<GiftCardPayload> {
        enable(ctx, &id, false).await
    }
}

direct!(GiftCardMutations {});
governed! {
    Decision::Part => GiftCardMutations;
}
