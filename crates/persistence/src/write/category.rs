//! Changing the category tree.
use super::{
    CategoryTree, Conn, WriteTx,
    bulk::{Conflict, insert},
    micros,
    scope::{refresh_scopes, refresh_scopes_where},
    shop::load_tree,
};
use crate::{
    DbError,
    entity::category::{Column, Model},
    sql::Arg,
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use std::collections::HashSet;
use tradewind_domain::{category::Category, slug::slugify};
use uuid::Uuid;

/// Two imports that meet a new path at the same time: the second waits, and finds the first one's nodes.
const LOCK_TREE: &str = "SELECT pg_advisory_xact_lock(7310579617461747270)";

/// Inserts or replaces by id. Products below a category that moved are found under its new ancestors at once.
pub async fn save_categories(tx: &WriteTx, categories: &[Category], now: DateTime<Utc>) -> Result<(), DbError> {
    lock_category_tree(tx).await?;
    let before = load_tree(tx.into()).await?;
    let mut after = before.clone();
    categories.iter().cloned().for_each(|category| after.insert(category));
    if let Some(circle) = categories.iter().find(|category| runs_in_circle(&after, category)) {
        let text = "is below itself; give it another parent (field parent_id)";
        return Err(DbError::Setup(format!("category `{}` {text}", circle.slug)));
    }
    insert(tx, rows(&after, categories, now), Conflict::ReplaceBut(&[Column::CreatedAt])).await?;
    let moved = |category: &&Category| before.get(category.id).is_some_and(|old| old.parent_id != category.parent_id);
    let moved: HashSet<Uuid> = categories.iter().filter(moved).map(|category| category.id).collect();
    if moved.is_empty() {
        return Ok(());
    }
    let below = Arg::Ids(after.with_descendants(&moved));
    refresh_scopes_where(tx, &after, "category_id {ids 1}", below).await
}

/// Deletes a category without children; its products go to `heir`, or to none. Nothing happens without it.
pub async fn delete_category(tx: &WriteTx, id: Uuid, heir: Option<Uuid>, now: DateTime<Utc>) -> Result<(), DbError> {
    lock_category_tree(tx).await?;
    let text = "SELECT id FROM products WHERE category_id = $1 ORDER BY id";
    let rows: Vec<Found> = Conn::from(tx).all_locked(text, vec![Arg::Id(id)]).await?;
    let products: Vec<Uuid> = rows.into_iter().map(|row| row.id).collect();
    let at = Arg::Time(micros(now));
    match heir {
        Some(heir) => {
            let text = "UPDATE products SET category_id = $2, updated_at = $3 WHERE category_id = $1";
            tx.execute(text, vec![Arg::Id(id), Arg::Id(heir), at]).await?;
        }
        None => {
            let text = "UPDATE products SET category_id = NULL, updated_at = $2 WHERE category_id = $1";
            tx.execute(text, vec![Arg::Id(id), at]).await?;
        }
    }
    refresh_scopes(tx, &load_tree(tx.into()).await?, products).await?;
    tx.execute("DELETE FROM categories WHERE id = $1", vec![Arg::Id(id)]).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Found {
    id: Uuid,
}

/// Keeps others from changing the tree until the end of the transaction.
pub async fn lock_category_tree(tx: &WriteTx) -> Result<(), DbError> {
    if tx.postgres() {
        tx.execute(LOCK_TREE, vec![]).await?;
    }
    Ok(())
}

fn runs_in_circle(tree: &CategoryTree, category: &Category) -> bool {
    category.parent_id.is_some_and(|parent| tree.ancestors_and_self(parent).contains(&category.id))
}

/// Parents first, because a row refers to its parent's.
fn rows(tree: &CategoryTree, categories: &[Category], now: DateTime<Utc>) -> Vec<Model> {
    let mut sorted: Vec<&Category> = categories.iter().collect();
    sorted.sort_by_key(|category| (tree.ancestors_and_self(category.id).len(), category.id));
    let row = |category: &Category| Model {
        id: category.id,
        parent_id: category.parent_id,
        slug: category.slug.clone(),
        name: category.name.clone(),
        position: category.position,
        created_at: micros(now),
        updated_at: micros(now),
    };
    sorted.into_iter().map(row).collect()
}

/// The category at the end of a path of names from the root down, made where it is missing. An empty path has none:
/// it is refused.
pub async fn ensure_category_path(
    tx: &WriteTx,
    tree: &mut CategoryTree,
    path: &[String],
    now: DateTime<Utc>,
    new_id: &mut (dyn FnMut() -> Uuid + Send),
) -> Result<Uuid, DbError> {
    if path.is_empty() {
        return Err(DbError::Setup("a category path is empty; leave the category out instead".to_owned()));
    }
    if let Some(id) = find(tree, path) {
        return Ok(id);
    }
    lock_category_tree(tx).await?;
    *tree = load_tree(tx.into()).await?;
    let mut parent = None;
    let mut new = Vec::new();
    for name in path {
        let id = tree.child(parent, name).unwrap_or_else(|| {
            let category = new_category(tree, parent, name, new_id());
            tree.insert(category.clone());
            new.push(category);
            new.last().map_or_else(Uuid::nil, |category| category.id)
        });
        parent = Some(id);
    }
    insert(tx, rows(tree, &new, now), Conflict::<Column>::Refuse).await?;
    Ok(parent.unwrap_or_default())
}

fn find(tree: &CategoryTree, path: &[String]) -> Option<Uuid> {
    path.iter().try_fold(None, |parent, name| tree.child(parent, name).map(Some)).flatten()
}

fn new_category(tree: &CategoryTree, parent_id: Option<Uuid>, name: &str, id: Uuid) -> Category {
    let slug = free_slug(tree, parent_id, name, id);
    Category { id, parent_id, slug, name: name.to_owned(), position: 0 }
}

/// `shirts`, or `clothing-shirts` when that is taken, or either with the end of the id.
fn free_slug(tree: &CategoryTree, parent_id: Option<Uuid>, name: &str, id: Uuid) -> String {
    let own = slugify(name);
    let tail = id.simple().to_string().split_off(24);
    if own.is_empty() {
        return format!("category-{tail}");
    }
    let below = parent_id.and_then(|id| tree.get(id)).map(|parent| format!("{}-{own}", parent.slug));
    let long = below.clone().unwrap_or_else(|| own.clone());
    let free = [Some(own), below].into_iter().flatten().find(|slug| !tree.has_slug(slug));
    free.unwrap_or_else(|| format!("{long}-{tail}"))
}
