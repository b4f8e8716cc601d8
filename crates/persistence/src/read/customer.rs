//! What other shoppers may see of a customer, what the customer sees, and what staff see.
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

row! {
    /// A customer as staff see them: without anything that opens the account.
    pub struct ManagedCustomerRow {
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
        /// Since when nobody can log in.
        #[serde(with = "chrono::serde::ts_microseconds_option")]
        pub disabled_at: Option<DateTime<Utc>>,
        /// Since when nothing personal is left.
        #[serde(with = "chrono::serde::ts_microseconds_option")]
        pub deleted_at: Option<DateTime<Utc>>,
        /// When the account was made.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub created_at: DateTime<Utc>,
        /// When it was last changed.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub updated_at: DateTime<Utc>,
    }
}

macro_rules! managed {
    ($rest:literal) => {
        concat!(
            "SELECT id, email, email_verified_at, display_name, given_name, family_name, phone, accepts_marketing,
               disabled_at, deleted_at, created_at, updated_at FROM customers ",
            $rest
        )
    };
}

static MANAGED: Sql = Sql::new("customers by id", managed!("WHERE id {ids 1}"));
static NEWEST: Sql = Sql::new("newest customers", managed!("WHERE id < $1 ORDER BY id DESC LIMIT $2"));
static BY_EMAIL: Sql = Sql::by_database(
    "customers by e-mail",
    managed!(
        r#"WHERE email COLLATE "C" >= $1 AND email COLLATE "C" < $2 AND email COLLATE "C" > $3
           ORDER BY email COLLATE "C" LIMIT $4"#
    ),
    managed!("WHERE email >= $1 AND email < $2 AND email > $3 ORDER BY email LIMIT $4"),
);

/// Customers among the ids, in no order; deleted ones too.
pub async fn managed_customers_by_ids(db: &Db, ids: Vec<Uuid>) -> Result<Vec<ManagedCustomerRow>, DbError> {
    MANAGED.fetch(db, vec![Arg::Ids(ids)]).await
}

/// Customers before this one, the newest first.
pub async fn newest_customers(db: &Db, before: Option<Uuid>, limit: u32) -> Result<Vec<ManagedCustomerRow>, DbError> {
    NEWEST.fetch(db, vec![Arg::Id(before.unwrap_or(Uuid::max())), Arg::Int(limit.into())]).await
}

/// Customers whose e-mail, in the form in which it is compared, begins so, in the order of the e-mails, behind this one.
pub async fn customers_by_email(
    db: &Db,
    beginning: &str,
    after: &str,
    limit: u32,
) -> Result<Vec<ManagedCustomerRow>, DbError> {
    let end = format!("{beginning}{}", char::MAX);
    let args = [beginning, &end, after].map(|text| Arg::Text(text.to_owned()));
    BY_EMAIL.fetch(db, args.into_iter().chain([Arg::Int(limit.into())]).collect()).await
}
