//! How product lists are sorted and narrowed.
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The order of a product list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum ProductSort {
    Relevance,
    PriceAsc,
    PriceDesc,
    Newest,
    Title,
    Rating,
    BestSelling,
}

/// What a product must fulfil to be listed. Values of one field are alternatives, fields add up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ProductFilter {
    /// In one of these categories, or below it.
    pub category_ids: Vec<Uuid>,
    /// In one of these collections.
    pub collection_ids: Vec<Uuid>,
    /// Carries one of these tags.
    pub tags: Vec<String>,
    /// Is made by one of these.
    pub vendors: Vec<String>,
    /// Is one of these kinds.
    pub product_types: Vec<String>,
    /// Lowest price at least this, minor units.
    pub price_min: Option<i64>,
    /// Lowest price at most this, minor units.
    pub price_max: Option<i64>,
    /// Can (true) or cannot (false) be ordered.
    pub in_stock: Option<bool>,
    /// Average rating at least this, in thousandths of a star.
    pub rating_min_milli: Option<i64>,
    /// For each option, one of its values.
    pub options: Vec<OptionFilter>,
}

/// Values of one option, as alternatives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OptionFilter {
    /// `Color`; compared without case.
    pub name: String,
    /// `Red`, `Blue`.
    pub values: Vec<String>,
}

/// The key under which a value of an option is stored and counted: `option:color`.
pub fn option_facet_key(name: &str) -> String {
    format!("option:{}", crate::search_text::fold(name.trim()))
}
