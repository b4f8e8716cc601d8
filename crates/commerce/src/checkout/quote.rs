//! What a checkout costs, frozen: stored with the checkout, and copied into the order.
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_domain::tax::TaxMode;
use uuid::Uuid;

/// A frozen quote. Amounts are minor units of `currency`; `docs/buying.md` says how they hang together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names of `Totals`")]
pub struct Quote {
    pub currency: String,
    pub tax_mode: TaxMode,
    pub lines: Vec<QuoteLine>,
    pub subtotal: i64,
    pub discount: i64,
    pub shipping: i64,
    pub shipping_discount: i64,
    pub tax: i64,
    pub total: i64,
    /// What each gift card pays.
    pub gift_cards: Vec<super::CardAmount>,
    pub due: i64,
    pub taxes: Vec<QuoteTax>,
    /// What takes something off.
    pub promotions: Vec<PromotionUse>,
    /// Something must be sent, so an address is needed and a method.
    pub needs_shipping: bool,
    /// The chosen way.
    pub shipping_method: Option<QuoteShipping>,
    pub note: String,
    pub attributes: BTreeMap<String, String>,
    /// Prices that stand in for others, because somebody who was asked did not answer.
    pub degraded: Vec<String>,
}

/// Some units of one variant, as they are now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names of a bill")]
pub struct QuoteLine {
    pub variant_id: Uuid,
    pub product_id: Uuid,
    pub sku: String,
    pub title: String,
    pub variant_title: String,
    pub unit_price: i64,
    pub quantity: u32,
    pub subtotal: i64,
    pub discount: i64,
    pub tax: i64,
    /// With tax, after discounts: what it adds to the total.
    pub total: i64,
    pub attributes: BTreeMap<String, String>,
}

/// A tax, as an invoice lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct QuoteTax {
    pub name: String,
    /// Parts per million.
    pub rate_ppm: u32,
    pub net: i64,
    pub tax: i64,
}

/// A promotion that takes something off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionUse {
    /// Which.
    pub promotion_id: Uuid,
    /// What shoppers read.
    pub name: String,
    /// The code that was entered.
    pub code: Option<String>,
    /// What it takes off.
    pub amount: i64,
}

/// A way to send it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteShipping {
    /// Which.
    pub id: Uuid,
    /// What shoppers read.
    pub name: String,
}

impl Quote {
    /// What gift cards pay.
    pub fn paid_by_cards(&self) -> i64 {
        self.total - self.due
    }
}
