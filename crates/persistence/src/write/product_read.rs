//! Whole aggregates, for import, export and edits. Seven statements for any number of products.
//!
//! Read inside a transaction, they are about to be edited: the products and their stock levels are taken for it, so that
//! nothing is sold between the read and the write.
use super::{Conn, product_rows::ProductRows};
use crate::{Db, DbError, entity::product, sql::Arg};
use sea_orm::FromQueryResult;
use tradewind_domain::product::Product;
use uuid::Uuid;

/// Products among the slugs, in any status, in no order.
pub async fn products_by_slugs<'a>(conn: impl Into<Conn<'a>>, slugs: &[String]) -> Result<Vec<Product>, DbError> {
    if slugs.is_empty() {
        return Ok(Vec::new());
    }
    let conn = conn.into();
    let text = "SELECT * FROM products WHERE slug {texts 1} ORDER BY id";
    with_children(conn, conn.all_for_edit(text, "products", vec![Arg::Texts(slugs.to_vec())]).await?).await
}

/// Products among the ids, in any status, in the order of their ids.
pub async fn products_by_ids<'a>(conn: impl Into<Conn<'a>>, ids: &[Uuid]) -> Result<Vec<Product>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let conn = conn.into();
    let text = "SELECT * FROM products WHERE id {ids 1} ORDER BY id";
    with_children(conn, conn.all_for_edit(text, "products", vec![Arg::Ids(ids.to_vec())]).await?).await
}

/// The next products in the order of their ids, in any status; empty at the end.
pub async fn products_after(db: &Db, after: Option<Uuid>, limit: u32) -> Result<Vec<Product>, DbError> {
    let text = "SELECT * FROM products WHERE id > $1 ORDER BY id LIMIT $2";
    let args = vec![Arg::Id(after.unwrap_or_default()), Arg::Int(limit.into())];
    with_children(db.into(), Conn::from(db).all(text, args).await?).await
}

pub(super) async fn with_children(conn: Conn<'_>, products: Vec<product::Model>) -> Result<Vec<Product>, DbError> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let ids = || vec![Arg::Ids(products.iter().map(|row| row.id).collect())];
    let of_variants = |table: &str| {
        format!("SELECT c.* FROM {table} c JOIN variants v ON v.id = c.variant_id WHERE v.product_id {{ids 1}}")
    };
    let rows = ProductRows {
        media: conn.all("SELECT * FROM media WHERE product_id {ids 1}", ids()).await?,
        variants: conn.all("SELECT * FROM variants WHERE product_id {ids 1}", ids()).await?,
        prices: conn.all(&of_variants("variant_prices"), ids()).await?,
        stock: conn
            .all_for_edit(&format!("{} ORDER BY c.variant_id, c.warehouse_id", of_variants("stock_levels")), "c", ids())
            .await?,
        publications: conn.all("SELECT * FROM product_publications WHERE product_id {ids 1}", ids()).await?,
        attributes: conn.all("SELECT * FROM product_attributes WHERE product_id {ids 1}", ids()).await?,
        products,
    };
    rows.into_products()
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

/// How many products there are, in any status.
pub async fn product_count<'a>(conn: impl Into<Conn<'a>>) -> Result<u64, DbError> {
    let rows: Vec<Count> = conn.into().all("SELECT count(*) AS count FROM products", vec![]).await?;
    Ok(rows.first().map_or(0, |row| row.count.cast_unsigned()))
}
