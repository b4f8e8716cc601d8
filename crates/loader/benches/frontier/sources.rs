//! Three ways to get at the relations: no loader, async-graphql's `DataLoader`, a frontier.

use crate::{
    executor::Executor,
    schema::{CatalogSchema, QUERY, Stock, Variant, stock_of, variants_of},
};
use async_graphql::{
    Request, Response, Result,
    dataloader::{self, DataLoader},
};
use std::{collections::HashMap, convert::Infallible, hash::RandomState, time::Duration};
use tradewind_loader::{Batch, Frontier, Loaded, Loader};

pub(crate) struct Variants;
pub(crate) struct Stocks;

impl Batch for Variants {
    const NAME: &'static str = "variants_by_product";
    type Key = i64;
    type Value = Vec<Variant>;
    type Error = Infallible;

    async fn fetch(&self, products: Vec<i64>) -> Result<Loaded<i64, Vec<Variant>>, Infallible> {
        tokio::task::yield_now().await;
        Ok(variants_of(&products))
    }
}

impl Batch for Stocks {
    const NAME: &'static str = "stock_by_variant";
    type Key = i64;
    type Value = Vec<Stock>;
    type Error = Infallible;

    async fn fetch(&self, variants: Vec<i64>) -> Result<Loaded<i64, Vec<Stock>>, Infallible> {
        tokio::task::yield_now().await;
        Ok(stock_of(&variants))
    }
}

impl dataloader::Loader<i64> for Variants {
    type Value = Vec<Variant>;
    type Error = Infallible;

    async fn load(&self, products: &[i64]) -> Result<HashMap<i64, Vec<Variant>>, Infallible> {
        tokio::task::yield_now().await;
        Ok(variants_of(products))
    }
}

impl dataloader::Loader<i64> for Stocks {
    type Value = Vec<Stock>;
    type Error = Infallible;

    async fn load(&self, variants: &[i64]) -> Result<HashMap<i64, Vec<Stock>>, Infallible> {
        tokio::task::yield_now().await;
        Ok(stock_of(variants))
    }
}

/// What a request's resolvers load through.
pub(crate) enum Source {
    Direct,
    DataLoader(DataLoader<Variants>, DataLoader<Stocks>),
    Frontier(Loader<Variants>, Loader<Stocks>),
}

impl Source {
    pub(crate) async fn variants(&self, product: i64) -> Result<Vec<Variant>> {
        Ok(match self {
            Self::Direct => variants_of::<RandomState>(&[product]).remove(&product),
            Self::DataLoader(variants, _) => variants.load_one(product).await?,
            Self::Frontier(variants, _) => variants.load(product).await?,
        }
        .unwrap_or_default())
    }

    pub(crate) async fn stock(&self, variant: i64) -> Result<Vec<Stock>> {
        Ok(match self {
            Self::Direct => stock_of::<RandomState>(&[variant]).remove(&variant),
            Self::DataLoader(_, stock) => stock.load_one(variant).await?,
            Self::Frontier(_, stock) => stock.load(variant).await?,
        }
        .unwrap_or_default())
    }
}

/// How requests are batched in one case of the comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Batching {
    /// No loader: one call of an in-memory function per parent. The ceiling, because nothing waits.
    None,
    /// async-graphql's `DataLoader`, per request, with this delay in milliseconds.
    DataLoader(u64),
    Frontier,
}

impl Batching {
    pub(crate) const ALL: [Self; 4] = [Self::None, Self::DataLoader(1), Self::DataLoader(0), Self::Frontier];

    pub(crate) fn name(self) -> String {
        match self {
            Self::None => "no loader".to_owned(),
            Self::DataLoader(millis) => format!("DataLoader, {millis} ms"),
            Self::Frontier => "frontier".to_owned(),
        }
    }

    /// One request, answered.
    pub(crate) async fn execute(self, schema: &CatalogSchema, executor: &Executor) -> Response {
        match self {
            Self::None => schema.execute(Request::new(QUERY).data(Source::Direct)).await,
            Self::DataLoader(millis) => {
                let delay = Duration::from_millis(millis);
                let variants = DataLoader::new(Variants, executor.spawner()).delay(delay);
                let stock = DataLoader::new(Stocks, executor.spawner()).delay(delay);
                schema.execute(Request::new(QUERY).data(Source::DataLoader(variants, stock))).await
            }
            Self::Frontier => {
                let frontier = Frontier::new();
                let source = Source::Frontier(frontier.loader(Variants), frontier.loader(Stocks));
                frontier.run(schema.execute(Request::new(QUERY).data(source))).await
            }
        }
    }
}
