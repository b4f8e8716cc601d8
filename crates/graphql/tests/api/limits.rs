//! Cost in Shopify's shape, and introspection.
use crate::shop::{Shop, answer};
use serde_json::{Value, json};

fn cost(shop_answer: &Value) -> (u64, Option<u64>) {
    let cost = &shop_answer["extensions"]["cost"];
    assert_eq!(cost.as_object().unwrap().len(), 2, "no throttle, no status of it: {cost}");
    (cost["requestedQueryCost"].as_u64().unwrap(), cost["actualQueryCost"].as_u64())
}

#[tokio::test]
async fn cost_before_and_after_are_told() {
    for shop in Shop::each().await {
        let query = "query($n: Int) { products(first: $n) { nodes { id priceRange { min { amount } } } pageInfo { endCursor } } }";
        let answer = shop.ask(query, json!({ "n": 2 })).await;
        // Connection, page info, and for each product itself, its range and one amount.
        assert_eq!(cost(&answer), (1 + 1 + 2 * 3, Some(1 + 1 + 2 * 3)), "{}", shop.name);
        let more = shop.ask(query, json!({ "n": 100 })).await;
        let count = more["data"]["products"]["nodes"].as_array().unwrap().len() as u64;
        assert_eq!(cost(&more), (1 + 1 + 100 * 3, Some(1 + 1 + count * 3)), "{}", shop.name);
        // Under one key twice: objects stay values until they are merged.
        let twice =
            "{ products(first: 2) { nodes { id } } products(first: 2) { nodes { priceRange { min { amount } } } } }";
        let (_, actual) = cost(&shop.ask(twice, json!({})).await);
        assert_eq!(actual, Some(1 + 2 * 3), "{}", shop.name);
        let node = "query($id: ID!) { node(id: $id) { ... on Product { id priceRange { min { amount } } } } }";
        let id = &answer["data"]["products"]["nodes"][0]["id"];
        assert_eq!(cost(&shop.ask(node, json!({ "id": id })).await), (3, Some(3)), "{}", shop.name);
    }
}

#[tokio::test]
async fn a_refusal_for_cost_tells_what_was_asked_for() {
    let shop = &Shop::each().await[0];
    let query = "query($n: Int!) { products(first: $n) { nodes { variants(first: $n) { nodes { product { variants(first: 5) { nodes { id } } } } } } } }";
    let few = shop.execute(query, json!({ "n": 2 }), None).await;
    assert_eq!(few.error_code, None);
    let many = shop.execute(query, json!({ "n": 100 }), None).await;
    assert_eq!((many.error_code, many.limit, many.executed), (Some("QUERY_TOO_COSTLY"), Some("cost"), false));
    let (requested, actual) = cost(&answer(&many));
    assert!(requested > 20_000 && actual.is_none());
    let message = &many.response.errors[0].message;
    assert!(message.contains(&requested.to_string()) && message.contains("20000"), "{message}");
}

#[tokio::test]
async fn introspection_is_answered_the_same_the_second_time() {
    let shop = &Shop::each().await[0];
    let query = "{ __schema { queryType { name } types { name fields { name type { name } } } } __typename }";
    let mut first = shop.ask(query, json!({})).await;
    let mut second = shop.ask(query, json!({})).await;
    assert!(first["data"]["__schema"]["types"].as_array().unwrap().len() > 20);
    assert_eq!(first["data"]["__typename"], "Query");
    for answer in [&mut first, &mut second] {
        answer["extensions"] = Value::Null;
    }
    assert_eq!(first, second);
    // Kept or not, a channel must be there.
    assert_eq!(shop.execute(query, json!({}), Some("mars")).await.error_code, Some("BAD_USER_INPUT"));
}

#[tokio::test]
async fn a_default_comes_in_where_its_variable_is_absent() {
    let shop = &Shop::each().await[0];
    let query = "query($n: Int) { predictiveSearch(query: \"a\", limit: $n) { products { id } } }";
    let absent = shop.ask(query, json!({})).await;
    assert_eq!(absent["data"], shop.ask(query, json!({ "n": 5 })).await["data"]);
    let null = shop.execute(query, json!({ "n": null }), None).await;
    assert_eq!((null.error_code, null.executed), (Some("BAD_USER_INPUT"), true));
}
