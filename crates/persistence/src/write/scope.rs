//! Listings by category (with those above it) and by collection.
use super::{CategoryTree, Conn, WriteTx, product_state::lock, reconcile::reconcile};
use crate::{
    DbError,
    entity::{collection_product, listing, listing_scope::Model},
    sql::Arg,
};
use sea_orm::FromQueryResult;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Products refreshed at a time.
const PAGE: usize = 1000;

/// The listing in each of its scopes: the category and those above it, and the collections.
pub(crate) fn scopes(
    listing: &listing::Model,
    tree: &CategoryTree,
    category_id: Option<Uuid>,
    collections: &[Uuid],
) -> Vec<Model> {
    let categories = category_id.map(|id| tree.ancestors_and_self(id)).unwrap_or_default();
    let scopes: BTreeSet<Uuid> = categories.into_iter().chain(collections.iter().copied()).collect();
    let row = |scope_id| Model {
        product_id: listing.product_id,
        channel_id: listing.channel_id,
        scope_id,
        published_at: listing.published_at,
        min_price: listing.min_price,
        title_key: listing.title_key.clone(),
        rating_milli: listing.rating_milli,
        units_sold: listing.units_sold,
    };
    scopes.into_iter().map(row).collect()
}

#[derive(FromQueryResult)]
struct Placed {
    id: Uuid,
    category_id: Option<Uuid>,
}

/// Writes the scopes of the products again, after their place in the tree or their collections changed.
pub(crate) async fn refresh_scopes(tx: &WriteTx, tree: &CategoryTree, mut products: Vec<Uuid>) -> Result<(), DbError> {
    products.sort_unstable();
    for page in products.chunks(PAGE) {
        refresh_page(tx, tree, lock(tx, page.to_vec()).await?).await?;
    }
    Ok(())
}

/// The same for products that fulfil a condition of fixed text on their row.
pub(crate) async fn refresh_scopes_where(
    tx: &WriteTx,
    tree: &CategoryTree,
    condition: &str,
    arg: Arg,
) -> Result<(), DbError> {
    let text = format!("SELECT id, category_id FROM products WHERE {condition}");
    let rows: Vec<Placed> = Conn::from(tx).all(&text, vec![arg]).await?;
    refresh_scopes(tx, tree, rows.into_iter().map(|row| row.id).collect()).await
}

async fn refresh_page(tx: &WriteTx, tree: &CategoryTree, products: Vec<Uuid>) -> Result<(), DbError> {
    if products.is_empty() {
        return Ok(());
    }
    tx.product_changed(&products);
    let conn = Conn::from(tx);
    let ids = || vec![Arg::Ids(products.clone())];
    let placed: Vec<Placed> = conn.all("SELECT id, category_id FROM products WHERE id {ids 1}", ids()).await?;
    let categories: HashMap<Uuid, Option<Uuid>> = placed.into_iter().map(|row| (row.id, row.category_id)).collect();
    let mut collections: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    let text = "SELECT * FROM collection_products WHERE product_id {ids 1}";
    for row in conn.all::<collection_product::Model>(text, ids()).await? {
        collections.entry(row.product_id).or_default().push(row.collection_id);
    }
    let text = "SELECT * FROM listings WHERE product_id {ids 1} ORDER BY product_id, channel_id";
    let listings: Vec<listing::Model> = conn.all(text, ids()).await?;
    let stored = conn.all("SELECT * FROM listing_scopes WHERE product_id {ids 1}", ids()).await?;
    let rows = listings.iter().flat_map(|listing| {
        let category = categories.get(&listing.product_id).copied().flatten();
        scopes(listing, tree, category, collections.get(&listing.product_id).map_or(&[], Vec::as_slice))
    });
    reconcile(tx, stored, rows.collect(), |row| (row.product_id, row.channel_id, row.scope_id)).await
}
