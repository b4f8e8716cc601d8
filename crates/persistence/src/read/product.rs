//! Products as cards and pages read them: one row, with everything precomputed.
use super::Scope;
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

row! {
    /// A visible product in one channel. Prices are minor units of the channel's currency.
    pub struct ProductRow {
        /// Row id.
        pub id: Uuid,
        /// Part of the address.
        pub slug: String,
        /// For people.
        pub title: String,
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
        /// Place in the tree.
        pub category_id: Option<Uuid>,
        /// For search engines.
        pub seo_title: Option<String>,
        /// For search engines.
        pub seo_description: Option<String>,
        /// Sum of all ratings.
        pub rating_sum: i64,
        /// Number of reviews.
        pub rating_count: i64,
        /// When the row was made.
        pub created_at: DateTime<Utc>,
        /// When the row last changed.
        pub updated_at: DateTime<Utc>,
        /// When it came to this channel.
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
        /// Sanitised HTML; None in lists, which do not read it.
        pub description_html: Option<String>,
    }
}

/// The columns of [`ProductRow`], of `products p` and `listings l`, without the last one.
macro_rules! product_columns {
    () => {
        "p.id, p.slug, p.title, p.vendor, p.product_type, p.status, p.tags, p.options, p.category_id, p.seo_title, \
         p.seo_description, p.rating_sum, p.rating_count, p.created_at, p.updated_at, l.published_at, l.min_price, \
         l.max_price, l.min_compare_at, l.max_compare_at, l.availability"
    };
}
pub(crate) use product_columns;

row! {
    /// The long text, read only where it is asked for.
    pub struct DescriptionRow {
        /// Which product.
        pub product_id: Uuid,
        /// Sanitised HTML.
        pub html: String,
    }
}

static BY_IDS: Sql = Sql::new(
    "products by id",
    concat!(
        "SELECT ",
        product_columns!(),
        ", p.description_html FROM products p JOIN listings l ON l.product_id = p.id AND l.channel_id = $2
          WHERE p.id {ids 1} AND l.published_at <= $3"
    ),
);

/// Visible products among the ids, in no order.
pub async fn products_by_ids(db: &Db, scope: Scope, ids: Vec<Uuid>) -> Result<Vec<ProductRow>, DbError> {
    BY_IDS.fetch(db, vec![Arg::Ids(ids), Arg::Id(scope.channel_id), Arg::Time(scope.now)]).await
}

static BY_SLUGS: Sql = Sql::new(
    "products by slug",
    concat!(
        "SELECT ",
        product_columns!(),
        ", p.description_html FROM products p JOIN listings l ON l.product_id = p.id AND l.channel_id = $2
          WHERE p.slug {texts 1} AND l.published_at <= $3"
    ),
);

/// Visible products among the slugs, in no order.
pub async fn products_by_slugs(db: &Db, scope: Scope, slugs: Vec<String>) -> Result<Vec<ProductRow>, DbError> {
    BY_SLUGS.fetch(db, vec![Arg::Texts(slugs), Arg::Id(scope.channel_id), Arg::Time(scope.now)]).await
}

static DESCRIPTIONS: Sql =
    Sql::new("product descriptions", "SELECT id, description_html FROM products WHERE id {ids 1}");

/// Descriptions of products that the caller has already seen.
pub async fn descriptions_by_product(db: &Db, ids: Vec<Uuid>) -> Result<Vec<DescriptionRow>, DbError> {
    DESCRIPTIONS.fetch(db, vec![Arg::Ids(ids)]).await
}
