//! Products as cards and pages read them: one row, with everything precomputed.
use super::Scope;
use crate::{
    Db, DbError,
    row::{Decode, heap, row},
    sql::{Arg, Sql},
};
use chrono::{DateTime, Utc};
use sea_orm::sqlx::{self, Row as _, sqlite::SqliteRow};
use serde::{Deserialize, Serialize};
use std::ops::Deref;
use tokio_postgres::Row as PgRow;
use uuid::Uuid;

/// How much of a product is read with it. What is not can be read behind it, in one more statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProductColumns {
    /// [`ProductCard`]: what a list shows. Half of the time of a list's statement is saved.
    #[default]
    Card,
    /// [`ProductDetails`] too.
    Details,
    /// And the description.
    Description,
}

row! {
    /// What every reader of a product needs. Prices are minor units of the channel's currency.
    pub struct ProductCard {
        /// Row id.
        pub id: Uuid,
        /// Part of the address.
        pub slug: String,
        /// For people.
        pub title: String,
        /// Place in the tree.
        pub category_id: Option<Uuid>,
        /// Sum of all ratings.
        pub rating_sum: i64,
        /// Number of reviews.
        pub rating_count: i64,
        /// When it came to this channel.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub published_at: DateTime<Utc>,
        /// Lowest price.
        pub min_price: i64,
        /// Highest price.
        pub max_price: i64,
        /// Lowest struck-through price.
        pub min_compare_at: Option<i64>,
        /// Highest struck-through price.
        pub max_compare_at: Option<i64>,
        /// Stored [`Availability`](tradewind_domain::stock::Availability).
        pub availability: i16,
    }
}

/// The columns of [`ProductCard`], of `products p` and `listings l`.
macro_rules! card {
    () => {
        "p.id, p.slug, p.title, p.category_id, p.rating_sum, p.rating_count, l.published_at, l.min_price, l.max_price, \
         l.min_compare_at, l.max_compare_at, l.availability"
    };
}
const CARD_COLUMNS: usize = 12;

row! {
    /// The rest of a product, apart from its description.
    pub struct ProductDetails {
        /// Maker; may be empty.
        pub vendor: String,
        /// Kind; may be empty.
        pub product_type: String,
        /// The stored word; always `active` here.
        pub status: String,
        /// JSON list of texts.
        pub tags: String,
        /// JSON list of options.
        pub options: String,
        /// For search engines.
        pub seo_title: Option<String>,
        /// For search engines.
        pub seo_description: Option<String>,
        /// When the row was made.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub created_at: DateTime<Utc>,
        /// When the row last changed.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub updated_at: DateTime<Utc>,
    }
}

/// The columns of [`ProductDetails`], of `products p`.
macro_rules! details {
    () => {
        "p.vendor, p.product_type, p.status, p.tags, p.options, p.seo_title, p.seo_description, p.created_at, p.updated_at"
    };
}
const DETAILS_COLUMNS: usize = 9;

impl ProductColumns {
    /// The columns of [`ProductRow`].
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Card => card!(),
            Self::Details => concat!(card!(), ", ", details!()),
            Self::Description => concat!(card!(), ", ", details!(), ", p.description_html"),
        }
    }
}

/// A visible product in one channel, with as much of it as was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProductRow {
    /// Always there.
    pub card: ProductCard,
    /// From [`ProductColumns::Details`] on.
    pub details: Option<ProductDetails>,
    /// Sanitised HTML, with [`ProductColumns::Description`].
    pub description_html: Option<String>,
}

heap!(ProductRow: card, details, description_html);

impl Deref for ProductRow {
    type Target = ProductCard;

    fn deref(&self) -> &ProductCard {
        &self.card
    }
}

impl Decode for ProductRow {
    fn from_pg(row: &PgRow, first: usize) -> Result<Self, tokio_postgres::Error> {
        let (details, description) = (first + CARD_COLUMNS, first + CARD_COLUMNS + DETAILS_COLUMNS);
        Ok(Self {
            card: ProductCard::from_pg(row, first)?,
            details: (row.len() > details).then(|| ProductDetails::from_pg(row, details)).transpose()?,
            description_html: (row.len() > description).then(|| row.try_get(description)).transpose()?,
        })
    }

    fn from_sqlite(row: &SqliteRow, first: usize) -> Result<Self, sqlx::Error> {
        let (details, description) = (first + CARD_COLUMNS, first + CARD_COLUMNS + DETAILS_COLUMNS);
        Ok(Self {
            card: ProductCard::from_sqlite(row, first)?,
            details: (row.len() > details).then(|| ProductDetails::from_sqlite(row, details)).transpose()?,
            description_html: (row.len() > description).then(|| row.try_get_unchecked(description)).transpose()?,
        })
    }
}

/// A statement for each choice of columns.
macro_rules! by_columns {
    ($name:literal, $behind:literal) => {
        [
            Sql::new($name, concat!("SELECT ", card!(), $behind)),
            Sql::new($name, concat!("SELECT ", card!(), ", ", details!(), $behind)),
            Sql::new($name, concat!("SELECT ", card!(), ", ", details!(), ", p.description_html", $behind)),
        ]
    };
}

fn with(statements: &'static [Sql; 3], columns: ProductColumns) -> &'static Sql {
    let [card, details, description] = statements;
    match columns {
        ProductColumns::Card => card,
        ProductColumns::Details => details,
        ProductColumns::Description => description,
    }
}

static BY_IDS: [Sql; 3] = by_columns!(
    "products by id",
    " FROM products p JOIN listings l ON l.product_id = p.id AND l.channel_id = $2
      WHERE p.id {ids 1} AND l.published_at <= $3"
);

/// Visible products among the ids, in no order.
pub async fn products_by_ids(
    db: &Db,
    scope: Scope,
    columns: ProductColumns,
    ids: Vec<Uuid>,
) -> Result<Vec<ProductRow>, DbError> {
    let args = vec![Arg::Ids(ids), Arg::Id(scope.channel_id), Arg::Time(scope.now)];
    with(&BY_IDS, columns).fetch(db, args).await
}

static BY_SLUGS: [Sql; 3] = by_columns!(
    "products by slug",
    " FROM products p JOIN listings l ON l.product_id = p.id AND l.channel_id = $2
      WHERE p.slug {texts 1} AND l.published_at <= $3"
);

/// Visible products among the slugs, in no order.
pub async fn products_by_slugs(
    db: &Db,
    scope: Scope,
    columns: ProductColumns,
    slugs: Vec<String>,
) -> Result<Vec<ProductRow>, DbError> {
    let args = vec![Arg::Texts(slugs), Arg::Id(scope.channel_id), Arg::Time(scope.now)];
    with(&BY_SLUGS, columns).fetch(db, args).await
}

/// Details of one product.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DetailsRow {
    /// Which product.
    pub product_id: Uuid,
    /// Its details.
    pub details: ProductDetails,
}

impl Decode for DetailsRow {
    fn from_pg(row: &PgRow, first: usize) -> Result<Self, tokio_postgres::Error> {
        Ok(Self { product_id: row.try_get(first)?, details: ProductDetails::from_pg(row, first + 1)? })
    }

    fn from_sqlite(row: &SqliteRow, first: usize) -> Result<Self, sqlx::Error> {
        Ok(Self { product_id: row.try_get_unchecked(first)?, details: ProductDetails::from_sqlite(row, first + 1)? })
    }
}

static DETAILS: Sql =
    Sql::new("product details", concat!("SELECT p.id, ", details!(), " FROM products p WHERE p.id {ids 1}"));

/// Details of products that the caller has already seen.
pub async fn details_by_product(db: &Db, ids: Vec<Uuid>) -> Result<Vec<DetailsRow>, DbError> {
    DETAILS.fetch(db, vec![Arg::Ids(ids)]).await
}

row! {
    /// The long text.
    pub struct DescriptionRow {
        /// Which product.
        pub product_id: Uuid,
        /// Sanitised HTML.
        pub html: String,
    }
}

static DESCRIPTIONS: Sql =
    Sql::new("product descriptions", "SELECT id, description_html FROM products WHERE id {ids 1}");

/// Descriptions of products that the caller has already seen.
pub async fn descriptions_by_product(db: &Db, ids: Vec<Uuid>) -> Result<Vec<DescriptionRow>, DbError> {
    DESCRIPTIONS.fetch(db, vec![Arg::Ids(ids)]).await
}
