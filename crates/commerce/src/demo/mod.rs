//! The demo shop: own, hand-made data for a first start, in `data/*.json`.
mod category;
mod collection;
mod data;
mod ids;
mod install;
mod market;
mod product;
mod review;
mod selling;
mod variant;

pub use install::{DemoReport, install, is_empty};
pub use market::Market;

use data::Data;
use tradewind_domain::{
    category::Category, collection::Collection, customer::Customer, money::BadAmount, product::Product, review::Review,
};
use tradewind_persistence::{DbError, write::Shop};
use uuid::Uuid;

/// Why the demo was not written. All but [`DemoError::Db`] are mistakes in the embedded data.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A file does not read.
    #[error("demo data: {0}")]
    Data(#[from] serde_json::Error),
    /// A product is in a category that is not there.
    #[error("demo product `{0}`: no category `{1}`")]
    Category(String, String),
    /// A price does not read.
    #[error("demo product `{0}`: {1}")]
    Amount(String, BadAmount),
    /// A statement failed; nothing was written.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The demo shop in memory; the same for the same shop around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    /// Where it is sold and stored.
    pub market: Market,
    /// Parents first.
    pub categories: Vec<Category>,
    /// In display order, with the products of those that are picked by hand.
    pub collections: Vec<(Collection, Vec<Uuid>)>,
    /// Authors of the reviews.
    pub customers: Vec<Customer>,
    /// In the order of their ids.
    pub products: Vec<Product>,
    /// Of all products.
    pub reviews: Vec<Review>,
}

impl Demo {
    /// The demo as it is written into a shop: with the shop's own channels and warehouses where it has them.
    pub fn new(shop: &Shop) -> Result<Self, DemoError> {
        let data = Data::read()?;
        let market = Market::of(shop);
        let categories = category::categories(&data.categories);
        let customers = review::customers(&data.customers);
        let (mut products, mut reviews) = (Vec::new(), Vec::new());
        for (index, own) in data.products.iter().enumerate() {
            let product = product::product(&data, index, own, &market, &categories)?;
            reviews.extend(review::reviews(own, index, &product, &customers));
            products.push(product);
        }
        let collections = collection::collections(&data.collections, &products);
        Ok(Self { market, categories, collections, customers, products, reviews })
    }

    fn report(&self) -> DemoReport {
        DemoReport {
            products: self.products.len(),
            variants: self.products.iter().map(|product| product.variants.len()).sum(),
            media: self.products.iter().map(|product| product.media.len()).sum(),
            categories: self.categories.len(),
            collections: self.collections.len(),
            customers: self.customers.len(),
            reviews: self.reviews.len(),
        }
    }
}
