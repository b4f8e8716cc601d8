//! What is not for sale here is not there: by slug, by id, in lists, in counts, in facets, in suggestions.
use crate::shop::{PRODUCTS, Shop, answer, hidden};
use serde_json::{Value, json};
use tradewind_domain::global_id::{GlobalId, NodeKind};

#[tokio::test]
async fn hidden_products_are_invisible_everywhere() {
    for shop in Shop::each().await {
        for product in hidden() {
            let by_slug =
                shop.ask("query($slug: String) { product(slug: $slug) { id } }", json!({ "slug": product.slug })).await;
            assert_eq!(by_slug["data"]["product"], Value::Null, "{}: {}", shop.name, product.slug);
            let ids = [
                GlobalId::encode(NodeKind::Product, product.id),
                GlobalId::encode(NodeKind::ProductVariant, product.variants[0].id),
                GlobalId::encode(NodeKind::Media, product.media[0].id),
            ];
            let nodes = shop.ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
            assert_eq!(nodes["data"]["nodes"], json!([null, null, null]), "{}: {}", shop.name, product.slug);
        }
        let counted = shop.ask("{ products { totalCount facets { key values { count } } } found: products(search: \"901\") { totalCount nodes { title } } }", json!({})).await;
        for product in hidden() {
            let number = product.slug.trim_start_matches("product-");
            let query = "query($q: String!) { predictiveSearch(query: $q, limit: 20) { queries { text } } }";
            let suggested = shop.ask(query, json!({ "q": number })).await;
            let queries = &suggested["data"]["predictiveSearch"]["queries"];
            assert_eq!(*queries, json!([]), "{}: a suggestion gives {number} away", shop.name);
        }
        assert_eq!(counted["data"]["products"]["totalCount"], PRODUCTS, "{}", shop.name);
        let stock = counted["data"]["products"]["facets"]
            .as_array()
            .unwrap()
            .iter()
            .find(|facet| facet["key"] == "inStock")
            .unwrap();
        let total: u64 = stock["values"].as_array().unwrap().iter().map(|value| value["count"].as_u64().unwrap()).sum();
        assert_eq!(total, u64::from(PRODUCTS), "{}", shop.name);
        assert_eq!(counted["data"]["found"]["totalCount"], 0, "{}: {}", shop.name, counted["data"]["found"]);
    }
}

#[tokio::test]
async fn a_channel_shows_its_own_products_prices_and_stock() {
    let query =
        "{ channel { code currencyCode } odd: product(slug: \"product-1\") { id } even: product(slug: \"product-2\") {
        priceRange { min { amount currencyCode } } variants(first: 1) { nodes { price { amount } quantityAvailable
        stockLevels { warehouse { name } available } } } } products { totalCount } }";
    for shop in Shop::each().await {
        let here = shop.ask(query, json!({})).await["data"].clone();
        let there = answer(&shop.execute(query, json!({}), Some("EU")).await)["data"].clone();
        assert_eq!(
            (here["channel"]["code"].as_str(), there["channel"]["code"].as_str()),
            (Some("default"), Some("eu"))
        );
        assert_ne!(here["odd"], Value::Null);
        assert_eq!(there["odd"], Value::Null, "{}: not published there", shop.name);
        assert_eq!(there["products"]["totalCount"], PRODUCTS / 2);
        assert_eq!(there["even"]["priceRange"]["min"]["currencyCode"], "EUR");
        assert_eq!(here["even"]["variants"]["nodes"][0]["stockLevels"].as_array().unwrap().len(), 2);
        let stock = &there["even"]["variants"]["nodes"][0];
        assert_eq!(
            stock["stockLevels"],
            json!([{ "warehouse": { "name": "Warehouse 2" }, "available": 5 }]),
            "{}",
            shop.name
        );
        assert_eq!(stock["quantityAvailable"], 5);
    }
}

#[tokio::test]
async fn a_variant_is_found_by_its_options() {
    let query = "query($o: [SelectedOptionInput!]!) { products(first: 3, sort: TITLE) { nodes { slug variantBySelectedOptions(selectedOptions: $o) { title availableForSale product { slug } } } } }";
    for shop in Shop::each().await {
        let answer = shop.ask(query, json!({ "o": [{ "name": "size", "value": "s2" }] })).await;
        for node in answer["data"]["products"]["nodes"].as_array().unwrap() {
            assert_eq!(node["variantBySelectedOptions"]["title"], "S2", "{}", shop.name);
            assert_eq!(node["variantBySelectedOptions"]["product"]["slug"], node["slug"]);
        }
        for nothing in
            [json!([]), json!([{ "name": "size", "value": "XXL" }]), json!([{ "name": "color", "value": "S2" }])]
        {
            let answer = shop.ask(query, json!({ "o": nothing })).await;
            assert_eq!(answer["data"]["products"]["nodes"][0]["variantBySelectedOptions"], Value::Null);
        }
    }
}
