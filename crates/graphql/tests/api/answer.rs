//! The shape of an answer: keys in the order of the query, null for what failed.
use crate::shop::{Shop, answer};
use serde_json::{Value, json};

async fn text(shop: &Shop, query: &str) -> String {
    let outcome = shop.execute(query, json!({}), None).await;
    let mut answer = Vec::new();
    outcome.write_json(&mut answer);
    let answer = String::from_utf8(answer).unwrap();
    let (data, _) = answer.split_once(",\"extensions\":").unwrap();
    data.strip_prefix("{\"data\":").unwrap().to_owned()
}

#[tokio::test]
async fn keys_come_in_the_order_of_the_query() {
    for shop in Shop::each().await {
        let waits_in_the_middle =
            "{ product(slug: \"product-1\") { slug category { slug } title featuredMedia { alt } status } }";
        assert_eq!(
            text(&shop, waits_in_the_middle).await,
            "{\"product\":{\"slug\":\"product-1\",\"category\":{\"slug\":\"category-8\"},\
             \"title\":\"Cotton Trousers 001\",\"featuredMedia\":{\"alt\":\"Picture 1\"},\"status\":\"ACTIVE\"}}",
            "{}",
            shop.name
        );
        let id = shop.ask("{ product(slug: \"product-1\") { id } }", json!({})).await["data"]["product"]["id"].clone();
        let by_node = format!(
            "{{ channel {{ code }} node(id: {id}) {{ ... on Review {{ body }} ...P id ... on Product {{ slug }} }} }}
             fragment P on Product {{ category {{ slug }} title }}"
        );
        assert_eq!(
            text(&shop, &by_node).await,
            format!(
                "{{\"channel\":{{\"code\":\"default\"}},\"node\":{{\"category\":{{\"slug\":\"category-8\"}},\
                 \"title\":\"Cotton Trousers 001\",\"id\":{id},\"slug\":\"product-1\"}}}}"
            ),
            "{}",
            shop.name
        );
    }
}

#[tokio::test]
async fn what_fails_is_null_or_nulls_its_nearest_nullable_parent() {
    for shop in Shop::each().await {
        shop.sabotage("DROP TABLE reviews").await;
        let query = "{ product(slug: \"product-1\") { title reviews(first: 1) { nodes { id } } } channel { code } }";
        let answered = answer(&shop.execute(query, json!({}), None).await);
        assert_eq!(answered["data"], json!({ "product": null, "channel": { "code": "default" } }), "{}", shop.name);
        let error = &answered["errors"][0];
        assert_eq!(error["extensions"]["code"], "INTERNAL", "{}: {answered}", shop.name);
        assert_eq!(error["path"][0], "product");
        assert!(!error["message"].as_str().unwrap().contains("reviews"), "{}: no database text: {error}", shop.name);

        let id = shop.ask("{ product(slug: \"product-1\") { id } }", json!({})).await["data"]["product"]["id"].clone();
        let nodes = format!(
            "{{ nodes(ids: [{id}, {id}]) {{ ... on Product {{ reviews {{ totalCount nodes {{ id }} }} }} }} }}"
        );
        let answered = answer(&shop.execute(&nodes, json!({}), None).await);
        assert_eq!(answered["data"]["nodes"], json!([Value::Null, Value::Null]), "{}", shop.name);
    }
}
