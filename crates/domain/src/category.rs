//! The category tree.
use uuid::Uuid;

/// One node of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Row id.
    pub id: Uuid,
    /// None for a root.
    pub parent_id: Option<Uuid>,
    /// Unique over the whole tree.
    pub slug: String,
    /// For people.
    pub name: String,
    /// Order among siblings, ascending; ties by name.
    pub position: i32,
}

/// The names from the root down, as Shopify's `Product Category` writes them:
/// `Apparel & Accessories > Clothing > Shirts`.
pub fn taxonomy_path(text: &str) -> Vec<String> {
    text.split('>').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
