//! When a promotion may count.
use super::{Basket, BasketLine, PromotionRefusal};
use crate::money::{Money, sum};
use crate::pricing_error::PricingError;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Lines, by what is bought. Values are alternatives, over all lists; no value at all means every line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemFilter {
    /// These products.
    #[serde(default)]
    pub product_ids: Vec<Uuid>,
    /// These variants.
    #[serde(default)]
    pub variant_ids: Vec<Uuid>,
    /// Products of these collections.
    #[serde(default)]
    pub collection_ids: Vec<Uuid>,
    /// Products of these categories, or below them.
    #[serde(default)]
    pub category_ids: Vec<Uuid>,
    /// Leaves out lines whose higher price is struck through, whatever the lists say.
    #[serde(default)]
    pub full_price_only: bool,
}

/// What must hold for a promotion to count; what is empty or None always holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// Which lines the two minimums are about.
    #[serde(default)]
    pub items: ItemFilter,
    /// What these lines cost together before any discount, at least.
    #[serde(default)]
    pub minimum_subtotal: Option<Money>,
    /// How many units they have together, at least.
    #[serde(default)]
    pub minimum_quantity: Option<u64>,
    /// One of these channels.
    #[serde(default)]
    pub channel_ids: Vec<Uuid>,
    /// The customer is in one of these groups.
    #[serde(default)]
    pub customer_group_ids: Vec<Uuid>,
    /// From then on.
    #[serde(default)]
    pub starts_at: Option<DateTime<Utc>>,
    /// Until just before then.
    #[serde(default)]
    pub ends_at: Option<DateTime<Utc>>,
}

impl ItemFilter {
    /// Every line.
    pub const ALL: Self = Self {
        product_ids: Vec::new(),
        variant_ids: Vec::new(),
        collection_ids: Vec::new(),
        category_ids: Vec::new(),
        full_price_only: false,
    };

    /// Whether the line is one of them.
    pub fn matches(&self, line: &BasketLine) -> bool {
        let lists = [&self.product_ids, &self.variant_ids, &self.collection_ids, &self.category_ids];
        let named = self.product_ids.contains(&line.product_id)
            || self.variant_ids.contains(&line.variant_id)
            || self.collection_ids.iter().any(|id| line.collection_ids.contains(id))
            || self.category_ids.iter().any(|id| line.category_ids.contains(id));
        (named || lists.iter().all(|list| list.is_empty())) && !(self.full_price_only && line.is_reduced())
    }
}

impl Conditions {
    /// Whether all of them hold; the outer error is the basket's.
    pub(super) fn hold(&self, basket: &Basket) -> Result<Result<(), PromotionRefusal>, PricingError> {
        let refusal = self.not_now(basket).or_else(|| self.not_for(basket));
        match refusal {
            Some(refusal) => Ok(Err(refusal)),
            None => self.minimums(basket),
        }
    }

    fn not_now(&self, basket: &Basket) -> Option<PromotionRefusal> {
        match (self.starts_at, self.ends_at) {
            (Some(start), _) if basket.now < start => Some(PromotionRefusal::NotStarted(start)),
            (_, Some(end)) if basket.now >= end => Some(PromotionRefusal::Ended(end)),
            _ => None,
        }
    }

    fn not_for(&self, basket: &Basket) -> Option<PromotionRefusal> {
        if !self.channel_ids.is_empty() && !self.channel_ids.contains(&basket.channel_id) {
            return Some(PromotionRefusal::OtherChannel);
        }
        let groups = &self.customer_group_ids;
        let member = groups.is_empty() || groups.iter().any(|id| basket.customer_group_ids.contains(id));
        (!member).then_some(PromotionRefusal::OtherCustomers)
    }

    fn minimums(&self, basket: &Basket) -> Result<Result<(), PromotionRefusal>, PricingError> {
        let lines = || basket.lines.iter().filter(|line| self.items.matches(line));
        if let Some(needed) = self.minimum_subtotal {
            if needed.currency != basket.currency {
                return Ok(Err(PromotionRefusal::OtherCurrency));
            }
            let subtotals: Vec<i64> = lines().map(BasketLine::subtotal).collect::<Result<_, _>>()?;
            let has = Money::new(sum(subtotals)?, basket.currency);
            if has.minor < needed.minor {
                return Ok(Err(PromotionRefusal::MinimumSubtotal { needed, has }));
            }
        }
        let needed = self.minimum_quantity.unwrap_or(0);
        let has = lines().map(|line| u64::from(line.quantity)).sum();
        Ok(if has < needed { Err(PromotionRefusal::MinimumQuantity { needed, has }) } else { Ok(()) })
    }
}
