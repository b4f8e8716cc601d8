//! What other shoppers may see of a customer.
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use uuid::Uuid;

row! {
    /// The author of a review. No e-mail: it never leaves the account.
    pub struct AuthorRow {
        /// Row id.
        pub id: Uuid,
        /// Shown beside reviews.
        pub display_name: String,
    }
}

static BY_IDS: Sql = Sql::new("authors by id", "SELECT id, display_name FROM customers WHERE id {ids 1}");

/// Authors among the ids, in no order.
pub async fn authors_by_ids(db: &Db, ids: Vec<Uuid>) -> Result<Vec<AuthorRow>, DbError> {
    BY_IDS.fetch(db, vec![Arg::Ids(ids)]).await
}
