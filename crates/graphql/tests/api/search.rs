//! Search: beginnings of words, accents, typing errors, weights; the same on both databases.
use crate::shop::{PRODUCTS, Shop, product};
use serde_json::{Value, json};

async fn found(shop: &Shop, text: &str) -> Vec<String> {
    let query = "query($q: String) { products(first: 100, search: $q) { totalCount nodes { title } } }";
    let answer = shop.ask(query, json!({ "q": text })).await;
    let list = &answer["data"]["products"];
    let titles: Vec<String> =
        list["nodes"].as_array().unwrap().iter().map(|node| node["title"].as_str().unwrap().to_owned()).collect();
    if titles.len() < 100 {
        assert_eq!(list["totalCount"], titles.len());
    }
    titles
}

#[tokio::test]
async fn finds_beginnings_accents_and_typing_errors() {
    let quarter = PRODUCTS as usize / 4;
    for shop in Shop::each().await {
        for text in ["linen", "LINEN", "lin", "Linen!", "linne", "lnien", "  linen  "] {
            let titles = found(&shop, text).await;
            assert_eq!(titles.len(), quarter, "{}: {text}", shop.name);
            assert!(titles.iter().all(|title| title.starts_with("Linen")), "{}: {text}", shop.name);
        }
        for text in ["creme", "crème", "CRÈME", "cre"] {
            assert_eq!(found(&shop, text).await.len(), quarter, "{}: {text}", shop.name);
        }
        assert_eq!(found(&shop, "linen shirt").await.len(), PRODUCTS as usize / 12, "{}: every word counts", shop.name);
        assert_eq!(found(&shop, "linen shrit").await.len(), PRODUCTS as usize / 12, "{}: one word mistyped", shop.name);
        assert_eq!(found(&shop, "SKU-17-2").await[0], product(17).title, "{}: whole words first", shop.name);
        assert_eq!(found(&shop, "qqqqqqqq").await.len(), 0, "{}", shop.name);
        assert_eq!(found(&shop, "-- \"' *").await.len(), 100, "{}: no word is no search", shop.name);
    }
}

#[tokio::test]
async fn the_title_weighs_more_than_tags_and_text() {
    for shop in Shop::each().await {
        let (mut in_text, mut in_tags, mut in_title) = (product(801), product(802), product(803));
        in_text.description_html = "<p>zephyr</p>".into();
        in_tags.tags.push("zephyr".into());
        in_title.title = "A zephyr".into();
        // Sold most, matched least.
        (in_text.units_sold, in_tags.units_sold, in_title.units_sold) = (1000, 100, 0);
        shop.save(&[in_text.clone(), in_tags.clone(), in_title.clone()]).await;
        assert_eq!(found(&shop, "zephyr").await, [in_title.title, in_tags.title, in_text.title], "{}", shop.name);
    }
}

#[tokio::test]
async fn suggests_while_typing() {
    let query = "query($q: String!) { predictiveSearch(query: $q, limit: 3) { queries { text } products { title }
        collections { slug } categories { slug } } }";
    for shop in Shop::each().await {
        let answer = shop.ask(query, json!({ "q": "linen sh" })).await["data"]["predictiveSearch"].clone();
        assert_eq!(answer["queries"], json!([{ "text": "linen shirt" }]), "{}", shop.name);
        assert_eq!(answer["products"].as_array().unwrap().len(), 3, "{}", shop.name);
        let answer = shop.ask(query, json!({ "q": "pick" })).await["data"]["predictiveSearch"].clone();
        assert_eq!(answer["collections"], json!([{ "slug": "picked" }]), "{}", shop.name);
        let answer = shop.ask(query, json!({ "q": "category 1" })).await["data"]["predictiveSearch"].clone();
        assert_eq!(answer["categories"].as_array().unwrap().len(), 3, "{}", shop.name);
        let nothing = shop.ask(query, json!({ "q": "!" })).await["data"]["predictiveSearch"].clone();
        assert_eq!(nothing["products"], Value::Array(vec![]));
    }
}
