//! Stock as staff see it and change it.
mod managed_stock;
mod mutations;

pub(crate) use managed_stock::InventoryQuery;
pub(crate) use mutations::{BulkErrorPolicy, InventoryMutations};
