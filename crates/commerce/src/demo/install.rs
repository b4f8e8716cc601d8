//! Writing the demo shop.
use super::{Demo, DemoError, selling};
use chrono::{DateTime, Utc};
use tradewind_persistence::{
    Db, DbError,
    write::{
        Shop, WriteTx, products_after, save_categories, save_channels, save_collections, save_customers, save_products,
        save_reviews, save_warehouses, set_collection_products,
    },
};

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct DemoReport {
    pub products: usize,
    pub variants: usize,
    pub media: usize,
    pub categories: usize,
    pub collections: usize,
    pub customers: usize,
    pub reviews: usize,
}

/// Whether the shop has no product yet, in any status.
pub async fn is_empty(db: &Db) -> Result<bool, DbError> {
    Ok(products_after(db, None, 1).await?.is_empty())
}

/// Writes the demo shop in one transaction; `now` is when the rows around the products were made. Everything is inserted
/// or replaced by fixed ids, so a second time changes nothing. Channels and warehouses that the shop has are used as
/// they are; a category, collection or product of the shop with a slug of the demo is a [`DbError::Constraint`], and
/// nothing is written.
pub async fn install(db: &Db, now: DateTime<Utc>) -> Result<DemoReport, DemoError> {
    let tx = WriteTx::begin(db).await?;
    let demo = Demo::new(&Shop::load(&tx).await?)?;
    save_warehouses(&tx, &demo.market.warehouses, now).await?;
    save_channels(&tx, &demo.market.channels(), now).await?;
    save_categories(&tx, &demo.categories, now).await?;
    let collections: Vec<_> = demo.collections.iter().map(|(collection, _)| collection.clone()).collect();
    save_collections(&tx, &collections, now).await?;
    save_customers(&tx, &demo.customers).await?;
    save_products(&tx, &Shop::load(&tx).await?, &demo.products).await?;
    save_reviews(&tx, &demo.reviews).await?;
    for (collection, picked) in demo.collections.iter().filter(|(collection, _)| collection.rules.is_none()) {
        set_collection_products(&tx, collection.id, picked).await?;
    }
    selling::install(&tx, &demo.market, now).await?;
    tx.commit().await?;
    Ok(demo.report())
}
