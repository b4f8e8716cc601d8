//! The product aggregate: all that one import, seed or edit writes together.
use crate::{media::Media, option::ProductOption, variant::Variant};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a product is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// Not ready; invisible.
    Draft,
    /// Sold where it is published.
    Active,
    /// No longer sold; invisible.
    Archived,
}

impl ProductStatus {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
    /// Reads the stored word; anything else is invisible, `Draft`.
    pub fn from_stored(text: &str) -> Self {
        match text {
            "active" => Self::Active,
            "archived" => Self::Archived,
            _ => Self::Draft,
        }
    }
}

/// A product with everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Row id.
    pub id: Uuid,
    /// The part of the address, unique; Shopify's handle.
    pub slug: String,
    /// For people.
    pub title: String,
    /// Sanitised HTML.
    pub description_html: String,
    /// Who makes it; empty when not said.
    pub vendor: String,
    /// The shop's own kind of thing; empty when not said.
    pub product_type: String,
    /// Where it is in its life.
    pub status: ProductStatus,
    /// Unique, in the order given.
    pub tags: Vec<String>,
    /// Its place in the tree.
    pub category_id: Option<Uuid>,
    /// For search engines; None: they use the title.
    pub seo_title: Option<String>,
    /// For search engines.
    pub seo_description: Option<String>,
    /// Units sold, for BEST_SELLING.
    pub units_sold: i64,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When the row last changed.
    pub updated_at: DateTime<Utc>,
    /// What a shopper chooses, at most three in a Shopify export.
    pub options: Vec<ProductOption>,
    /// In display order.
    pub variants: Vec<Variant>,
    /// In display order; the first is the featured one.
    pub media: Vec<Media>,
    /// Where and from when it is shown. Sorted by `channel_id`.
    pub publications: Vec<Publication>,
    /// Metafields and columns without a home. Sorted by namespace and key.
    pub attributes: Vec<Attribute>,
}

/// A product is shown in a channel from `published_at` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Where.
    pub channel_id: Uuid,
    /// From when; the future is allowed.
    pub published_at: DateTime<Utc>,
}

/// A typed fact about a product or variant that has no column: a metafield, a tax code, a unit price.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attribute {
    /// `shopify`, `custom`; `shopify.column` for a plain export column.
    pub namespace: String,
    /// `color-pattern`.
    pub key: String,
    /// What people read: `Color`.
    pub label: String,
    /// `text`, `number`, `boolean`, `url`, `json`, `list` (values separated by `; `).
    pub kind: AttributeKind,
    /// As text; what `kind` says is checked when it is read in.
    pub value: String,
}

/// How an attribute's text is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum AttributeKind {
    Text,
    Number,
    Boolean,
    Url,
    Json,
    List,
}

impl Product {
    /// A draft with nothing in it yet, made and changed at `now`.
    pub fn draft(id: Uuid, slug: String, title: String, now: DateTime<Utc>) -> Self {
        Self {
            id,
            slug,
            title,
            description_html: String::new(),
            vendor: String::new(),
            product_type: String::new(),
            status: ProductStatus::Draft,
            tags: Vec::new(),
            category_id: None,
            seo_title: None,
            seo_description: None,
            units_sold: 0,
            created_at: now,
            updated_at: now,
            options: Vec::new(),
            variants: Vec::new(),
            media: Vec::new(),
            publications: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// Whether two states differ in anything but ids and times: an import writes only then.
    pub fn same_content(&self, other: &Self) -> bool {
        let blank = |product: &Self| {
            let mut copy = product.clone();
            (copy.created_at, copy.updated_at) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH);
            copy
        };
        blank(self) == blank(other)
    }
}
