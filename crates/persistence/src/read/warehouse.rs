//! Warehouses.
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use uuid::Uuid;

row! {
    /// A place that holds stock.
    pub struct WarehouseRow {
        /// Row id.
        pub id: Uuid,
        /// Lower case, unique.
        pub code: String,
        /// For people.
        pub name: String,
    }
}

static BY_IDS: Sql = Sql::new("warehouses by id", "SELECT id, code, name FROM warehouses WHERE id {ids 1}");

/// Warehouses among the ids, in no order.
pub async fn warehouses_by_ids(db: &Db, ids: Vec<Uuid>) -> Result<Vec<WarehouseRow>, DbError> {
    BY_IDS.fetch(db, vec![Arg::Ids(ids)]).await
}
