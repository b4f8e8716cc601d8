//! Facets: counts of the values that would narrow a list further, each facet without its own filter.
use super::{
    Scope,
    listing::{ListQuery, Within},
    listing_sql::Builder,
};
use crate::{
    Db, DbError,
    row::{Decode, row},
    sql::{Arg, fetch_text},
};
use std::borrow::Cow;
use uuid::Uuid;

/// A facet shows at most this many values, the most frequent ones.
pub const MOST_VALUES: u32 = 100;

/// A price histogram has this many buckets.
pub const BUCKETS: i64 = 10;

row! {
    /// How many products of a list have a value.
    pub struct ValueCount {
        /// The list.
        pub within: Uuid,
        /// `tag`, `vendor`, `type`, `option:color`.
        pub key: String,
        /// The value.
        pub value: String,
        /// Products.
        pub count: i64,
    }
}

row! {
    /// How many products of a list are in a category or below it.
    pub struct CategoryCount {
        /// The list.
        pub within: Uuid,
        /// Part of the category's address.
        pub slug: String,
        /// Its name.
        pub name: String,
        /// Products.
        pub count: i64,
    }
}

row! {
    /// One bucket of the price histogram. Prices are minor units.
    pub struct PriceBucket {
        /// The list.
        pub within: Uuid,
        /// Lowest price of the whole list.
        pub min: i64,
        /// Highest of the lowest prices of its products.
        pub max: i64,
        /// How much each bucket spans.
        pub width: i64,
        /// Which bucket, from 0.
        pub bucket: i64,
        /// Products.
        pub count: i64,
    }
}

row! {
    /// How many products of a list can be ordered.
    pub struct StockCount {
        /// The list.
        pub within: Uuid,
        /// Products that can be ordered.
        pub in_stock: i64,
        /// Products.
        pub count: i64,
    }
}

row! {
    /// How many products of a list have an average of at least 4, 3, 2 and 1 stars.
    pub struct RatingCount {
        /// The list.
        pub within: Uuid,
        /// At least four.
        pub four: i64,
        /// At least three.
        pub three: i64,
        /// At least two.
        pub two: i64,
        /// At least one.
        pub one: i64,
    }
}

async fn over_base<T: Decode>(
    db: &Db,
    name: &'static str,
    base: (String, Vec<Arg>),
    select: impl FnOnce(usize) -> String,
    own: impl IntoIterator<Item = Arg>,
) -> Result<Vec<T>, DbError> {
    let (mut text, mut args) = base;
    text.push_str(&select(args.len() + 1));
    args.extend(own);
    fetch_text(db, name, Cow::Owned(text), args).await
}

/// Counts per value; `only` restricts to one key.
pub async fn value_counts(
    db: &Db,
    scope: Scope,
    within: &Within,
    query: &ListQuery,
    only: Option<&str>,
) -> Result<Vec<ValueCount>, DbError> {
    let base = Builder::new(db.backend(), scope, within, query).base(false);
    let select = |next: usize| {
        let restriction = only.map_or_else(String::new, |_| format!("AND f.key = ${next} "));
        format!(
            "SELECT within_id, key, value, count FROM (
               SELECT b.within_id, f.key, f.value, count(*) AS count,
                 row_number() OVER (PARTITION BY b.within_id, f.key ORDER BY count(*) DESC, f.value) AS number
               FROM base b JOIN product_facets f ON f.product_id = b.product_id {restriction}
               GROUP BY b.within_id, f.key, f.value) counted
             WHERE number <= {MOST_VALUES} ORDER BY within_id, key, count DESC, value"
        )
    };
    over_base(db, "facet values", base, select, only.map(|key| Arg::Text(key.to_owned()))).await
}

/// Counts per category, descendants included.
pub async fn category_counts(
    db: &Db,
    scope: Scope,
    within: &Within,
    query: &ListQuery,
) -> Result<Vec<CategoryCount>, DbError> {
    let base = Builder::new(db.backend(), scope, within, query).base(false);
    let select = |next: usize| {
        format!(
            "SELECT within_id, slug, name, count FROM (
               SELECT b.within_id, c.slug, c.name, count(*) AS count,
                 row_number() OVER (PARTITION BY b.within_id ORDER BY count(*) DESC, c.slug) AS number
               FROM base b JOIN listing_scopes x ON x.product_id = b.product_id AND x.channel_id = ${next}
               JOIN categories c ON c.id = x.scope_id GROUP BY b.within_id, c.slug, c.name) counted
             WHERE number <= {MOST_VALUES} ORDER BY within_id, count DESC, slug"
        )
    };
    over_base(db, "facet categories", base, select, [Arg::Id(scope.channel_id)]).await
}

/// The price histogram of each list, buckets without products left out.
pub async fn price_buckets(
    db: &Db,
    scope: Scope,
    within: &Within,
    query: &ListQuery,
) -> Result<Vec<PriceBucket>, DbError> {
    let base = Builder::new(db.backend(), scope, within, query).base(false);
    let select = |_| {
        format!(
            ", bounds AS (SELECT within_id, min(min_price) AS low, max(min_price) AS high,
                 (max(min_price) - min(min_price)) / {BUCKETS} + 1 AS width FROM base GROUP BY within_id)
             SELECT r.within_id, r.low, r.high, r.width, (b.min_price - r.low) / r.width AS bucket, count(*)
             FROM base b JOIN bounds r ON r.within_id = b.within_id
             GROUP BY r.within_id, r.low, r.high, r.width, (b.min_price - r.low) / r.width
             ORDER BY r.within_id, bucket"
        )
    };
    over_base(db, "facet prices", base, select, []).await
}

/// How much of each list can be ordered.
pub async fn stock_counts(
    db: &Db,
    scope: Scope,
    within: &Within,
    query: &ListQuery,
) -> Result<Vec<StockCount>, DbError> {
    let base = Builder::new(db.backend(), scope, within, query).base(true);
    let select = |_| {
        "SELECT within_id, count(CASE WHEN availability > 0 THEN 1 END), count(*) FROM base GROUP BY within_id"
            .to_owned()
    };
    over_base(db, "facet stock", base, select, []).await
}

/// How well the products of each list are rated.
pub async fn rating_counts(
    db: &Db,
    scope: Scope,
    within: &Within,
    query: &ListQuery,
) -> Result<Vec<RatingCount>, DbError> {
    let base = Builder::new(db.backend(), scope, within, query).base(false);
    let select = |_| {
        let at_least = |stars: i64| format!("count(CASE WHEN rating_milli >= {} THEN 1 END)", stars * 1000);
        let columns = [4, 3, 2, 1].map(at_least).join(", ");
        format!("SELECT within_id, {columns} FROM base GROUP BY within_id")
    };
    over_base(db, "facet ratings", base, select, []).await
}
