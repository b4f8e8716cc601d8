//! What a promotion takes off, and when.
use super::{money_input::percent, object::objects};
use crate::{money::Money, scalars::Decimal};
use async_graphql::ID;
use chrono::{DateTime, Utc};
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    promotion::{self, Action, AmountPer, ItemFilter, Target},
};
use uuid::Uuid;

objects! {
    /// Lines of a cart, by what is bought. Values are alternatives, over all lists; without any, every line.
    PromotionItems {
        /// These products.
        product_ids: Vec<ID>,
        /// These variants.
        variant_ids: Vec<ID>,
        /// Products of these collections.
        collection_ids: Vec<ID>,
        /// Products of these categories, or below them.
        category_ids: Vec<ID>,
        /// Without lines whose higher price is struck through.
        full_price_only: bool,
    }
    /// A percentage off.
    PromotionPercentageOff {
        /// In percent, such as `"10"`.
        rate: Decimal,
        /// Of these lines; null: of the whole order.
        items: Option<PromotionItems>,
    }
    /// An amount off.
    PromotionAmountOff {
        /// How much, at most what is left.
        amount: Money,
        /// For each unit instead of once.
        per_unit: bool,
        /// Of these lines; null: of the whole order.
        items: Option<PromotionItems>,
    }
    /// For each `buyQuantity` units of `buy`, `getQuantity` others of `get` cost `rate` less, the cheapest first.
    PromotionBuyGet {
        /// What must be bought.
        buy: PromotionItems,
        /// How many of it.
        buy_quantity: i64,
        /// What gets cheaper.
        get: PromotionItems,
        /// How many of it.
        get_quantity: i64,
        /// How much cheaper, in percent; `"100"` is free.
        rate: Decimal,
        /// How often in one cart; null: as often as units suffice.
        at_most: Option<i64>,
    }
    /// No price of shipping.
    PromotionFreeShipping {
        /// With these shipping methods; empty: with any.
        method_ids: Vec<ID>,
        /// At most so much; null: all of it.
        at_most: Option<Money>,
    }
    /// What a promotion takes off; one of these is not null.
    PromotionAction {
        /// A percentage.
        percentage_off: Option<PromotionPercentageOff>,
        /// An amount.
        amount_off: Option<PromotionAmountOff>,
        /// Some units cheaper for buying others.
        buy_get: Option<PromotionBuyGet>,
        /// Shipping.
        free_shipping: Option<PromotionFreeShipping>,
    }
    /// What must hold for a promotion to count; what is null or empty always holds.
    PromotionConditions {
        /// Which lines the two minimums are about.
        items: PromotionItems,
        /// What these lines cost together before any discount, at least.
        minimum_subtotal: Option<Money>,
        /// How many units they have together, at least.
        minimum_quantity: Option<i64>,
        /// One of these channels.
        channel_ids: Vec<ID>,
        /// From then on.
        starts_at: Option<DateTime<Utc>>,
        /// Until just before then.
        ends_at: Option<DateTime<Utc>>,
    }
    /// Beside promotions of which classes one may stand: two combine only if each names the class of the other.
    PromotionCombinesWith {
        /// Those that take something off products.
        product: bool,
        /// Those that take something off the order.
        order: bool,
        /// Those that make shipping free.
        shipping: bool,
    }
    /// How often a promotion may be used; null: any number of times.
    PromotionLimits {
        /// By everybody together.
        total: Option<i64>,
        /// By one customer, a guest being known by e-mail.
        per_customer: Option<i64>,
    }
}

pub(super) fn ids(kind: NodeKind, ids: &[Uuid]) -> Vec<ID> {
    ids.iter().map(|id| ID(GlobalId::encode(kind, *id))).collect()
}

pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl PromotionItems {
    fn of(filter: &ItemFilter) -> Self {
        Self {
            product_ids: ids(NodeKind::Product, &filter.product_ids),
            variant_ids: ids(NodeKind::ProductVariant, &filter.variant_ids),
            collection_ids: ids(NodeKind::Collection, &filter.collection_ids),
            category_ids: ids(NodeKind::Category, &filter.category_ids),
            full_price_only: filter.full_price_only,
        }
    }

    fn of_target(target: &Target) -> Option<Self> {
        match target {
            Target::Order => None,
            Target::Items(filter) => Some(Self::of(filter)),
        }
    }
}

impl PromotionAction {
    pub(super) fn of(action: &Action) -> Self {
        let mut told = Self { percentage_off: None, amount_off: None, buy_get: None, free_shipping: None };
        match action {
            Action::PercentageOff { rate, target } => {
                let items = PromotionItems::of_target(target);
                told.percentage_off = Some(PromotionPercentageOff { rate: percent(*rate), items });
            }
            Action::AmountOff { amount, per, target } => {
                let (per_unit, items) = (*per == AmountPer::Unit, PromotionItems::of_target(target));
                told.amount_off = Some(PromotionAmountOff { amount: Money(*amount), per_unit, items });
            }
            Action::BuyGet(rule) => {
                told.buy_get = Some(PromotionBuyGet {
                    buy: PromotionItems::of(&rule.buy),
                    buy_quantity: rule.buy_quantity.get().into(),
                    get: PromotionItems::of(&rule.get),
                    get_quantity: rule.get_quantity.get().into(),
                    rate: percent(rule.rate),
                    at_most: rule.at_most.map(i64::from),
                });
            }
            Action::FreeShipping { method_ids, at_most } => {
                let method_ids = ids(NodeKind::ShippingMethod, method_ids);
                told.free_shipping = Some(PromotionFreeShipping { method_ids, at_most: at_most.map(Money) });
            }
        }
        told
    }
}

impl PromotionConditions {
    pub(super) fn of(conditions: &promotion::Conditions) -> Self {
        Self {
            items: PromotionItems::of(&conditions.items),
            minimum_subtotal: conditions.minimum_subtotal.map(Money),
            minimum_quantity: conditions.minimum_quantity.map(number),
            channel_ids: ids(NodeKind::Channel, &conditions.channel_ids),
            starts_at: conditions.starts_at,
            ends_at: conditions.ends_at,
        }
    }
}
