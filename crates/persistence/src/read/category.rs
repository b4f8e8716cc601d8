//! The category tree.
use super::group;
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use std::collections::HashMap;
use uuid::Uuid;

row! {
    /// One node of the tree.
    pub struct CategoryRow {
        /// Row id.
        pub id: Uuid,
        /// None for a root.
        pub parent_id: Option<Uuid>,
        /// Part of the address.
        pub slug: String,
        /// For people.
        pub name: String,
    }
}

row! {
    /// A step on the way up from a category.
    pub struct AncestorRow {
        /// Where the way began.
        pub start_id: Uuid,
        /// 1 for the parent, 2 for its parent, …
        pub distance: i64,
        /// The ancestor.
        pub id: Uuid,
        /// None for a root.
        pub parent_id: Option<Uuid>,
        /// Part of the address.
        pub slug: String,
        /// For people.
        pub name: String,
    }
}

static BY_IDS: Sql = Sql::new("categories by id", "SELECT id, parent_id, slug, name FROM categories WHERE id {ids 1}");

/// Categories among the ids, in no order.
pub async fn categories_by_ids(db: &Db, ids: Vec<Uuid>) -> Result<Vec<CategoryRow>, DbError> {
    BY_IDS.fetch(db, vec![Arg::Ids(ids)]).await
}

static BY_SLUGS: Sql =
    Sql::new("categories by slug", "SELECT id, parent_id, slug, name FROM categories WHERE slug {texts 1}");

/// Categories among the slugs, in no order.
pub async fn categories_by_slugs(db: &Db, slugs: Vec<String>) -> Result<Vec<CategoryRow>, DbError> {
    BY_SLUGS.fetch(db, vec![Arg::Texts(slugs)]).await
}

static ROOTS: Sql = Sql::new(
    "root categories",
    "SELECT id, parent_id, slug, name FROM categories WHERE parent_id IS NULL ORDER BY position, name, id LIMIT $1",
);

/// The roots in display order, at most `limit`.
pub async fn root_categories(db: &Db, limit: u32) -> Result<Vec<CategoryRow>, DbError> {
    ROOTS.fetch(db, vec![Arg::Int(limit.into())]).await
}

static CHILDREN: Sql = Sql::new(
    "categories by parent",
    "SELECT id, parent_id, slug, name FROM categories WHERE parent_id {ids 1} ORDER BY parent_id, position, name, id",
);

/// Children per parent, in display order.
pub async fn categories_by_parents(db: &Db, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<CategoryRow>>, DbError> {
    let rows = CHILDREN.fetch(db, vec![Arg::Ids(ids)]).await?;
    Ok(group(rows, |row: &CategoryRow| row.parent_id.unwrap_or_default()))
}

// 32 levels at most: the bound also ends the walk should the data ever hold a circle.
static ANCESTORS: Sql = Sql::new(
    "category ancestors",
    "WITH RECURSIVE way (start_id, distance, id, parent_id, slug, name) AS (
           SELECT c.id, 0, c.id, c.parent_id, c.slug, c.name FROM categories c WHERE c.id {ids 1}
           UNION ALL
           SELECT w.start_id, w.distance + 1, c.id, c.parent_id, c.slug, c.name
           FROM way w JOIN categories c ON c.id = w.parent_id WHERE w.distance < 32)
         SELECT start_id, CAST(distance AS bigint), id, parent_id, slug, name FROM way
         WHERE distance > 0 ORDER BY start_id, distance DESC",
);

/// The way from the root down to each category, without the category itself.
pub async fn category_ancestors(db: &Db, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<CategoryRow>>, DbError> {
    let rows: Vec<AncestorRow> = ANCESTORS.fetch(db, vec![Arg::Ids(ids)]).await?;
    let mut ways: HashMap<Uuid, Vec<CategoryRow>> = HashMap::new();
    for AncestorRow { start_id, id, parent_id, slug, name, .. } in rows {
        ways.entry(start_id).or_default().push(CategoryRow { id, parent_id, slug, name });
    }
    Ok(ways)
}
