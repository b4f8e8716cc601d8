//! Writing a generated shop.
use super::{catalog::Catalog, clock::end_of_history, product::Seeded};
use chrono::{DateTime, Utc};
use tradewind_domain::{customer::Customer, product::Product, review::Review};
use tradewind_persistence::{
    Db, DbError,
    cache_log::Kind,
    write::{
        Shop, WriteTx, save_categories, save_channels, save_collections, save_customers, save_products, save_reviews,
        save_warehouses, set_collection_products,
    },
};

/// Products, or customers, of one transaction: bulk enough for the statements, small enough for memory and for other
/// writers, who wait that long.
const BATCH: u32 = 500;

/// More would repeat short codes, which slugs and SKUs end in.
const MOST_PRODUCTS: u32 = 10_000_000;

/// What to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeedOptions {
    /// How many products, at least 1.
    pub products: u32,
    /// The same seed makes the same rows; another seed's are added beside them.
    pub seed: u64,
    /// The clock, only to refuse one that is behind the data: the products would be published in its future.
    pub now: DateTime<Utc>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeedProgress {
    /// What is written now: `customers`, `products`, `collections`.
    pub step: &'static str,
    /// Of this step.
    pub done: u64,
    /// Of this step.
    pub total: u64,
}

/// What was written. The numbers are of a whole catalog, also when most of it was there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct SeedReport {
    /// Rows of the things below together, without the rows that are computed from them (listings, facets, search).
    pub rows: u64,
    pub products: u64,
    pub variants: u64,
    pub media: u64,
    pub prices: u64,
    pub stock_levels: u64,
    pub publications: u64,
    pub reviews: u64,
    pub customers: u64,
    pub categories: u64,
    pub collections: u64,
    pub collection_products: u64,
    pub channels: u64,
    pub warehouses: u64,
}

/// Why nothing, or not all of it, was written.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The number of products is out of range.
    #[error("--products {0} is out of range: give a number from 1 to {MOST_PRODUCTS}")]
    Products(u32),
    /// The clock is behind the data.
    #[error("the clock says {0}, and the data is from before {end}: nothing would be published yet; set the clock", end = end_of_history())]
    Clock(DateTime<Utc>),
    /// A statement failed. What was committed stays; the same seed again completes it.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Writes the catalog of a seed in transactions of 500 products. Everything is inserted or replaced by ids that derive
/// from the seed, and its times end at [`end_of_history`], so a second run, or one after a crash, ends in the same
/// rows. Channels, warehouses and categories that the shop has are used as they are.
pub async fn run(
    db: &Db,
    options: &SeedOptions,
    progress: &mut (dyn FnMut(SeedProgress) + Send),
) -> Result<SeedReport, SeedError> {
    if !(1..=MOST_PRODUCTS).contains(&options.products) {
        return Err(SeedError::Products(options.products));
    }
    if options.now < end_of_history() {
        return Err(SeedError::Clock(options.now));
    }
    let mut report = SeedReport::default();
    let catalog = save_frame(db, options, &mut report).await?;
    save_all_customers(db, &catalog, &mut report, progress).await?;
    save_all_products(db, &catalog, &mut report, progress).await?;
    pick_by_hand(db, &catalog, &mut report, progress).await?;
    report.add_up();
    Ok(report)
}

/// What products refer to, in one transaction.
async fn save_frame(db: &Db, options: &SeedOptions, report: &mut SeedReport) -> Result<Catalog, DbError> {
    let tx = WriteTx::begin(db).await?;
    let catalog = Catalog::new(&Shop::load(&tx).await?, options.products, options.seed);
    let (market, made) = (catalog.market(), end_of_history());
    save_warehouses(&tx, &market.warehouses, made).await?;
    save_channels(&tx, &market.channels(), made).await?;
    save_categories(&tx, catalog.new_categories(), made).await?;
    save_collections(&tx, catalog.collections(), made).await?;
    tx.commit().await?;
    report.categories = count(catalog.categories());
    report.collections = count(catalog.collections().len());
    (report.channels, report.warehouses) = (2, 2);
    Ok(catalog)
}

async fn save_all_customers(
    db: &Db,
    catalog: &Catalog,
    report: &mut SeedReport,
    progress: &mut (dyn FnMut(SeedProgress) + Send),
) -> Result<(), DbError> {
    let total = catalog.customers();
    for start in (0..total).step_by(BATCH as usize) {
        let end = total.min(start + BATCH);
        let customers: Vec<Customer> = (start..end).map(|index| catalog.customer(index)).collect();
        let tx = WriteTx::begin(db).await?;
        tx.bulk(&[Kind::Customer]).await?;
        save_customers(&tx, &customers).await?;
        tx.commit().await?;
        progress(SeedProgress { step: "customers", done: end.into(), total: total.into() });
    }
    report.customers = total.into();
    Ok(())
}

async fn save_all_products(
    db: &Db,
    catalog: &Catalog,
    report: &mut SeedReport,
    progress: &mut (dyn FnMut(SeedProgress) + Send),
) -> Result<(), DbError> {
    let total = catalog.products();
    for start in (0..total).step_by(BATCH as usize) {
        let end = total.min(start.saturating_add(BATCH));
        let (mut products, mut reviews): (Vec<Product>, Vec<Review>) = (Vec::new(), Vec::new());
        for Seeded { product, reviews: written } in (start..end).map(|index| catalog.product(index)) {
            products.push(product);
            reviews.extend(written);
        }
        let tx = WriteTx::begin(db).await?;
        let shop = Shop::load(&tx).await?;
        tx.bulk(&[Kind::Product, Kind::Review]).await?;
        save_products(&tx, &shop, &products).await?;
        save_reviews(&tx, &reviews).await?;
        tx.commit().await?;
        products.iter().for_each(|product| report.add_product(product));
        report.reviews += count(reviews.len());
        progress(SeedProgress { step: "products", done: end.into(), total: total.into() });
    }
    Ok(())
}

async fn pick_by_hand(
    db: &Db,
    catalog: &Catalog,
    report: &mut SeedReport,
    progress: &mut (dyn FnMut(SeedProgress) + Send),
) -> Result<(), DbError> {
    let tx = WriteTx::begin(db).await?;
    tx.bulk(&[Kind::Product]).await?;
    for collection in catalog.collections().iter().filter(|collection| collection.rules.is_none()) {
        let products = catalog.picked(collection);
        set_collection_products(&tx, collection.id, &products).await?;
        report.collection_products += count(products.len());
    }
    tx.commit().await?;
    progress(SeedProgress { step: "collections", done: report.collections, total: report.collections });
    Ok(())
}

impl SeedReport {
    fn add_product(&mut self, product: &Product) {
        self.products += 1;
        self.variants += count(product.variants.len());
        self.media += count(product.media.len());
        self.publications += count(product.publications.len());
        for variant in &product.variants {
            self.prices += count(variant.prices.len());
            self.stock_levels += count(variant.stock.len());
        }
    }

    fn add_up(&mut self) {
        self.rows = self.products + self.variants + self.media + self.prices + self.stock_levels + self.publications;
        self.rows += self.reviews + self.customers + self.categories + self.collections + self.collection_products;
        self.rows += self.channels + self.warehouses;
    }
}

fn count(n: usize) -> u64 {
    n as u64
}
