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
async fn a_known_document_answers_like_a_new_one() {
    let query = "query A($few: Int, $skip: Boolean!) { products(first: $few) { nodes { slug category @skip(if: $skip) { slug } title } } }
                 query B { channel { code } }";
    for shop in Shop::each().await {
        let ask = async |few: i64, skip: bool, name: &str| {
            let outcome = shop.execute_named(query, json!({ "few": few, "skip": skip }), Some(name)).await;
            let answered = answer(&outcome);
            (answered["data"].to_string(), answered["errors"][0]["extensions"]["code"].clone())
        };
        let keys = |data: &str| ["slug", "category", "title"].map(|key| data.matches(&format!("\"{key}\":")).count());
        for _ in 0..2 {
            let (data, _) = ask(2, false, "A").await;
            assert_eq!(keys(&data), [4, 2, 2], "{}: {data}", shop.name);
            let (data, _) = ask(3, true, "A").await;
            assert_eq!(keys(&data), [3, 0, 3], "{}: {data}", shop.name);
            let (data, _) = ask(1, true, "B").await;
            assert_eq!(data, "{\"channel\":{\"code\":\"default\"}}", "{}", shop.name);
            assert_eq!(ask(1, true, "C").await.1, "GRAPHQL_VALIDATION_FAILED", "{}: no such operation", shop.name);
            assert_eq!(ask(0, true, "A").await.1, "BAD_USER_INPUT", "{}: the page size is checked again", shop.name);
        }
    }
}

/// What a document costs depends on its variables, also when it is known.
#[tokio::test]
async fn limits_hold_for_known_documents() {
    let query = "query($n: Int) { products(first: $n) { nodes { variants(first: $n) { nodes { stockLevels { available } } } } } }";
    for shop in Shop::each().await {
        for _ in 0..2 {
            assert_eq!(shop.execute(query, json!({ "n": 2 }), None).await.error_code, None, "{}", shop.name);
            let outcome = shop.execute(query, json!({ "n": 100 }), None).await;
            assert_eq!((outcome.error_code, outcome.limit), (Some("QUERY_TOO_COSTLY"), Some("cost")), "{}", shop.name);
        }
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

        let twice = "{ product(slug: \"product-1\") { ...R ...R } } fragment R on Product { reviews { totalCount nodes { id } } }";
        let answered = answer(&shop.execute(twice, json!({}), None).await);
        assert_eq!(answered["data"], json!({ "product": null }), "{}", shop.name);
        assert_eq!(answered["errors"].as_array().map(Vec::len), Some(1), "{}: told once: {answered}", shop.name);

        let id = shop.ask("{ product(slug: \"product-1\") { id } }", json!({})).await["data"]["product"]["id"].clone();
        let nodes = format!(
            "{{ nodes(ids: [{id}, {id}]) {{ ... on Product {{ reviews {{ totalCount nodes {{ id }} }} }} }} }}"
        );
        let answered = answer(&shop.execute(&nodes, json!({}), None).await);
        assert_eq!(answered["data"]["nodes"], json!([Value::Null, Value::Null]), "{}", shop.name);
    }
}
