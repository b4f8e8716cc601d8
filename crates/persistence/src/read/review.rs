//! Reviews, newest first.
use super::{ChildPage, Scope, group};
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

row! {
    /// A customer's opinion.
    pub struct ReviewRow {
        /// Row id.
        pub id: Uuid,
        /// What it is about.
        pub product_id: Uuid,
        /// Who wrote it.
        pub customer_id: Uuid,
        /// 1 to 5.
        pub rating: i32,
        /// One line.
        pub title: String,
        /// Plain text.
        pub body: String,
        /// The author bought the product here.
        pub verified_purchase: bool,
        /// When it was written.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub created_at: DateTime<Utc>,
    }
}

/// Where a page of reviews starts: behind (older than) this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReviewPosition {
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Decides between equal times.
    pub id: Uuid,
}

macro_rules! review_columns {
    () => {
        "r.id, r.product_id, r.customer_id, r.rating, r.title, r.body, r.verified_purchase, r.created_at"
    };
}

static PAGES: Sql = Sql::by_database(
    "reviews by product",
    concat!(
        "SELECT page.* FROM unnest($1::uuid[]) AS parent (id) CROSS JOIN LATERAL (SELECT ",
        review_columns!(),
        " FROM reviews r WHERE r.product_id = parent.id AND (r.created_at, r.id) < ($2, $3)
          ORDER BY r.created_at DESC, r.id DESC LIMIT $4) page"
    ),
    concat!(
        "SELECT ",
        review_columns!(),
        " FROM (SELECT r.*, row_number() OVER (PARTITION BY r.product_id ORDER BY r.created_at DESC, r.id DESC) AS number
            FROM reviews r WHERE r.product_id {ids 1} AND (r.created_at, r.id) < ($2, $3)) r
          WHERE r.number <= $4 ORDER BY r.product_id, r.created_at DESC, r.id DESC"
    ),
);

/// One page of reviews for each parent; all pages have the same size and start.
pub async fn review_pages(
    db: &Db,
    page: ChildPage<ReviewPosition>,
    products: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<ReviewRow>>, DbError> {
    // Later than any review: the year 9999, which sorts last as text too.
    let newest = DateTime::from_timestamp(253_402_300_799, 0).unwrap_or_default();
    let after = page.after.unwrap_or(ReviewPosition { created_at: newest, id: Uuid::max() });
    let args = vec![Arg::Ids(products), Arg::Time(after.created_at), Arg::Id(after.id), Arg::Int(page.first.into())];
    Ok(group(PAGES.fetch(db, args).await?, |row: &ReviewRow| row.product_id))
}

static BY_IDS: Sql = Sql::new(
    "reviews by id",
    concat!(
        "SELECT ",
        review_columns!(),
        " FROM reviews r JOIN listings l ON l.product_id = r.product_id AND l.channel_id = $2
          WHERE r.id {ids 1} AND l.published_at <= $3"
    ),
);

/// Reviews of visible products among the ids, in no order.
pub async fn reviews_by_ids(db: &Db, scope: Scope, ids: Vec<Uuid>) -> Result<Vec<ReviewRow>, DbError> {
    BY_IDS.fetch(db, vec![Arg::Ids(ids), Arg::Id(scope.channel_id), Arg::Time(scope.now)]).await
}

static BY_CUSTOMER: Sql = Sql::new(
    "reviews by customer",
    concat!("SELECT ", review_columns!(), " FROM reviews r WHERE r.customer_id {ids 1} ORDER BY r.created_at, r.id"),
);

/// All reviews of customers, the oldest first, also of products that nobody can see: for the customers themselves.
pub async fn reviews_by_customers(db: &Db, customers: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<ReviewRow>>, DbError> {
    let rows = BY_CUSTOMER.fetch(db, vec![Arg::Ids(customers)]).await?;
    Ok(group(rows, |row: &ReviewRow| row.customer_id))
}
