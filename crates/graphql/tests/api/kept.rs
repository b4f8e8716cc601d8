//! Reads through the cache: what is asked again costs no statement, and no answer outlives a write.
use crate::shop::{Shop, answer, now};
use serde_json::{Value, json};
use tradewind_graphql::{Engine, GraphqlRequest, Outcome, RequestContext};

const PAGE: &str = r#"query($slug: String!) { product(slug: $slug) {
    title priceRange { min { amount } } category { name ancestors { name } } collections { title }
    variants(first: 3) { totalCount nodes { title price { amount } selectedOptions { name value } media { url } } }
    media { url } featuredMedia { url } reviews(first: 2) { totalCount nodes { body author { displayName } } } } }"#;
const LIST: &str = r#"{ products(first: 5, sort: TITLE, filter: { tags: ["tag-1"] }) { totalCount nodes { title }
    facets { key } } categories { name products(first: 2) { nodes { title availability } } }
    collections(first: 2) { totalCount nodes { title } } }"#;

async fn ask(engine: &Engine, query: &str, variables: Value) -> Outcome {
    let request = GraphqlRequest { query: query.into(), operation_name: None, variables };
    let context = RequestContext {
        channel: None,
        explain: true,
        cost: false,
        caller: std::sync::Arc::default(),
        queries_only: false,
        whole: true,
        now: now(),
        request_id: "test".into(),
        trace_id: "trace".into(),
    };
    let outcome = engine.execute(request, context).await;
    assert!(outcome.response.errors.is_empty(), "{:?}", outcome.response.errors);
    outcome
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_again_costs_no_statement() {
    for shop in Shop::each().await {
        // A boundary of the shop's own time lies in the past of the clock.
        shop.publish_all().await;
        for (name, engine) in shop.kept().filter(|(name, _)| *name == "memory") {
            for (query, variables) in [(PAGE, json!({ "slug": "product-7" })), (LIST, json!({}))] {
                let first = ask(engine, query, variables.clone()).await;
                assert!(first.statements > 0, "{} {name}", shop.name);
                let again = ask(engine, query, variables).await;
                assert_eq!(again.statements, 0, "{} {name}: {query}", shop.name);
                let batches = answer(&again)["extensions"]["explain"]["batches"].clone();
                let missed: Vec<_> =
                    batches.as_array().unwrap().iter().filter(|batch| batch["cache"]["missed"] != json!(0)).collect();
                assert!(missed.is_empty(), "{} {name}: {missed:?}", shop.name);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_is_read_each_time() {
    const STOCK: &str = r#"{ product(slug: "product-7") { variants(first: 1) { nodes { quantityAvailable } } } }"#;
    for shop in Shop::each().await {
        shop.publish_all().await;
        for (name, engine) in shop.kept().filter(|(name, _)| *name == "memory") {
            ask(engine, STOCK, json!({})).await;
            let again = ask(engine, STOCK, json!({})).await;
            assert_eq!(again.statements, 1, "{} {name}", shop.name);
            assert_eq!(again.caching.max_age(), None);
        }
    }
}

/// What was read, by the names of the statements.
fn read(outcome: &Outcome) -> Vec<String> {
    let explain = answer(outcome)["extensions"]["explain"].take();
    let statements = explain["statementList"].as_array().unwrap();
    let names = statements.iter().map(|it| it["name"].as_str().unwrap().to_owned());
    names.filter(|name| name != "orm").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn publications_are_looked_up_only_for_what_they_end() {
    for shop in Shop::each().await {
        for (name, engine) in shop.kept() {
            for (query, is_looked_up) in
                [("{ categories { name } }", false), ("{ product(slug: \"product-7\") { title } }", true)]
            {
                let read = read(&ask(engine, query, json!({})).await);
                assert!(read.len() > usize::from(is_looked_up), "{} {name}: {read:?}", shop.name);
                let looked_up = read.iter().any(|name| name == "next publications");
                assert_eq!(looked_up, is_looked_up, "{} {name}: {read:?}", shop.name);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_mutation_reads_is_not_kept_and_its_end_not_looked_up() {
    const VARIANT: &str = r#"{ product(slug: "product-7") { variants(first: 1) { nodes { id } } } }"#;
    const CREATE: &str = "mutation($lines: [CartLineInput!]) { cartCreate(input: { lines: $lines }) {
        cart { lines { product { title } } } } }";
    for shop in Shop::each().await {
        for (name, engine) in shop.kept() {
            let found = answer(&ask(engine, VARIANT, json!({})).await);
            let variant = &found["data"]["product"]["variants"]["nodes"][0]["id"];
            shop.publish_all().await;
            let made = ask(engine, CREATE, json!({ "lines": [{ "variantId": variant, "quantity": 1 }] })).await;
            let read = read(&made);
            assert_eq!(read.last().map(String::as_str), Some("products by id"), "{} {name}: {read:?}", shop.name);
            assert!(!read.iter().any(|name| name == "next publications"), "{} {name}: {read:?}", shop.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_outlives_a_write() {
    for shop in Shop::each().await {
        let (page, list) = (json!({ "slug": "product-7" }), json!({}));
        for round in 0..6u32 {
            // Compares the engines, before and after each change.
            shop.execute(PAGE, page.clone(), None).await;
            shop.execute(LIST, list.clone(), None).await;
            let mut product = crate::shop::product(7);
            product.title = format!("Product 7, edition {round}");
            match round {
                1 => product.variants[0].prices[0].amount += 100,
                2 => product.variants.truncate(2),
                3 => product.tags.clear(),
                4 => product.media.clear(),
                5 => product.publications.clear(),
                _ => {}
            }
            shop.save(&[product]).await;
            let outcome = shop.execute(PAGE, page.clone(), None).await;
            let title = answer(&outcome)["data"]["product"]["title"].clone();
            let expected = if round == 5 { Value::Null } else { json!(format!("Product 7, edition {round}")) };
            assert_eq!(title, expected, "{}", shop.name);
            shop.execute(LIST, list.clone(), None).await;
        }
    }
}

/// The shop's own time lies in the past of the clock: what waits for a publication is too old at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_publication_that_is_scheduled_ends_what_is_kept() {
    for shop in Shop::each().await {
        for round in 0..2 {
            for scheduled in [false, true] {
                if scheduled {
                    shop.save(&[crate::shop::hidden().remove(2)]).await;
                    shop.settled().await;
                } else {
                    shop.publish_all().await;
                }
                for (name, engine) in shop.kept().filter(|(name, _)| *name == "memory") {
                    ask(engine, LIST, json!({})).await;
                    for _ in 0..2 {
                        let again = ask(engine, LIST, json!({})).await;
                        assert_eq!(again.statements > 0, scheduled, "{} {name} {round}", shop.name);
                    }
                }
            }
        }
    }
}
