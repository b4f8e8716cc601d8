//! Which products something belongs to, and what keeps a part of them from being deleted.
use super::{Conn, WriteTx, product_state::lock};
use crate::{DbError, sql::Arg};
use sea_orm::FromQueryResult;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

#[derive(FromQueryResult)]
struct Slug {
    id: Uuid,
    slug: String,
}

/// Whose the slugs are that some product has.
pub async fn slugs_taken<'a>(conn: impl Into<Conn<'a>>, slugs: Vec<String>) -> Result<HashMap<String, Uuid>, DbError> {
    if slugs.is_empty() {
        return Ok(HashMap::new());
    }
    let text = "SELECT id, slug FROM products WHERE slug {texts 1}";
    let rows: Vec<Slug> = conn.into().all(text, vec![Arg::Texts(slugs)]).await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.id)).collect())
}

#[derive(FromQueryResult)]
struct Of {
    id: Uuid,
    product_id: Uuid,
}

/// The product of each of the variants that exist.
pub async fn products_of_variants<'a>(
    conn: impl Into<Conn<'a>>,
    variants: Vec<Uuid>,
) -> Result<HashMap<Uuid, Uuid>, DbError> {
    let text = "SELECT id, product_id FROM variants WHERE id {ids 1}";
    let rows: Vec<Of> = conn.into().all(text, vec![Arg::Ids(variants)]).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.product_id)).collect())
}

#[derive(FromQueryResult)]
struct Held {
    variant_id: Uuid,
}

/// The variants of which a buyer is promised units at the moment. Who has taken the levels of the variants knows that no
/// promise of counted stock is made before the end of the transaction.
pub async fn held_variants(tx: &WriteTx, variants: Vec<Uuid>) -> Result<BTreeSet<Uuid>, DbError> {
    let text = "SELECT l.variant_id FROM hold_lines l JOIN holds h ON h.id = l.hold_id
        WHERE l.variant_id {ids 1} AND h.state = 'active'";
    let rows: Vec<Held> = Conn::from(tx).all(text, vec![Arg::Ids(variants)]).await?;
    Ok(rows.into_iter().map(|row| row.variant_id).collect())
}

/// Takes the products for this transaction, in the order of their ids; those that exist.
pub async fn lock_products(tx: &WriteTx, ids: Vec<Uuid>) -> Result<BTreeSet<Uuid>, DbError> {
    Ok(lock(tx, ids).await?.into_iter().collect())
}

/// A number that no other lock has.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7310579617461747271)";
const JOIN: &str = "SELECT pg_advisory_xact_lock_shared(7310579617461747271)";

/// Waits until nobody writes products by what they belong to ([`join_catalog`]), and keeps all from beginning it until the
/// end of the transaction: what is worked out for every product, such as a collection's rules, must not miss one that is
/// written meanwhile. It comes before any other lock.
pub async fn lock_catalog(tx: &WriteTx) -> Result<(), DbError> {
    if tx.postgres() {
        tx.execute(LOCK, vec![]).await?;
    }
    Ok(())
}

/// Begins to write products by what they belong to: their place in the tree, and collections. Others may do it too; the tree
/// and rules stay as they are until the end of the transaction. It comes before any other lock, and before they are read.
pub async fn join_catalog(tx: &WriteTx) -> Result<(), DbError> {
    if tx.postgres() {
        tx.execute(JOIN, vec![]).await?;
    }
    Ok(())
}
