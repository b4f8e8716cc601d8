//! What a document asks of products, so that no more is read.
use tradewind_persistence::read::product::ProductColumns;

/// The columns that a field needs to be read with a product.
pub(crate) fn columns_for(object: &str, field: &str) -> ProductColumns {
    match (object, field) {
        ("Product", "descriptionHtml") => ProductColumns::Description,
        (
            "Product",
            "vendor"
            | "productType"
            | "status"
            | "tags"
            | "options"
            | "variantBySelectedOptions"
            | "seo"
            | "createdAt"
            | "updatedAt",
        )
        | ("ProductVariant", "selectedOptions") => ProductColumns::Details,
        _ => ProductColumns::Card,
    }
}
