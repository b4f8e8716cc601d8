//! Warehouses: where stock lies.
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A place that holds stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warehouse {
    /// Row id.
    pub id: Uuid,
    /// Lower case, unique.
    pub code: String,
    /// For people.
    pub name: String,
}
