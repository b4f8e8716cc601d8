//! The data files, as they are written by hand.
use serde::Deserialize;
use std::collections::BTreeMap;

/// The whole demo shop.
#[derive(Debug)]
pub(super) struct Data {
    pub(super) categories: Vec<CategoryData>,
    pub(super) collections: Vec<CollectionData>,
    pub(super) colors: BTreeMap<String, String>,
    pub(super) customers: Vec<String>,
    pub(super) products: Vec<ProductData>,
}

/// A category with those below it; its slug is made from its name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryData {
    pub(super) name: String,
    #[serde(default)]
    pub(super) children: Vec<CategoryData>,
}

/// A collection: by one tag, by any of several conditions, or by the slugs of its products.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CollectionData {
    pub(super) title: String,
    pub(super) html: String,
    pub(super) tag: Option<String>,
    #[serde(default)]
    pub(super) any: Vec<(Field, String)>,
    #[serde(default)]
    pub(super) products: Vec<String>,
}

/// What a condition looks at.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Field {
    Tag,
    Vendor,
    ProductType,
    TitleContains,
}

/// A product; its variants are all combinations of its options.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductData {
    pub(super) title: String,
    /// Made from the title where it is not given.
    pub(super) slug: Option<String>,
    pub(super) vendor: String,
    #[serde(rename = "type")]
    pub(super) product_type: String,
    /// Slug.
    pub(super) category: String,
    pub(super) tags: Vec<String>,
    pub(super) html: String,
    /// Title and description for search engines.
    pub(super) seo: Option<(String, String)>,
    #[serde(default)]
    pub(super) status: StatusData,
    /// Codes of the channels that show it; both where it is not given.
    pub(super) channels: Option<Vec<String>>,
    pub(super) options: Vec<(String, Vec<String>)>,
    /// Combinations that are not made: `Sage / XL`.
    #[serde(default)]
    pub(super) without: Vec<String>,
    /// Combinations that are sold out.
    #[serde(default)]
    pub(super) gone: Vec<String>,
    pub(super) usd: String,
    pub(super) eur: String,
    /// Struck-through prices, dollars and euros.
    pub(super) was: Option<(String, String)>,
    /// What a value of an option costs more, dollars and euros.
    #[serde(default)]
    pub(super) more: BTreeMap<String, (String, String)>,
    pub(super) grams: i64,
    #[serde(default)]
    pub(super) stock: StockData,
    /// What each picture shows.
    pub(super) views: Vec<String>,
    pub(super) sold: i64,
    /// Published so many days before the end of the demo's history.
    pub(super) days: i64,
    /// Stars, title, body; newest first.
    pub(super) reviews: Vec<(i16, String, String)>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum StatusData {
    #[default]
    Active,
    Draft,
    Archived,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum StockData {
    #[default]
    Plenty,
    Low,
    SoldOut,
    Backorder,
    Untracked,
}

impl Data {
    /// Reads the embedded files.
    pub(super) fn read() -> Result<Self, serde_json::Error> {
        let departments = [
            include_str!("data/apparel.json"),
            include_str!("data/outdoor.json"),
            include_str!("data/kitchen.json"),
            include_str!("data/home.json"),
        ];
        let mut products = Vec::new();
        for department in departments {
            products.extend(serde_json::from_str::<Vec<ProductData>>(department)?);
        }
        Ok(Self {
            categories: serde_json::from_str(include_str!("data/categories.json"))?,
            collections: serde_json::from_str(include_str!("data/collections.json"))?,
            colors: serde_json::from_str(include_str!("data/colors.json"))?,
            customers: serde_json::from_str(include_str!("data/customers.json"))?,
            products,
        })
    }
}
