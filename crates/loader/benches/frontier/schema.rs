//! The catalogue of the comparison: 50 products x 5 variants x 2 stock levels, 27.7 KB of JSON, two relation levels.

use crate::sources::Source;
use async_graphql::{Context, EmptyMutation, EmptySubscription, Object, Result, Schema, SimpleObject};
use std::{
    collections::HashMap,
    hash::BuildHasher,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

pub(crate) const QUERY: &str = "{ products { id name slug variants { id sku price stock { warehouse quantity } } } }";

/// Fetches so far, of all sources.
pub(crate) static BATCHES: AtomicUsize = AtomicUsize::new(0);

pub(crate) type CatalogSchema = Schema<Query, EmptyMutation, EmptySubscription>;

pub(crate) fn schema() -> CatalogSchema {
    Schema::new(Query, EmptyMutation, EmptySubscription)
}

#[derive(Clone)]
pub(crate) struct Product {
    id: i64,
}

#[derive(Clone)]
pub(crate) struct Variant {
    id: i64,
}

#[derive(Clone, SimpleObject)]
pub(crate) struct Stock {
    warehouse: i32,
    quantity: i64,
}

/// The variants of `products`, as a statement would bring them.
pub(crate) fn variants_of<S: BuildHasher + Default>(products: &[i64]) -> HashMap<i64, Vec<Variant>, S> {
    BATCHES.fetch_add(1, Relaxed);
    let variants = |product| (0..5).map(|nth| Variant { id: product * 10 + nth }).collect();
    products.iter().map(|product| (*product, variants(*product))).collect()
}

/// The stock of `variants`, as a statement would bring it.
pub(crate) fn stock_of<S: BuildHasher + Default>(variants: &[i64]) -> HashMap<i64, Vec<Stock>, S> {
    BATCHES.fetch_add(1, Relaxed);
    let stock = |variant| [1, 2].map(|warehouse| Stock { warehouse, quantity: variant }).to_vec();
    variants.iter().map(|variant| (*variant, stock(*variant))).collect()
}

pub(crate) struct Query;

#[Object]
impl Query {
    async fn products(&self) -> Vec<Product> {
        (1..=50).map(|id| Product { id }).collect()
    }
}

#[Object]
impl Product {
    async fn id(&self) -> i64 {
        self.id
    }

    async fn name(&self) -> String {
        format!("product {}", self.id)
    }

    async fn slug(&self) -> &str {
        "a-slug"
    }

    async fn variants(&self, context: &Context<'_>) -> Result<Vec<Variant>> {
        context.data::<Source>()?.variants(self.id).await
    }
}

#[Object]
impl Variant {
    async fn id(&self) -> i64 {
        self.id
    }

    async fn sku(&self) -> String {
        format!("SKU-{}", self.id)
    }

    async fn price(&self) -> i64 {
        self.id * 7
    }

    async fn stock(&self, context: &Context<'_>) -> Result<Vec<Stock>> {
        context.data::<Source>()?.stock(self.id).await
    }
}
