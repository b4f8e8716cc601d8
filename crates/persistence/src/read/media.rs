//! Pictures and films of products.
use super::{Scope, group};
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use std::collections::HashMap;
use uuid::Uuid;

row! {
    /// One picture or film.
    pub struct MediaRow {
        /// Row id.
        pub id: Uuid,
        /// Its product.
        pub product_id: Uuid,
        /// Absolute address.
        pub url: String,
        /// For people who do not see it.
        pub alt: String,
        /// Pixels, where known.
        pub width: Option<i32>,
        /// Pixels, where known.
        pub height: Option<i32>,
        /// Order within the product.
        pub position: i32,
    }
}

static BY_PRODUCTS: Sql = Sql::new(
    "media by product",
    "SELECT id, product_id, url, alt, width, height, position FROM media
     WHERE product_id {ids 1} ORDER BY product_id, position, id",
);

/// All media per product, in display order.
pub async fn media_by_products(db: &Db, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<MediaRow>>, DbError> {
    Ok(group(BY_PRODUCTS.fetch(db, vec![Arg::Ids(ids)]).await?, |row: &MediaRow| row.product_id))
}

static FEATURED: Sql = Sql::by_database(
    "featured media",
    "SELECT m.* FROM unnest($1::uuid[]) AS parent (id)
     CROSS JOIN LATERAL (SELECT id, product_id, url, alt, width, height, position FROM media
       WHERE product_id = parent.id ORDER BY position, id LIMIT 1) m",
    "SELECT m.id, m.product_id, m.url, m.alt, m.width, m.height, m.position
     FROM json_each($1) parent CROSS JOIN media m
     WHERE m.id = (SELECT id FROM media WHERE product_id = unhex(parent.value) ORDER BY position, id LIMIT 1)",
);

/// The first of each product's media.
pub async fn featured_media(db: &Db, ids: Vec<Uuid>) -> Result<Vec<MediaRow>, DbError> {
    FEATURED.fetch(db, vec![Arg::Ids(ids)]).await
}

static BY_IDS: Sql = Sql::new(
    "media by id",
    "SELECT m.id, m.product_id, m.url, m.alt, m.width, m.height, m.position FROM media m
     JOIN listings l ON l.product_id = m.product_id AND l.channel_id = $2
     WHERE m.id {ids 1} AND l.published_at <= $3",
);

/// Media of visible products among the ids, in no order.
pub async fn media_by_ids(db: &Db, scope: Scope, ids: Vec<Uuid>) -> Result<Vec<MediaRow>, DbError> {
    BY_IDS.fetch(db, vec![Arg::Ids(ids), Arg::Id(scope.channel_id), Arg::Time(scope.now)]).await
}
