//! Under async-graphql: 50 products x 5 variants x 2 stock levels are exactly two batches.

use async_graphql::{Context, EmptyMutation, Object, Request, Response, Result, Schema, SimpleObject, Subscription};
use futures_util::{
    StreamExt,
    future::join_all,
    stream::{self, Stream},
};
use std::{convert::Infallible, sync::Arc};
use tradewind_loader::{Batch, BatchReport, Frontier, Loaded, Loader};

const QUERY: &str = "{ products { id variants { id stock { warehouse quantity } } } }";

#[derive(Clone)]
struct Product {
    id: i64,
}

#[derive(Clone)]
struct Variant {
    id: i64,
}

#[derive(Clone, SimpleObject)]
struct Stock {
    warehouse: i32,
    quantity: i64,
}

struct Variants;

impl Batch for Variants {
    const NAME: &'static str = "variants_by_product";
    type Key = i64;
    type Value = Arc<[Variant]>;
    type Error = Infallible;

    async fn fetch(&self, products: Vec<i64>) -> Result<Loaded<i64, Arc<[Variant]>>, Infallible> {
        tokio::task::yield_now().await;
        let variants = |product| (0..5).map(|nth| Variant { id: product * 10 + nth }).collect();
        Ok(products.into_iter().map(|product| (product, variants(product))).collect())
    }

    fn rows(values: &Loaded<i64, Arc<[Variant]>>) -> usize {
        values.values().map(|variants| variants.len()).sum()
    }
}

struct Stocks;

impl Batch for Stocks {
    const NAME: &'static str = "stock_by_variant";
    type Key = i64;
    type Value = Arc<[Stock]>;
    type Error = Infallible;

    async fn fetch(&self, variants: Vec<i64>) -> Result<Loaded<i64, Arc<[Stock]>>, Infallible> {
        tokio::task::yield_now().await;
        let stock = |variant| [1, 2].map(|warehouse| Stock { warehouse, quantity: variant }).into();
        Ok(variants.into_iter().map(|variant| (variant, stock(variant))).collect())
    }

    fn rows(values: &Loaded<i64, Arc<[Stock]>>) -> usize {
        values.values().map(|stock| stock.len()).sum()
    }
}

struct Loaders {
    variants: Loader<Variants>,
    stocks: Loader<Stocks>,
}

#[Object]
impl Product {
    async fn id(&self) -> i64 {
        self.id
    }

    async fn variants(&self, context: &Context<'_>) -> Result<Vec<Variant>> {
        let variants = context.data::<Loaders>()?.variants.load(self.id).await?;
        Ok(variants.unwrap_or_default().to_vec())
    }
}

#[Object]
impl Variant {
    async fn id(&self) -> i64 {
        self.id
    }

    async fn stock(&self, context: &Context<'_>) -> Result<Vec<Stock>> {
        let stock = context.data::<Loaders>()?.stocks.load(self.id).await?;
        Ok(stock.unwrap_or_default().to_vec())
    }
}

struct Query;

#[Object]
impl Query {
    async fn products(&self) -> Vec<Product> {
        (1..=50).map(|id| Product { id }).collect()
    }
}

struct Events;

#[Subscription]
impl Events {
    async fn products(&self) -> impl Stream<Item = Vec<Product>> + use<> {
        stream::iter(1..=3).map(|event| (1..=10).map(|id| Product { id: event * 100 + id }).collect())
    }
}

type ShopSchema = Schema<Query, EmptyMutation, Events>;

fn schema() -> ShopSchema {
    Schema::new(Query, EmptyMutation, Events)
}

fn request(query: &str, frontier: &Frontier) -> Request {
    let loaders = Loaders { variants: frontier.loader(Variants), stocks: frontier.loader(Stocks) };
    Request::new(query).data(loaders)
}

fn shape(reports: &[BatchReport]) -> Vec<(&'static str, u32, usize, usize, usize)> {
    reports.iter().map(|report| (report.loader, report.level, report.keys, report.rows, report.chunks)).collect()
}

async fn execute(schema: &ShopSchema) -> (Response, Vec<BatchReport>) {
    let frontier = Frontier::new();
    let response = frontier.run(schema.execute(request(QUERY, &frontier))).await;
    (response, frontier.reports())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_levels_are_two_batches_alone_and_among_32_clients() {
    let exactly = [("variants_by_product", 1, 50, 250, 1), ("stock_by_variant", 2, 250, 500, 1)];
    let schema = schema();
    for clients in [1, 32] {
        let clients = (0..clients).map(|_| {
            let schema = schema.clone();
            tokio::spawn(async move {
                for _ in 0..2 {
                    let (response, reports) = execute(&schema).await;
                    assert_eq!(response.errors, []);
                    assert_eq!(shape(&reports), exactly);
                }
            })
        });
        for client in join_all(clients).await {
            client.unwrap();
        }
    }
}

#[tokio::test]
async fn an_event_of_a_subscription_is_two_batches() {
    let frontier = Frontier::new();
    let subscription = "subscription { products { id variants { id stock { quantity } } } }";
    let schema = schema();
    let mut events = Box::pin(frontier.run_stream(schema.execute_stream(request(subscription, &frontier))));
    let mut seen = 0;
    while let Some(response) = events.next().await {
        seen += 1;
        assert_eq!(response.errors, []);
        let exactly = [("variants_by_product", 1, 10, 50, 1), ("stock_by_variant", 2, 50, 100, 1)];
        assert_eq!(shape(&frontier.reports()), exactly);
    }
    assert_eq!(seen, 3);
}
