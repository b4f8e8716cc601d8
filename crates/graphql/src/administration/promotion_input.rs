//! Promotions as staff write them.
use super::{
    money_input::{MoneyInput, count, rate},
    promotion::PromotionTrigger,
};
use crate::{error::bad_input, node::typed_id, scalars::Decimal};
use async_graphql::{ID, InputObject, OneofObject, Result};
use chrono::{DateTime, Utc};
use std::{fmt::Display, num::NonZeroU32};
use tradewind_domain::{
    global_id::NodeKind,
    promotion::{Action, AmountPer, BuyGet, CombinesWith, Conditions, ItemFilter, Target, UsageLimits},
};
use uuid::Uuid;

/// Lines of a cart, by what is bought. Values are alternatives, over all lists; without any, every line.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PromotionItemsInput {
    /// These products.
    #[graphql(default)]
    pub product_ids: Vec<ID>,
    /// These variants.
    #[graphql(default)]
    pub variant_ids: Vec<ID>,
    /// Products of these collections.
    #[graphql(default)]
    pub collection_ids: Vec<ID>,
    /// Products of these categories, or below them.
    #[graphql(default)]
    pub category_ids: Vec<ID>,
    /// Without lines whose higher price is struck through.
    #[graphql(default)]
    pub full_price_only: bool,
}

/// A percentage off.
#[derive(Clone, Debug, InputObject)]
pub struct PromotionPercentageOffInput {
    /// In percent, such as `"10"`; more than 0 and at most 100.
    pub rate: Decimal,
    /// Of these lines; null: of the whole order.
    pub items: Option<PromotionItemsInput>,
}

/// An amount off.
#[derive(Clone, Debug, InputObject)]
pub struct PromotionAmountOffInput {
    /// How much, at most what is left.
    pub amount: MoneyInput,
    /// For each unit instead of once.
    #[graphql(default)]
    pub per_unit: bool,
    /// Of these lines; null: of the whole order.
    pub items: Option<PromotionItemsInput>,
}

/// For each `buyQuantity` units of `buy`, `getQuantity` others of `get` cost `rate` less, the cheapest first.
#[derive(Clone, Debug, InputObject)]
pub struct PromotionBuyGetInput {
    /// What must be bought.
    pub buy: PromotionItemsInput,
    /// How many of it, at least 1.
    #[graphql(default = 1)]
    pub buy_quantity: i32,
    /// What gets cheaper.
    pub get: PromotionItemsInput,
    /// How many of it, at least 1.
    #[graphql(default = 1)]
    pub get_quantity: i32,
    /// How much cheaper, in percent; `"100"` is free.
    pub rate: Decimal,
    /// How often in one cart; null: as often as units suffice.
    pub at_most: Option<i32>,
}

/// No price of shipping.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PromotionFreeShippingInput {
    /// With these shipping methods; empty: with any.
    #[graphql(default)]
    pub method_ids: Vec<ID>,
    /// At most so much; null: all of it.
    pub at_most: Option<MoneyInput>,
}

/// What a promotion takes off: one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum PromotionActionInput {
    /// A percentage.
    PercentageOff(PromotionPercentageOffInput),
    /// An amount.
    AmountOff(PromotionAmountOffInput),
    /// Some units cheaper for buying others.
    BuyGet(PromotionBuyGetInput),
    /// Shipping.
    FreeShipping(PromotionFreeShippingInput),
}

/// What must hold for a promotion to count; what is left out always holds.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PromotionConditionsInput {
    /// Which lines the two minimums are about; left out: every line.
    pub items: Option<PromotionItemsInput>,
    /// What these lines cost together before any discount, at least.
    pub minimum_subtotal: Option<MoneyInput>,
    /// How many units they have together, at least.
    pub minimum_quantity: Option<i32>,
    /// One of these channels.
    #[graphql(default)]
    pub channel_ids: Vec<ID>,
    /// From then on.
    pub starts_at: Option<DateTime<Utc>>,
    /// Until just before then.
    pub ends_at: Option<DateTime<Utc>>,
}

/// Beside promotions of which classes one may stand: two combine only if each names the class of the other.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PromotionCombinesWithInput {
    /// Those that take something off products.
    #[graphql(default)]
    pub product: bool,
    /// Those that take something off the order.
    #[graphql(default)]
    pub order: bool,
    /// Those that make shipping free.
    #[graphql(default)]
    pub shipping: bool,
}

/// How often a promotion may be used; what is left out: any number of times.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PromotionLimitsInput {
    /// By everybody together.
    pub total: Option<i32>,
    /// By one customer, a guest being known by e-mail.
    pub per_customer: Option<i32>,
}

/// A promotion.
#[derive(Clone, Debug, InputObject)]
pub struct PromotionCreateInput {
    /// What shoppers read beside the discount; at most 200 characters.
    pub name: String,
    /// Whether it comes by itself; left out: only where there are no codes.
    pub trigger: Option<PromotionTrigger>,
    /// Coupon codes, any of which makes it count; case does not matter. At most 500.
    #[graphql(default)]
    pub codes: Vec<String>,
    /// What it takes off.
    pub action: PromotionActionInput,
    /// When it counts.
    #[graphql(default)]
    pub conditions: PromotionConditionsInput,
    /// Greater goes first.
    #[graphql(default)]
    pub priority: i32,
    /// Beside which others it may stand; left out: none.
    #[graphql(default)]
    pub combines_with: PromotionCombinesWithInput,
    /// How often it may be used.
    #[graphql(default)]
    pub limits: PromotionLimitsInput,
    /// Whether it counts from now on.
    #[graphql(default = true)]
    pub is_enabled: bool,
}

/// What is to be different of a promotion; what is left out stays, and a part that is given replaces all of that part.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PromotionUpdateInput {
    /// What shoppers read beside the discount; at most 200 characters.
    pub name: Option<String>,
    /// Whether it comes by itself.
    pub trigger: Option<PromotionTrigger>,
    /// Coupon codes, any of which makes it count; case does not matter. At most 500.
    pub codes: Option<Vec<String>>,
    /// What it takes off.
    pub action: Option<PromotionActionInput>,
    /// When it counts.
    pub conditions: Option<PromotionConditionsInput>,
    /// Greater goes first.
    pub priority: Option<i32>,
    /// Beside which others it may stand.
    pub combines_with: Option<PromotionCombinesWithInput>,
    /// How often it may be used.
    pub limits: Option<PromotionLimitsInput>,
    /// Whether it counts.
    pub is_enabled: Option<bool>,
}

/// Ids of one kind, from a list at this place of the input.
pub(super) fn typed_ids(place: impl Display, ids: &[ID], kind: NodeKind) -> Result<Vec<Uuid>> {
    ids.iter().enumerate().map(|(index, id)| typed_id(format_args!("{place}[{index}]"), id, kind)).collect()
}

impl PromotionItemsInput {
    fn read(&self, place: &str) -> Result<ItemFilter> {
        let list = |name: &str, ids: &[ID], kind| typed_ids(format_args!("{place}.{name}"), ids, kind);
        Ok(ItemFilter {
            product_ids: list("productIds", &self.product_ids, NodeKind::Product)?,
            variant_ids: list("variantIds", &self.variant_ids, NodeKind::ProductVariant)?,
            collection_ids: list("collectionIds", &self.collection_ids, NodeKind::Collection)?,
            category_ids: list("categoryIds", &self.category_ids, NodeKind::Category)?,
            full_price_only: self.full_price_only,
        })
    }
}

fn target(place: &str, items: Option<&PromotionItemsInput>) -> Result<Target> {
    items.map_or(Ok(Target::Order), |items| items.read(place).map(Target::Items))
}

fn quantity(place: &str, number: i32) -> Result<NonZeroU32> {
    let positive = u32::try_from(number).ok().and_then(NonZeroU32::new);
    positive.ok_or_else(|| bad_input(format!("`{place}` is {number}: write at least 1")))
}

impl PromotionActionInput {
    pub(super) fn read(&self) -> Result<Action> {
        Ok(match self {
            Self::PercentageOff(off) => Action::PercentageOff {
                rate: rate("input.action.percentageOff.rate", &off.rate)?,
                target: target("input.action.percentageOff.items", off.items.as_ref())?,
            },
            Self::AmountOff(off) => Action::AmountOff {
                amount: off.amount.read("input.action.amountOff.amount")?,
                per: if off.per_unit { AmountPer::Unit } else { AmountPer::Once },
                target: target("input.action.amountOff.items", off.items.as_ref())?,
            },
            Self::BuyGet(rule) => Action::BuyGet(BuyGet {
                buy: rule.buy.read("input.action.buyGet.buy")?,
                buy_quantity: quantity("input.action.buyGet.buyQuantity", rule.buy_quantity)?,
                get: rule.get.read("input.action.buyGet.get")?,
                get_quantity: quantity("input.action.buyGet.getQuantity", rule.get_quantity)?,
                rate: rate("input.action.buyGet.rate", &rule.rate)?,
                at_most: rule.at_most.map(|most| count("input.action.buyGet.atMost", most)).transpose()?,
            }),
            Self::FreeShipping(free) => Action::FreeShipping {
                method_ids: typed_ids(
                    "input.action.freeShipping.methodIds",
                    &free.method_ids,
                    NodeKind::ShippingMethod,
                )?,
                at_most: free.at_most.as_ref().map(|most| most.read("input.action.freeShipping.atMost")).transpose()?,
            },
        })
    }
}

impl PromotionConditionsInput {
    pub(super) fn read(&self) -> Result<Conditions> {
        let items = self.items.as_ref().map(|items| items.read("input.conditions.items")).transpose()?;
        let minimum = self.minimum_subtotal.as_ref();
        let quantity = self.minimum_quantity.map(|number| count("input.conditions.minimumQuantity", number));
        Ok(Conditions {
            items: items.unwrap_or_default(),
            minimum_subtotal: minimum.map(|money| money.read("input.conditions.minimumSubtotal")).transpose()?,
            minimum_quantity: quantity.transpose()?,
            channel_ids: typed_ids("input.conditions.channelIds", &self.channel_ids, NodeKind::Channel)?,
            customer_group_ids: Vec::new(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
        })
    }
}

impl PromotionCombinesWithInput {
    pub(super) fn read(&self) -> CombinesWith {
        CombinesWith { product: self.product, order: self.order, shipping: self.shipping }
    }
}

impl PromotionLimitsInput {
    pub(super) fn read(&self) -> Result<UsageLimits> {
        Ok(UsageLimits {
            total: self.total.map(|number| count("input.limits.total", number)).transpose()?,
            per_customer: self.per_customer.map(|number| count("input.limits.perCustomer", number)).transpose()?,
        })
    }
}
