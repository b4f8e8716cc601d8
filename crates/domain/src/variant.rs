//! Variants: what is actually sold.
use crate::{product::Attribute, stock::StockPolicy};
use uuid::Uuid;

/// One sellable combination of option values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Row id; stays the same when a product is imported again.
    pub id: Uuid,
    /// Stock keeping unit; not unique, because real exports repeat it.
    pub sku: Option<String>,
    /// GTIN, EAN, UPC or ISBN.
    pub barcode: Option<String>,
    /// One value for each option of the product, in the same order; empty for a product without options.
    pub option_values: Vec<String>,
    /// Shipping weight in grams.
    pub weight_grams: Option<i64>,
    /// 1-based order within the product.
    pub position: i32,
    /// What happens at zero.
    pub policy: StockPolicy,
    /// False: stock is not counted, the variant is always available.
    pub tracked: bool,
    /// The variant's own picture, one of the product's media.
    pub media_id: Option<Uuid>,
    /// A variant is sold in a channel only if it has a price there. Sorted by `channel_id`.
    pub prices: Vec<Price>,
    /// On hand per warehouse. Sorted by `warehouse_id`.
    pub stock: Vec<StockOnHand>,
    /// What has no column of its own (tax code, unit price, cost per item). Sorted by namespace and key.
    pub attributes: Vec<Attribute>,
}

/// A price in one channel, in minor units of the channel's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Where it holds.
    pub channel_id: Uuid,
    /// What the shopper pays.
    pub amount: i64,
    /// The struck-through price.
    pub compare_at: Option<i64>,
}

/// Units that lie in one warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockOnHand {
    /// Where.
    pub warehouse_id: Uuid,
    /// Units on hand; may be negative where a shop oversold elsewhere.
    pub on_hand: i64,
}

impl Variant {
    /// `Red / M`, or `Default Title` for a product without options (Shopify's word, kept for round trips).
    pub fn title(&self) -> String {
        match self.option_values.is_empty() {
            true => "Default Title".to_owned(),
            false => self.option_values.join(" / "),
        }
    }
}
