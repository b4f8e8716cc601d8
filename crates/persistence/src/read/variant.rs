//! Variants with their price in the channel. A variant without a price there is not sold there, so it is not seen.
use super::{ChildPage, Scope, group};
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use std::collections::HashMap;
use uuid::Uuid;

row! {
    /// A variant sold in one channel. Prices are minor units of the channel's currency.
    pub struct VariantRow {
        /// Row id.
        pub id: Uuid,
        /// Its product.
        pub product_id: Uuid,
        /// Stock keeping unit.
        pub sku: Option<String>,
        /// GTIN, EAN, UPC or ISBN.
        pub barcode: Option<String>,
        /// `Red / M`.
        pub title: String,
        /// JSON list, one value for each option of the product.
        pub option_values: String,
        /// Shipping weight.
        pub weight_grams: Option<i64>,
        /// Order within the product.
        pub position: i32,
        /// Stored [`StockPolicy`](tradewind_domain::stock::StockPolicy).
        pub policy: String,
        /// Whether stock is counted.
        pub tracked: bool,
        /// Its own picture.
        pub media_id: Option<Uuid>,
        /// The price.
        pub amount: i64,
        /// The struck-through price.
        pub compare_at: Option<i64>,
    }
}

/// Where a page of variants starts: behind this position and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VariantPosition {
    /// Order within the product.
    pub position: i32,
    /// Decides between equal positions.
    pub id: Uuid,
}

macro_rules! variant_columns {
    () => {
        "v.id, v.product_id, v.sku, v.barcode, v.title, v.option_values, v.weight_grams, v.position, v.policy, \
         v.tracked, v.media_id, vp.amount, vp.compare_at"
    };
}

static PAGES: Sql = Sql::by_database(
    "variants by product",
    concat!(
        "SELECT page.* FROM unnest($1::uuid[]) AS parent (id)
         CROSS JOIN LATERAL (SELECT ",
        variant_columns!(),
        " FROM variants v JOIN variant_prices vp ON vp.variant_id = v.id AND vp.channel_id = $2
          WHERE v.product_id = parent.id AND (v.position, v.id) > ($3, $4)
          ORDER BY v.position, v.id LIMIT $5) page"
    ),
    concat!(
        "SELECT ",
        variant_columns!(),
        " FROM (SELECT v.*, row_number() OVER (PARTITION BY v.product_id ORDER BY v.position, v.id) AS number
           FROM variants v
           WHERE v.product_id {ids 1} AND (v.position, v.id) > ($3, $4)
             AND EXISTS (SELECT 1 FROM variant_prices own WHERE own.variant_id = v.id AND own.channel_id = $2)) v
         JOIN variant_prices vp ON vp.variant_id = v.id AND vp.channel_id = $2
         WHERE v.number <= $5 ORDER BY v.product_id, v.position, v.id"
    ),
);

/// One page of variants for each parent; all pages have the same size and start.
pub async fn variant_pages(
    db: &Db,
    scope: Scope,
    page: ChildPage<VariantPosition>,
    products: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<VariantRow>>, DbError> {
    let after = page.after.unwrap_or(VariantPosition { position: i32::MIN, id: Uuid::nil() });
    let args = vec![
        Arg::Ids(products),
        Arg::Id(scope.channel_id),
        Arg::Int(after.position.into()),
        Arg::Id(after.id),
        Arg::Int(page.first.into()),
    ];
    Ok(group(PAGES.fetch(db, args).await?, |row: &VariantRow| row.product_id))
}

static BY_IDS: Sql = Sql::new(
    "variants by id",
    concat!(
        "SELECT ",
        variant_columns!(),
        " FROM variants v JOIN variant_prices vp ON vp.variant_id = v.id AND vp.channel_id = $2
         JOIN listings l ON l.product_id = v.product_id AND l.channel_id = $2
         WHERE v.id {ids 1} AND l.published_at <= $3"
    ),
);

/// Visible variants among the ids, in no order.
pub async fn variants_by_ids(db: &Db, scope: Scope, ids: Vec<Uuid>) -> Result<Vec<VariantRow>, DbError> {
    BY_IDS.fetch(db, vec![Arg::Ids(ids), Arg::Id(scope.channel_id), Arg::Time(scope.now)]).await
}

static BY_CHOICE: Sql = Sql::new(
    "variants by selected options",
    concat!(
        "SELECT ",
        variant_columns!(),
        " FROM variants v JOIN variant_prices vp ON vp.variant_id = v.id AND vp.channel_id = $3
         WHERE v.product_id {ids 1} AND v.option_values {texts 2} ORDER BY v.position, v.id"
    ),
);

/// Variants of the products with these option values, each a JSON list as it is stored. The caller picks the pairs.
pub async fn variants_by_choice(
    db: &Db,
    scope: Scope,
    products: Vec<Uuid>,
    option_values: Vec<String>,
) -> Result<Vec<VariantRow>, DbError> {
    BY_CHOICE.fetch(db, vec![Arg::Ids(products), Arg::Texts(option_values), Arg::Id(scope.channel_id)]).await
}

row! {
    /// How many variants a product sells in the channel.
    pub struct VariantCount {
        /// The product.
        pub product_id: Uuid,
        /// Its variants.
        pub count: i64,
    }
}

static COUNTS: Sql = Sql::new(
    "variant counts",
    "SELECT v.product_id, count(*) FROM variants v
     JOIN variant_prices vp ON vp.variant_id = v.id AND vp.channel_id = $2
     WHERE v.product_id {ids 1} GROUP BY v.product_id",
);

/// Variants per product; a product without any is absent.
pub async fn variant_counts(db: &Db, scope: Scope, products: Vec<Uuid>) -> Result<Vec<VariantCount>, DbError> {
    COUNTS.fetch(db, vec![Arg::Ids(products), Arg::Id(scope.channel_id)]).await
}
