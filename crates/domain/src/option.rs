//! Product options: what a shopper chooses (Size, Colour).
use serde::{Deserialize, Serialize};

/// A choice of a product, such as Size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductOption {
    /// `Size`, `Color`; unique within the product.
    pub name: String,
    /// Shopify's `Option1 Linked To`: the metafield that drives the option.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked_to: Option<String>,
    /// In display order, unique.
    pub values: Vec<OptionValue>,
}

/// One value of an option, such as Red.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionValue {
    /// For people, and the key of the choice.
    pub value: String,
    /// A CSS colour or picture address to draw the value with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swatch: Option<String>,
}
