//! Products as staff look through them: in any status, what changed last first.
use super::{Conn, product_read::with_children};
use crate::{Db, DbError, entity::product, sql::Arg};
use chrono::{DateTime, Utc};
use tradewind_domain::{
    product::{Product, ProductStatus},
    slug::slugify,
};
use uuid::Uuid;

/// Which products, and where in their list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductPage {
    /// Only those in this state.
    pub status: Option<ProductStatus>,
    /// Only those whose title, slug or a variant's SKU begins with this text, in either case of the letters A to Z.
    pub text: Option<String>,
    /// Behind the product that changed then and has this id.
    pub after: Option<(DateTime<Utc>, Uuid)>,
    /// At most so many.
    pub limit: u32,
}

/// Title, slug and SKU begin with arguments 1, 2 and 1; each is a range of an index in the order of bytes.
const BEGINS_POSTGRES: &str = r#"id IN (
    SELECT id FROM products WHERE lower(title COLLATE "C") >= $1 AND lower(title COLLATE "C") < $1 || U&'\+10FFFF'
    UNION ALL SELECT id FROM products WHERE slug COLLATE "C" >= $2 AND slug COLLATE "C" < $2 || U&'\+10FFFF'
    UNION ALL SELECT product_id FROM variants WHERE sku IS NOT NULL
        AND lower(sku COLLATE "C") >= $1 AND lower(sku COLLATE "C") < $1 || U&'\+10FFFF')"#;
const BEGINS_SQLITE: &str = "id IN (
    SELECT id FROM products WHERE lower(title) >= $1 AND lower(title) < $1 || char(1114111)
    UNION ALL SELECT id FROM products WHERE slug >= $2 AND slug < $2 || char(1114111)
    UNION ALL SELECT product_id FROM variants WHERE sku IS NOT NULL
        AND lower(sku) >= $1 AND lower(sku) < $1 || char(1114111))";

/// A page of the products, with everything below them: what changed last first, and of the same time the larger id.
/// Eight statements for any number.
pub async fn products_page(db: &Db, page: &ProductPage) -> Result<Vec<Product>, DbError> {
    let conn = Conn::from(db);
    let (mut conditions, mut args) = (Vec::new(), Vec::new());
    if let Some(text) = page.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let begins = if db.backend() == sea_orm::DbBackend::Postgres { BEGINS_POSTGRES } else { BEGINS_SQLITE };
        let slug = Some(slugify(text)).filter(|slug| !slug.is_empty());
        args.push(Arg::Text(text.to_ascii_lowercase()));
        args.push(Arg::Text(slug.unwrap_or_else(|| text.to_owned())));
        conditions.push(begins.to_owned());
    }
    if let Some(status) = page.status {
        args.push(Arg::Text(status.as_str().to_owned()));
        conditions.push(format!("status = ${}", args.len()));
    }
    if let Some((updated_at, id)) = page.after {
        args.extend([Arg::Time(updated_at), Arg::Id(id)]);
        conditions.push(format!("(updated_at, id) < (${}, ${})", args.len() - 1, args.len()));
    }
    args.push(Arg::Int(page.limit.into()));
    let filter = if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
    let text = format!("SELECT * FROM products {filter} ORDER BY updated_at DESC, id DESC LIMIT ${}", args.len());
    let rows: Vec<product::Model> = conn.all(&text, args).await?;
    with_children(conn, rows).await
}
