//! Where a product is in its life.
use async_graphql::Enum;
use tradewind_domain::product;

/// Where a product is in its life. Shoppers only ever see ACTIVE ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ProductStatus {
    /// Not ready.
    Draft,
    /// Sold where it is published.
    Active,
    /// No longer sold.
    Archived,
}

impl From<product::ProductStatus> for ProductStatus {
    fn from(status: product::ProductStatus) -> Self {
        match status {
            product::ProductStatus::Draft => Self::Draft,
            product::ProductStatus::Active => Self::Active,
            product::ProductStatus::Archived => Self::Archived,
        }
    }
}

impl From<ProductStatus> for product::ProductStatus {
    fn from(status: ProductStatus) -> Self {
        match status {
            ProductStatus::Draft => Self::Draft,
            ProductStatus::Active => Self::Active,
            ProductStatus::Archived => Self::Archived,
        }
    }
}

crate::execution::direct_enum!(ProductStatus);
