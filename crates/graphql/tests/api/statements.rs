//! How many statements each operation of the corpus makes, cold: equalities, for 1, 10 and 200 parents, alone and among
//! 32 concurrent clients, on both databases. The table is published in docs/statements.md, which this test compares.
use crate::shop::Shop;
use futures_util::future::join_all;
use serde_json::{Value, json};

/// Name, statements, document. `$n` parents.
const CORPUS: [(&str, usize, &str); 8] = [
    (
        "product page",
        6,
        "query($slug: String) { product(slug: $slug) { id slug title descriptionHtml vendor tags priceRange { min { amount currencyCode } }
           rating { average count } category { name slug } options { name values { name swatch } }
           variants(first: 20) { nodes { id sku title price { amount currencyCode } selectedOptions { name value } } }
           media { url alt } reviews(first: 10) { nodes { id rating title body author { displayName } } } } }",
    ),
    (
        "listing with facets",
        9,
        "query($n: Int) { category(slug: \"category-1\") { name products(first: $n, sort: PRICE_ASC) { totalCount
           facets { key values { value count } range { min max histogram { from to count } } }
           nodes { id slug title featuredMedia { url alt } priceRange { min { amount currencyCode } } availability }
           pageInfo { hasNextPage endCursor } } } }",
    ),
    (
        "nested",
        6,
        "query($n: Int) { products(first: $n) { nodes { id title
           variants(first: 5) { nodes { id sku price { amount currencyCode } stockLevels { warehouse { id name } available } } }
           reviews(first: 5) { nodes { id rating title author { displayName } } } } } }",
    ),
    (
        "nested, 200 parents",
        7,
        "{ a: products(first: 100) { pageInfo { endCursor } nodes { ...P } } b: products(last: 100) { nodes { ...P } } }
         fragment P on Product { id
           variants(first: 5) { nodes { id sku price { amount } stockLevels { warehouse { id name } available } } }
           reviews(first: 5) { nodes { id rating author { displayName } } } }",
    ),
    (
        "search",
        3,
        "query($n: Int) { products(first: $n, search: \"linen shirt\") { nodes { id slug title featuredMedia { url }
           priceRange { min { amount currencyCode } } } } }",
    ),
    ("category tree", 3, "{ categories { id name children { id name children { id name } } } }"),
    ("breadcrumbs", 3, "query($n: Int) { products(first: $n) { nodes { category { name ancestors { name slug } } } } }"),
    (
        "lists per category",
        3,
        "query($n: Int) { categories { children { name products(first: $n) { nodes { title } } } } }",
    ),
];

fn variables(parents: u32) -> Value {
    json!({ "n": parents, "slug": format!("product-{parents}") })
}

async fn count(shop: &Shop, query: &str, parents: u32) -> (usize, Value) {
    let answer = shop.ask(query, variables(parents)).await;
    let explain = &answer["extensions"]["explain"];
    (explain["statements"].as_u64().unwrap() as usize, explain.clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_operation_makes_its_number_of_statements() {
    for shop in Shop::each().await {
        for (name, expected, query) in CORPUS {
            for parents in [1, 10, 100] {
                let (statements, explain) = count(&shop, query, parents).await;
                assert_eq!(statements, expected, "{}: {name}, {parents} parents: {explain:#}", shop.name);
            }
            let clients = join_all((0..32).map(|client| count(&shop, query, 1 + client * 3))).await;
            for (statements, explain) in clients {
                assert_eq!(statements, expected, "{}: {name} among 32 clients: {explain:#}", shop.name);
            }
        }
    }
}

#[tokio::test]
async fn node_lookups_make_one_statement_per_type() {
    for shop in Shop::each().await {
        let answer =
            shop.ask("{ products(first: 100) { nodes { id variants(first: 1) { nodes { id } } } } }", json!({})).await;
        let products = answer["data"]["products"]["nodes"].as_array().unwrap().clone();
        for parents in [1, 10, 50] {
            let ids: Vec<Value> = products
                .iter()
                .take(parents)
                .flat_map(|product| [product["id"].clone(), product["variants"]["nodes"][0]["id"].clone()])
                .collect();
            let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Product { title } ... on ProductVariant { sku } } }";
            let answer = shop.ask(query, json!({ "ids": ids })).await;
            assert_eq!(answer["extensions"]["explain"]["statements"], 2, "{}: {parents}", shop.name);
            let found: Vec<Value> =
                answer["data"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
            assert_eq!(found, ids, "{}: order is kept", shop.name);
        }
    }
}

#[tokio::test]
async fn both_databases_answer_alike() {
    let shops = Shop::each().await;
    for (name, _, query) in CORPUS {
        let mut answers = Vec::new();
        for shop in &shops {
            answers.push(shop.ask(query, variables(10)).await["data"].clone());
        }
        for answer in &answers {
            assert_eq!(answer, &answers[0], "{name}");
        }
    }
}

#[test]
fn the_published_table_is_true() {
    let table: String = CORPUS.iter().map(|(name, statements, _)| format!("| {name} | {statements} |\n")).collect();
    let docs = include_str!("../../../../docs/statements.md");
    assert!(docs.contains(&table), "docs/statements.md must have these rows:\n{table}");
}
