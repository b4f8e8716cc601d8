//! What products refer to, all of it: small, and read once for many products.
use super::{CategoryTree, Conn, channel::load_channels, collection::load_collections, warehouse::load_warehouses};
use crate::{DbError, entity};
use tradewind_domain::{category::Category, channel::Channel, collection::Collection, warehouse::Warehouse};

/// The shop around its products. A writer loads it in its own transaction, so that it is not older than what it writes.
#[derive(Clone, Debug, Default)]
pub struct Shop {
    /// Where it sells; the default first, then by code.
    pub channels: Vec<Channel>,
    /// Where stock lies, by code.
    pub warehouses: Vec<Warehouse>,
    /// How products are sorted in.
    pub categories: CategoryTree,
    /// Hand-picked and rule-based sets, in display order.
    pub collections: Vec<Collection>,
}

impl Shop {
    /// Reads everything: five statements.
    pub async fn load<'a>(conn: impl Into<Conn<'a>>) -> Result<Self, DbError> {
        let conn = conn.into();
        Ok(Self {
            channels: load_channels(conn).await?,
            warehouses: load_warehouses(conn).await?,
            categories: load_tree(conn).await?,
            collections: load_collections(conn).await?,
        })
    }

    /// The channel of requests that name none.
    pub fn default_channel(&self) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.is_default)
    }
}

/// The category tree alone: one statement.
pub(crate) async fn load_tree(conn: Conn<'_>) -> Result<CategoryTree, DbError> {
    let rows: Vec<entity::category::Model> = conn.all("SELECT * FROM categories ORDER BY position, id", vec![]).await?;
    Ok(CategoryTree::new(rows.into_iter().map(|row| Category {
        id: row.id,
        parent_id: row.parent_id,
        slug: row.slug,
        name: row.name,
        position: row.position,
    })))
}
