//! Customers; this far, authors of reviews.
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A person who buys or reviews.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Row id.
    pub id: Uuid,
    /// Unique, lower case. Never shown to other shoppers, never logged.
    pub email: String,
    /// Shown beside reviews.
    pub display_name: String,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
}
