//! What promotions look at.
use super::Usage;
use crate::currency::Currency;
use crate::money::times;
use crate::pricing_error::PricingError;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A cart as promotions see it. All amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basket {
    /// Where it is bought.
    pub channel_id: Uuid,
    /// What all amounts are of.
    pub currency: Currency,
    /// The groups of the customer; empty for a guest.
    pub customer_group_ids: Vec<Uuid>,
    /// In any order.
    pub lines: Vec<BasketLine>,
    /// None until a method is chosen.
    pub shipping: Option<BasketShipping>,
    /// The codes that were entered and found.
    pub codes: Vec<EnteredCode>,
    /// By promotion; absent: never used.
    pub usage: BTreeMap<Uuid, Usage>,
    /// When it is priced.
    pub now: DateTime<Utc>,
}

/// Some units of one variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasketLine {
    /// The line's own id.
    pub id: Uuid,
    /// What is bought.
    pub variant_id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// The collections that the product is in.
    pub collection_ids: Vec<Uuid>,
    /// The product's category and all above it.
    pub category_ids: Vec<Uuid>,
    /// Of one unit.
    pub unit_price: i64,
    /// The struck-through price of one unit.
    pub compare_at: Option<i64>,
    /// At least one.
    pub quantity: u32,
}

/// The chosen way to send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasketShipping {
    /// The method.
    pub method_id: Uuid,
    /// Before discounts.
    pub price: i64,
}

/// A coupon code that the shopper entered, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnteredCode {
    /// In its stored form, see [`coupon_code`](super::coupon_code).
    pub code: String,
    /// The promotion that it triggers.
    pub promotion_id: Uuid,
}

impl BasketLine {
    /// What all units cost before discounts.
    pub fn subtotal(&self) -> Result<i64, PricingError> {
        Ok(times(self.unit_price, self.quantity)?)
    }

    /// Whether a higher price is struck through.
    pub fn is_reduced(&self) -> bool {
        self.compare_at.is_some_and(|before| before > self.unit_price)
    }
}

impl Basket {
    /// Fails on what would make figures wrong.
    pub(super) fn check(&self) -> Result<(), PricingError> {
        let mut seen = BTreeSet::new();
        for line in &self.lines {
            if line.unit_price < 0 {
                return Err(PricingError::NegativePrice(line.id));
            }
            if line.quantity == 0 || !seen.insert(line.id) {
                return Err(PricingError::BadLine(line.id));
            }
        }
        match self.shipping {
            Some(shipping) if shipping.price < 0 => Err(PricingError::NegativeShipping),
            _ => Ok(()),
        }
    }
}
