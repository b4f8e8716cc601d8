//! What the values of the shop take in memory, beside what the first tier counts for them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]
#[path = "api/caches.rs"]
#[allow(unreachable_pub, reason = "other tests use it too")]
mod caches;
#[path = "api/commerce.rs"]
#[allow(unreachable_pub, reason = "other tests use it too")]
mod commerce;
#[path = "api/shop.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "other tests use it too"
)]
mod shop;

use serde_json::json;
use shop::{Shop, now};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::{alloc::System, ops::RangeInclusive};
use tradewind_graphql::{Engine, GraphqlRequest, RequestContext};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Each is asked with one product, or one price, after the other, and adds entries to those before.
const QUERIES: [(&str, &str); 6] = [
    ("a title", "query($slug: String!) { product(slug: $slug) { title } }"),
    ("details, description", "query($slug: String!) { product(slug: $slug) { vendor tags descriptionHtml } }"),
    ("3 media", "query($slug: String!) { product(slug: $slug) { title media { url } } }"),
    ("5 variants", "query($slug: String!) { product(slug: $slug) { title variants(first: 5) { nodes { title } } } }"),
    ("6 reviews", "query($slug: String!) { product(slug: $slug) { title reviews(first: 6) { nodes { body } } } }"),
    (
        "12 products",
        "query($min: Decimal!) { products(first: 12, filter: { price: { min: $min } }) { nodes { title } } }",
    ),
];
/// The estimate may be off by so much, either way.
const ALLOWED: f64 = 1.3;

async fn ask(engine: &Engine, query: &str, numbers: RangeInclusive<u32>) {
    for number in numbers {
        let variables =
            json!({ "slug": format!("product-{number}"), "min": format!("{}.{:02}", number / 100, number % 100) });
        let request = GraphqlRequest { query: query.into(), operation_name: None, variables };
        let context = RequestContext {
            channel: None,
            caller: std::sync::Arc::default(),
            explain: false,
            cost: false,
            queries_only: false,
            whole: true,
            now: now(),
            request_id: "test".into(),
            trace_id: "trace".into(),
        };
        let outcome = engine.execute(request, context).await;
        assert!(outcome.response.errors.is_empty(), "{:?}", outcome.response.errors);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_counted_for_an_entry_is_what_it_takes() {
    let mut wrong = Vec::new();
    for shop in Shop::each().await {
        shop.publish_all().await;
        println!("\n{}\n\n| asked for | entries | counted for each | held for each | held / counted |", shop.name);
        println!("| --- | --- | --- | --- | --- |");
        for (_, engine) in shop.kept().filter(|(name, _)| *name == "memory") {
            for (_, query) in QUERIES {
                ask(engine, query, 1..=8).await;
            }
            // What filled the shop lets go of its buffers.
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            for (name, query) in QUERIES {
                let before = engine.cache().unwrap().l1_size();
                let region = Region::new(ALLOCATOR);
                ask(engine, query, 9..=shop::PRODUCTS).await;
                let change = region.change();
                let held = (change.bytes_allocated - change.bytes_deallocated) as f64;
                let (entries, counted) = engine.cache().unwrap().l1_size();
                let (entries, counted) = ((entries - before.0) as f64, (counted - before.1) as f64);
                let off = held / counted;
                println!("| {name} | {entries} | {:.0} | {:.0} | {off:.2} |", counted / entries, held / entries);
                if !(1.0 / ALLOWED..ALLOWED).contains(&off) {
                    wrong.push(format!("{}, {name}: {off:.2}", shop.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
