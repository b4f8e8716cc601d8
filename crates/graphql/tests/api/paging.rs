//! Keyset pagination: both directions, every sort, under concurrent inserts, and cursors that belong to their list.
use crate::shop::{PRODUCTS, Shop, product};
use serde_json::{Value, json};

const SORTS: [&str; 7] = ["RELEVANCE", "PRICE_ASC", "PRICE_DESC", "NEWEST", "TITLE", "RATING", "BEST_SELLING"];

fn ids(connection: &Value) -> Vec<String> {
    connection["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect()
}

/// The whole list, page by page.
async fn walk(shop: &Shop, sort: &str, search: Option<&str>, backwards: bool) -> Vec<String> {
    let query = "query($first: Int, $after: String, $last: Int, $before: String, $sort: ProductSort, $search: String) {
        products(first: $first, after: $after, last: $last, before: $before, sort: $sort, search: $search) {
          nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";
    let (mut all, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let variables = match backwards {
            false => json!({ "first": 17, "after": cursor, "sort": sort, "search": search }),
            true => json!({ "last": 17, "before": cursor, "sort": sort, "search": search }),
        };
        let answer = shop.ask(query, variables).await;
        let page = &answer["data"]["products"];
        let more = if backwards { "hasPreviousPage" } else { "hasNextPage" };
        let mut page_ids = ids(page);
        if backwards {
            page_ids.append(&mut all);
            all = page_ids;
        } else {
            all.append(&mut page_ids);
        }
        if page["pageInfo"][more] != true {
            return all;
        }
        cursor = page["pageInfo"][if backwards { "startCursor" } else { "endCursor" }].clone();
    }
}

#[tokio::test]
async fn every_sort_walks_the_same_list_in_both_directions() {
    for shop in Shop::each().await {
        for sort in SORTS {
            let forward = walk(&shop, sort, None, false).await;
            assert_eq!(forward.len(), PRODUCTS as usize, "{} {sort}", shop.name);
            let mut unique = forward.clone();
            unique.sort();
            unique.dedup();
            assert_eq!(unique.len(), forward.len(), "{} {sort}: no product twice", shop.name);
            assert_eq!(walk(&shop, sort, None, true).await, forward, "{} {sort}", shop.name);
        }
        let found = walk(&shop, "RELEVANCE", Some("linen"), false).await;
        assert_eq!(found.len(), PRODUCTS as usize / 4, "{}", shop.name);
        assert_eq!(walk(&shop, "RELEVANCE", Some("linen"), true).await, found, "{}", shop.name);
    }
}

#[tokio::test]
async fn sorts_mean_what_they_say() {
    for shop in Shop::each().await {
        let query = "query($sort: ProductSort) { products(first: 100, sort: $sort) { nodes { title publishedAt
            rating { average } priceRange { min { amount } } } } }";
        for (sort, pointer, ascending) in [
            ("PRICE_ASC", "/priceRange/min/amount", true),
            ("PRICE_DESC", "/priceRange/min/amount", false),
            ("NEWEST", "/publishedAt", false),
            ("RATING", "/rating/average", false),
        ] {
            let answer = shop.ask(query, json!({ "sort": sort })).await;
            let values: Vec<Value> = answer["data"]["products"]["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|node| node.pointer(pointer).unwrap().clone())
                .collect();
            let in_order =
                |pair: &[Value]| match (pair[0].as_f64(), pair[1].as_f64(), pair[0].as_str(), pair[1].as_str()) {
                    (Some(a), Some(b), ..) => {
                        if ascending {
                            a <= b
                        } else {
                            a >= b
                        }
                    }
                    (_, _, Some(a), Some(b)) => match (a.parse::<f64>(), b.parse::<f64>()) {
                        (Ok(a), Ok(b)) => {
                            if ascending {
                                a <= b
                            } else {
                                a >= b
                            }
                        }
                        _ => a >= b,
                    },
                    _ => false,
                };
            assert!(values.windows(2).all(in_order), "{} {sort}: {values:?}", shop.name);
        }
    }
}

#[tokio::test]
async fn a_page_is_stable_under_inserts() {
    for shop in Shop::each().await {
        let query = "query($after: String) { products(first: 20, sort: PRICE_ASC, after: $after) { nodes { id } pageInfo { endCursor } } }";
        let first = shop.ask(query, json!({})).await;
        let cursor = first["data"]["products"]["pageInfo"]["endCursor"].clone();
        let before = shop.ask(query, json!({ "after": cursor })).await;
        // Cheaper than everything: an offset would shift the second page by three.
        let mut cheap: Vec<_> = (701..=703).map(product).collect();
        for product in &mut cheap {
            product.variants.iter_mut().flat_map(|variant| &mut variant.prices).for_each(|price| price.amount = 1);
        }
        shop.save(&cheap).await;
        let after = shop.ask(query, json!({ "after": cursor })).await;
        assert_eq!(ids(&before["data"]["products"]), ids(&after["data"]["products"]), "{}", shop.name);
    }
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    for shop in Shop::each().await {
        let answer = shop.ask("{ products(first: 1, sort: TITLE) { pageInfo { endCursor } } }", json!({})).await;
        let cursor = answer["data"]["products"]["pageInfo"]["endCursor"].clone();
        for other in ["sort: NEWEST", "sort: TITLE, filter: { inStock: true }", "sort: TITLE, search: \"linen\""] {
            let query =
                format!("query($after: String) {{ products(first: 1, {other}, after: $after) {{ nodes {{ id }} }} }}");
            let (code, message) = shop.refused(&query, json!({ "after": cursor })).await;
            assert_eq!(code, "BAD_CURSOR", "{}: {message}", shop.name);
            assert!(message.contains("`after`"), "{message}");
        }
    }
}

#[tokio::test]
async fn children_have_pages_too() {
    for shop in Shop::each().await {
        let query = "query($after: String, $newer: String) { product(slug: \"product-3\") {
            variants(first: 2, after: $after) { totalCount nodes { sku } pageInfo { hasNextPage hasPreviousPage endCursor } }
            reviews(first: 4, after: $newer) { totalCount nodes { title } pageInfo { hasNextPage endCursor } } } }";
        let first = shop.ask(query, json!({})).await["data"]["product"].clone();
        assert_eq!(first["variants"]["totalCount"], 5);
        assert_eq!(first["reviews"]["totalCount"], 6);
        assert_eq!(first["variants"]["nodes"], json!([{ "sku": "SKU-3-1" }, { "sku": "SKU-3-2" }]));
        let cursors = json!({ "after": first["variants"]["pageInfo"]["endCursor"], "newer": first["reviews"]["pageInfo"]["endCursor"] });
        let second = shop.ask(query, cursors).await["data"]["product"].clone();
        assert_eq!(second["variants"]["nodes"], json!([{ "sku": "SKU-3-3" }, { "sku": "SKU-3-4" }]), "{}", shop.name);
        assert_eq!(
            second["reviews"]["nodes"],
            json!([{ "title": "Review 5" }, { "title": "Review 6" }]),
            "{}",
            shop.name
        );
        assert_eq!(second["reviews"]["pageInfo"]["hasNextPage"], false);
    }
}
