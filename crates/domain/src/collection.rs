//! Collections: hand-picked or kept by rules.
use crate::product::Product;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A named set of products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// Row id.
    pub id: Uuid,
    /// Unique.
    pub slug: String,
    /// For people.
    pub title: String,
    /// Sanitised HTML.
    pub description_html: String,
    /// None: hand-picked. Some: membership follows the rules.
    pub rules: Option<Rules>,
    /// Order among collections, ascending; ties by title.
    pub position: i32,
}

/// Conditions of a rule-based collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// True: every condition must hold; false: one is enough.
    pub all: bool,
    /// At least one; none matches nothing.
    pub conditions: Vec<Condition>,
}

/// One condition on a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", content = "value", rename_all = "snake_case")]
pub enum Condition {
    /// Carries the tag, in either case.
    Tag(String),
    /// Is made by the vendor, in either case.
    Vendor(String),
    /// Is of the type, in either case.
    ProductType(String),
    /// The title contains the text, in either case.
    TitleContains(String),
}

impl Rules {
    /// Whether the product belongs to the collection.
    pub fn matches(&self, product: &Product) -> bool {
        let mut each = self.conditions.iter().map(|condition| condition.holds(product));
        match self.all {
            _ if self.conditions.is_empty() => false,
            true => each.all(|holds| holds),
            false => each.any(|holds| holds),
        }
    }
}

impl Condition {
    fn holds(&self, product: &Product) -> bool {
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        match self {
            Self::Tag(tag) => product.tags.iter().any(|t| same(t, tag)),
            Self::Vendor(vendor) => same(&product.vendor, vendor),
            Self::ProductType(kind) => same(&product.product_type, kind),
            Self::TitleContains(text) => product.title.to_lowercase().contains(&text.to_lowercase()),
        }
    }
}
