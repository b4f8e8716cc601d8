//! What other shoppers may see of a customer, and what the customer sees.
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use chrono::{DateTime, Utc};
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

row! {
    /// A customer's own view of the account: for nobody else.
    pub struct ProfileRow {
        /// Row id.
        pub id: Uuid,
        /// The address that the customer logs in with.
        pub email: String,
        /// When the customer proved to read its mail.
        #[serde(with = "chrono::serde::ts_microseconds_option")]
        pub email_verified_at: Option<DateTime<Utc>>,
        /// Shown beside reviews.
        pub display_name: String,
        /// May be empty.
        pub given_name: String,
        /// May be empty.
        pub family_name: String,
        /// In international form.
        pub phone: Option<String>,
        /// Whether news may be mailed.
        pub accepts_marketing: bool,
        /// Goes up with each change.
        pub version: i64,
        /// When the account was made.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub created_at: DateTime<Utc>,
        /// When it was last changed.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub updated_at: DateTime<Utc>,
    }
}

static PROFILES: Sql = Sql::new(
    "profiles by id",
    "SELECT id, email, email_verified_at, display_name, given_name, family_name, phone, accepts_marketing, version,
       created_at, updated_at FROM customers WHERE id {ids 1} AND disabled_at IS NULL",
);

/// Profiles among the ids, in no order; none of an account that is disabled or deleted.
pub async fn profiles_by_ids(db: &Db, ids: Vec<Uuid>) -> Result<Vec<ProfileRow>, DbError> {
    PROFILES.fetch(db, vec![Arg::Ids(ids)]).await
}
