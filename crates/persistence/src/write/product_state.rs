//! What is stored of products before they are written again.
use super::{Conn, Shop, WriteTx};
use crate::{DbError, entity::collection_product, sql::Arg};
use sea_orm::FromQueryResult;
use std::collections::HashMap;
use uuid::Uuid;

/// A product's row and its search document.
#[derive(FromQueryResult)]
pub(crate) struct Stored {
    pub(crate) id: Uuid,
    pub(crate) rating_sum: i64,
    pub(crate) rating_count: i64,
    /// All None for a product that was not there before this transaction.
    pub(crate) title: Option<String>,
    pub(crate) keywords: Option<String>,
    pub(crate) body: Option<String>,
}

const STORED_POSTGRES: &str = "SELECT p.id, p.rating_sum, p.rating_count, s.title, s.keywords, s.body
    FROM products p LEFT JOIN product_search s ON s.product_id = p.id WHERE p.id {ids 1}";
const STORED_SQLITE: &str = "SELECT p.id, p.rating_sum, p.rating_count, s.title, s.keywords, s.body
    FROM products p LEFT JOIN product_search_documents d ON d.product_id = p.id
    LEFT JOIN product_search s ON s.rowid = d.document_id WHERE p.id {ids 1}";

/// Reads it; the caller holds the locks of the products.
pub(crate) async fn stored(tx: &WriteTx, ids: &[Uuid]) -> Result<HashMap<Uuid, Stored>, DbError> {
    let text = if tx.postgres() { STORED_POSTGRES } else { STORED_SQLITE };
    let rows: Vec<Stored> = Conn::from(tx).all(text, vec![Arg::Ids(ids.to_vec())]).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

#[derive(FromQueryResult)]
struct Locked {
    id: Uuid,
}

/// Takes the products for this transaction, in the order of their ids; those that exist.
pub(crate) async fn lock(tx: &WriteTx, ids: Vec<Uuid>) -> Result<Vec<Uuid>, DbError> {
    let text = "SELECT id FROM products WHERE id {ids 1} ORDER BY id";
    let rows: Vec<Locked> = Conn::from(tx).all_locked(text, vec![Arg::Ids(ids)]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Takes the products of the variants for this transaction, in the order of their ids.
pub(crate) async fn lock_of_variants(tx: &WriteTx, variants: Vec<Uuid>) -> Result<Vec<Uuid>, DbError> {
    let text = "SELECT id FROM products WHERE id IN (SELECT product_id FROM variants WHERE id {ids 1}) ORDER BY id";
    let rows: Vec<Locked> = Conn::from(tx).all_locked(text, vec![Arg::Ids(variants)]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The hand-picked collections of each product.
pub(crate) async fn hand_picked(
    tx: &WriteTx,
    shop: &Shop,
    products: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Uuid>>, DbError> {
    let manual = shop.collections.iter().filter(|collection| collection.rules.is_none());
    let manual: Vec<Uuid> = manual.map(|collection| collection.id).collect();
    let text = "SELECT * FROM collection_products WHERE product_id {ids 1} AND collection_id {ids 2}";
    let rows: Vec<collection_product::Model> =
        Conn::from(tx).all(text, vec![Arg::Ids(products), Arg::Ids(manual)]).await?;
    let mut picked: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for row in rows {
        picked.entry(row.product_id).or_default().push(row.collection_id);
    }
    Ok(picked)
}
