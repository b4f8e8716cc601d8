//! Reviews.
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A customer's opinion of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Row id.
    pub id: Uuid,
    /// What it is about.
    pub product_id: Uuid,
    /// Who wrote it.
    pub customer_id: Uuid,
    /// 1 to 5.
    pub rating: i16,
    /// One line.
    pub title: String,
    /// Plain text.
    pub body: String,
    /// The author bought the product here.
    pub verified_purchase: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// Average of `sum` over `count` in thousandths (4,333 for 4.333), rounded half up; 0 without reviews.
/// Thousandths keep the stored sort key an integer.
pub fn average_milli(sum: i64, count: i64) -> i64 {
    if count == 0 { 0 } else { (sum * 1000 + count / 2) / count }
}
