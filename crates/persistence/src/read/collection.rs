//! Collections.
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use std::collections::HashMap;
use uuid::Uuid;

row! {
    /// A named set of products.
    pub struct CollectionRow {
        /// Row id.
        pub id: Uuid,
        /// Part of the address.
        pub slug: String,
        /// For people.
        pub title: String,
        /// Sanitised HTML.
        pub description_html: String,
        /// Order among collections.
        pub position: i32,
    }
}

row! {
    /// A collection that holds a product.
    pub struct MembershipRow {
        /// The product.
        pub product_id: Uuid,
        /// The collection.
        pub id: Uuid,
        /// Part of the address.
        pub slug: String,
        /// For people.
        pub title: String,
        /// Sanitised HTML.
        pub description_html: String,
        /// Order among collections.
        pub position: i32,
    }
}

/// Where a page of collections starts or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CollectionPosition {
    /// Order among collections.
    pub position: i32,
    /// Decides between equal positions.
    pub id: Uuid,
}

static BY_IDS: Sql = Sql::new(
    "collections by id",
    "SELECT id, slug, title, description_html, position FROM collections WHERE id {ids 1}",
);

/// Collections among the ids, in no order.
pub async fn collections_by_ids(db: &Db, ids: Vec<Uuid>) -> Result<Vec<CollectionRow>, DbError> {
    BY_IDS.fetch(db, vec![Arg::Ids(ids)]).await
}

static BY_SLUGS: Sql = Sql::new(
    "collections by slug",
    "SELECT id, slug, title, description_html, position FROM collections WHERE slug {texts 1}",
);

/// Collections among the slugs, in no order.
pub async fn collections_by_slugs(db: &Db, slugs: Vec<String>) -> Result<Vec<CollectionRow>, DbError> {
    BY_SLUGS.fetch(db, vec![Arg::Texts(slugs)]).await
}

static FORWARD: Sql = Sql::new(
    "collections",
    "SELECT id, slug, title, description_html, position FROM collections
     WHERE (position, id) > ($1, $2) ORDER BY position, id LIMIT $3",
);
static BACKWARD: Sql = Sql::new(
    "collections backwards",
    "SELECT id, slug, title, description_html, position FROM collections
     WHERE (position, id) < ($1, $2) ORDER BY position DESC, id DESC LIMIT $3",
);

/// Collections behind a position in display order, or, backwards, those before it in reverse order.
pub async fn collections_page(
    db: &Db,
    from: Option<CollectionPosition>,
    backwards: bool,
    limit: u32,
) -> Result<Vec<CollectionRow>, DbError> {
    let (statement, edge) = match backwards {
        false => (&FORWARD, CollectionPosition { position: i32::MIN, id: Uuid::nil() }),
        true => (&BACKWARD, CollectionPosition { position: i32::MAX, id: Uuid::max() }),
    };
    let from = from.unwrap_or(edge);
    statement.fetch(db, vec![Arg::Int(from.position.into()), Arg::Id(from.id), Arg::Int(limit.into())]).await
}

row! {
    /// One number.
    pub struct Total {
        /// The number.
        pub count: i64,
    }
}

static COUNT: Sql = Sql::new("collection count", "SELECT count(*) FROM collections");

/// How many collections there are.
pub async fn collection_count(db: &Db) -> Result<i64, DbError> {
    let rows: Vec<Total> = COUNT.fetch(db, vec![]).await?;
    Ok(rows.first().map_or(0, |row| row.count))
}

static BY_PRODUCTS: Sql = Sql::new(
    "collections by product",
    "SELECT s.product_id, c.id, c.slug, c.title, c.description_html, c.position
     FROM collection_products s JOIN collections c ON c.id = s.collection_id
     WHERE s.product_id {ids 1} ORDER BY s.product_id, c.position, c.id",
);

/// Collections per product, in display order.
pub async fn collections_by_products(db: &Db, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<CollectionRow>>, DbError> {
    let rows: Vec<MembershipRow> = BY_PRODUCTS.fetch(db, vec![Arg::Ids(ids)]).await?;
    let mut collections: HashMap<Uuid, Vec<CollectionRow>> = HashMap::new();
    for MembershipRow { product_id, id, slug, title, description_html, position } in rows {
        let row = CollectionRow { id, slug, title, description_html, position };
        collections.entry(product_id).or_default().push(row);
    }
    Ok(collections)
}
