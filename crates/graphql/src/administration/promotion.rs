//! Promotions.
use super::{
    connection::{Asked, Page, Placed, connection},
    promotion_parts::{PromotionAction, PromotionCombinesWith, PromotionConditions, PromotionLimits, number},
};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::{database, load},
    execution::direct,
    loaders::batch,
    policy::{CacheControl, Decision, Governed as _, governed},
};
use async_graphql::{Context, Enum, ID, Object, Result};
use std::sync::Arc;
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    promotion::Trigger,
};
use tradewind_loader::Loaded;
use tradewind_persistence::{
    read::listing::{Position, SortKey},
    write::{StoredPromotion, promotion_by_id, promotion_uses, promotions_page},
};
use uuid::Uuid;

batch!(
    /// How often promotions were used.
    PromotionUsesOf, "promotionUses", Uuid => i64, |_| 1,
    |source, keys| Ok(promotion_uses(&source.db, keys).await?.into_iter().collect::<Loaded<_, _>>())
);

connection!(PromotionConnection, PromotionEdge, Promotion, "promotions, newest first");

/// What makes a promotion count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PromotionTrigger {
    /// It counts by itself.
    Automatic,
    /// The shopper enters one of its codes.
    Code,
}

impl From<PromotionTrigger> for Trigger {
    fn from(trigger: PromotionTrigger) -> Self {
        match trigger {
            PromotionTrigger::Automatic => Self::Automatic,
            PromotionTrigger::Code => Self::Code,
        }
    }
}

/// A rule that takes something off the price.
#[derive(Clone)]
pub struct Promotion(Arc<StoredPromotion>);

impl Placed for Promotion {
    fn position(&self) -> Position {
        Position { key: SortKey::Number(0), id: self.0.promotion.id }
    }
}

impl Promotion {
    /// The promotion, for who may look at promotions.
    pub(crate) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        if !ctx.request().may(Grant::PromotionsRead) {
            return Ok(None);
        }
        let found = promotion_by_id((&ctx.request().db).into(), id).await.map_err(database)?;
        Ok(found.map(|stored| Self(Arc::new(stored))))
    }
}

/// A rule that takes something off the price.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Promotion::DECISION))]
impl Promotion {
    /// Opaque id.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Promotion, self.0.promotion.id))
    }
    /// What shoppers read beside the discount.
    async fn name(&self) -> &str {
        &self.0.promotion.name
    }
    /// Whether it comes by itself.
    async fn trigger(&self) -> PromotionTrigger {
        match self.0.promotion.trigger {
            Trigger::Automatic => PromotionTrigger::Automatic,
            Trigger::Code => PromotionTrigger::Code,
        }
    }
    /// Coupon codes, in capitals; any of them makes it count.
    async fn codes(&self) -> &[String] {
        &self.0.codes
    }
    /// Whether it counts anywhere.
    async fn is_enabled(&self) -> bool {
        self.0.enabled
    }
    /// What it takes off.
    async fn action(&self) -> PromotionAction {
        PromotionAction::of(&self.0.promotion.action)
    }
    /// When it counts.
    async fn conditions(&self) -> PromotionConditions {
        PromotionConditions::of(&self.0.promotion.conditions)
    }
    /// Greater goes first.
    async fn priority(&self) -> i32 {
        self.0.promotion.priority
    }
    /// Beside which others it may stand.
    async fn combines_with(&self) -> PromotionCombinesWith {
        let with = self.0.promotion.combines_with;
        PromotionCombinesWith { product: with.product, order: with.order, shipping: with.shipping }
    }
    /// How often it may be used.
    async fn limits(&self) -> PromotionLimits {
        let limits = self.0.promotion.limits;
        PromotionLimits { total: limits.total.map(number), per_customer: limits.per_customer.map(number) }
    }
    /// In how many orders that were not cancelled it was used.
    async fn uses(&self, ctx: &Context<'_>) -> Result<i64> {
        let uses = ctx.request().loaders.promotion_uses_of().load(self.0.promotion.id).await.map_err(load)?;
        Ok(uses.unwrap_or_default())
    }
}

/// Queries for promotions.
#[derive(Default)]
pub struct PromotionQuery;

#[Object(crate = "crate::execution")]
impl PromotionQuery {
    /// For staff: every promotion, the newest first.
    #[graphql(directive = AccessTo::apply(&[Grant::PromotionsRead]))]
    async fn promotions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 without it.")] first: Option<i32>,
        #[graphql(desc = "Those behind this cursor.")] after: Option<String>,
    ) -> Result<PromotionConnection> {
        let asked = Asked::of(first, after.as_deref(), &"promotions, newest first")?;
        let before = asked.after.as_ref().map(|position| position.id);
        let rows = promotions_page((&ctx.request().db).into(), before, asked.rows()).await.map_err(database)?;
        let nodes = rows.into_iter().map(|stored| Promotion(Arc::new(stored))).collect();
        Ok(PromotionConnection(Page::of(nodes, &asked)))
    }
}

direct!(Promotion {});
direct!(PromotionQuery {});
crate::execution::direct_enum!(PromotionTrigger);
governed! {
    Decision::Never => Promotion;
    Decision::Part => PromotionQuery;
}
