//! Filters keep what they say, and facets count what filters would keep: compared with a count by hand.
use crate::shop::{PRODUCTS, Shop, product, size_facet};
use serde_json::{Value, json};
use tradewind_domain::product::Product;

fn products() -> Vec<Product> {
    (1..=PRODUCTS).map(product).collect()
}

fn min_price(product: &Product) -> i64 {
    product
        .variants
        .iter()
        .flat_map(|variant| &variant.prices)
        .filter(|price| price.channel_id == crate::shop::id(1, 1))
        .map(|price| price.amount)
        .min()
        .unwrap()
}

fn facet<'a>(connection: &'a Value, key: &str) -> &'a Value {
    connection["facets"]
        .as_array()
        .unwrap()
        .iter()
        .find(|facet| facet["key"] == key)
        .unwrap_or_else(|| panic!("no facet {key}"))
}

fn counted(connection: &Value, key: &str, value: &str) -> u64 {
    let values = facet(connection, key)["values"].as_array().unwrap();
    values.iter().find(|entry| entry["value"] == value).map_or(0, |entry| entry["count"].as_u64().unwrap())
}

const LIST: &str = "query($f: ProductFilter) { products(first: 100, filter: $f) { totalCount nodes { slug vendor }
    facets { key label kind values { value label count selected input } range { min max histogram { from to count } } } } }";

#[tokio::test]
async fn filters_keep_what_they_say() {
    let all = products();
    let count = |test: &dyn Fn(&Product) -> bool| all.iter().filter(|product| test(product)).count();
    let below_3 =
        |product: &Product| [7, 8].map(|number| Some(crate::shop::id(3, number))).contains(&product.category_id);
    let cases: Vec<(Value, usize)> = vec![
        (json!({}), all.len()),
        (json!({ "vendor": ["Vendor 1"] }), count(&|product| product.vendor == "Vendor 1")),
        (
            json!({ "vendor": "Vendor 1", "productType": ["Type 0", "Type 1"] }),
            count(&|product| product.vendor == "Vendor 1" && product.product_type != "Type 2"),
        ),
        (
            json!({ "tags": ["tag-1", "tag-2"] }),
            count(&|product| product.tags.iter().any(|tag| tag == "tag-1" || tag == "tag-2")),
        ),
        (json!({ "category": ["category-3"] }), count(&below_3)),
        (
            json!({ "category": ["category-3", "category-4"], "inStock": true }),
            count(&|product| {
                product.category_id.is_some_and(|id| (7..=10).any(|n| id == crate::shop::id(3, n)))
                    && product.variants[0].stock[0].on_hand > 0
            }),
        ),
        (json!({ "collection": ["picked"] }), count(&|product| product.slug.ends_with('3'))),
        (
            json!({ "collection": ["rules"], "category": "category-3" }),
            count(&|product| product.tags[0] == "tag-1" && below_3(product)),
        ),
        (json!({ "category": ["no-such-category"] }), 0),
        (json!({ "inStock": false }), count(&|product| product.variants[0].stock[0].on_hand == 0)),
        (
            json!({ "price": { "min": "20.00", "max": "30" } }),
            count(&|product| (2000..=3000).contains(&min_price(product))),
        ),
        (json!({ "options": [{ "name": "SIZE", "values": ["S1", "S9"] }] }), all.len()),
        (json!({ "options": [{ "name": "size", "values": ["S9"] }] }), 0),
    ];
    for shop in Shop::each().await {
        for (filter, expected) in &cases {
            let answer = shop.ask(LIST, json!({ "f": filter })).await;
            assert_eq!(answer["data"]["products"]["totalCount"], *expected, "{}: {filter}", shop.name);
        }
    }
}

#[tokio::test]
async fn facets_count_without_their_own_filter() {
    let all = products();
    for shop in Shop::each().await {
        let answer = shop.ask(LIST, json!({ "f": { "vendor": ["Vendor 1"], "tags": ["tag-1"] } })).await;
        let list = &answer["data"]["products"];
        for number in 0..7 {
            let vendor = format!("Vendor {number}");
            let expected =
                all.iter().filter(|product| product.vendor == vendor && product.tags[0] == "tag-1").count() as u64;
            assert_eq!(counted(list, "vendor", &vendor), expected, "{}: {vendor}", shop.name);
        }
        for number in 0..5 {
            let tag = format!("tag-{number}");
            let expected =
                all.iter().filter(|product| product.vendor == "Vendor 1" && product.tags[0] == tag).count() as u64;
            assert_eq!(counted(list, "tags", &tag), expected, "{}: {tag}", shop.name);
        }
        let both =
            all.iter().filter(|product| product.vendor == "Vendor 1" && product.tags[0] == "tag-1").count() as u64;
        assert_eq!(counted(list, &size_facet(), "S1"), both, "{}", shop.name);
        let prices = &facet(list, "price")["range"];
        let histogram: u64 =
            prices["histogram"].as_array().unwrap().iter().map(|bucket| bucket["count"].as_u64().unwrap()).sum();
        assert_eq!(histogram, both, "{}", shop.name);
        let root = all
            .iter()
            .filter(|product| {
                product.vendor == "Vendor 1"
                    && product.tags[0] == "tag-1"
                    && product.category_id.is_some_and(|id| (7..=10).any(|n| id == crate::shop::id(3, n)))
            })
            .count() as u64;
        assert_eq!(counted(list, "category", "category-1"), root, "{}: descendants count", shop.name);
    }
}

#[tokio::test]
async fn a_facet_input_narrows_the_list_to_its_count() {
    for shop in Shop::each().await {
        let whole = shop.ask(LIST, json!({ "f": {} })).await;
        for facet in whole["data"]["products"]["facets"].as_array().unwrap() {
            for value in facet["values"].as_array().unwrap() {
                let narrowed = shop.ask(LIST, json!({ "f": value["input"] })).await;
                let list = &narrowed["data"]["products"];
                assert_eq!(list["totalCount"], value["count"], "{}: {} {}", shop.name, facet["key"], value["value"]);
                let same =
                    list["facets"].as_array().unwrap().iter().find(|other| other["key"] == facet["key"]).unwrap();
                let selected = same["values"].as_array().unwrap().iter().filter(|other| other["selected"] == true);
                assert!(selected.count() <= 1);
            }
        }
    }
}
