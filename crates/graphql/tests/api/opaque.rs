//! Cursors and ids that nobody made here: one code, the argument, and no word of what reads them.
use crate::shop::{Shop, answer};
use serde_json::{Value, json};
use tradewind_domain::global_id::{GlobalId, NodeKind};

/// Words of the crates that read base64, UUIDs, times, JSON and Rust's own debug form.
const INSIDE: [&str; 12] =
    ["base64", "Invalid", "symbol", "uuid", "Uuid", "UTF-8", "utf-8", "line 1", "expected", "Err(", "None", "chrono"];

fn wrong_texts() -> Vec<String> {
    let id = GlobalId::encode(NodeKind::Product, crate::shop::id(1, 1));
    let mut texts: Vec<String> = [
        "",
        " ",
        "a",
        "abc",
        "null",
        "0",
        "-1",
        "%00",
        "\u{0}",
        "\u{feff}",
        "ä",
        "🦀",
        "Product:1",
        "====",
        "AA==",
        "+/+/",
        "_-_-",
        "eyJhIjoxfQ",
        "bnVsbA",
        "UHJvZHVjdDo",
        "UHJvZHVjdA",
        "OjEyMw",
        "Li4vLi4vZXRjL3Bhc3N3ZA",
        "{}",
        "[1]",
        "1; DROP TABLE x",
    ]
    .map(str::to_owned)
    .to_vec();
    // Cut, lengthened, in other letters, with a letter changed at each of some places.
    texts.extend((1..id.len()).step_by(7).map(|end| id[..end].to_owned()));
    texts.extend([
        format!("{id}="),
        format!("{id} "),
        format!(" {id}"),
        id.to_lowercase(),
        id.to_uppercase(),
        id.repeat(2),
    ]);
    texts.extend((0..id.len()).step_by(9).map(|at| format!("{}*{}", &id[..at], &id[at + 1..])));
    texts.push("A".repeat(100_000));
    texts
}

#[tokio::test]
async fn wrong_cursors_and_ids_are_named_with_their_place() {
    let shop = &Shop::each().await[0];
    let cases = [
        ("query($t: String) { products(first: 1, after: $t) { nodes { id } } }", "BAD_CURSOR", "`after`", "products"),
        ("query($t: String) { products(last: 1, before: $t) { nodes { id } } }", "BAD_CURSOR", "`before`", "products"),
        (
            "query($t: String) { collections(first: 1, after: $t) { nodes { id } } }",
            "BAD_CURSOR",
            "`after`",
            "collections",
        ),
        (
            "query($t: String) { products(first: 1) { nodes { variants(after: $t) { nodes { id } } } } }",
            "BAD_CURSOR",
            "`after`",
            "products.nodes.0.variants",
        ),
        (
            "query($t: String) { products(first: 1) { nodes { reviews(after: $t) { nodes { id } } } } }",
            "BAD_CURSOR",
            "`after`",
            "products.nodes.0.reviews",
        ),
        ("query($t: ID!) { node(id: $t) { id } }", "BAD_USER_INPUT", "`id`", "node"),
        ("query($t: ID!) { nodes(ids: [$t]) { id } }", "BAD_USER_INPUT", "`ids[0]`", "nodes"),
        ("query($t: ID!) { product(id: $t) { id } }", "BAD_USER_INPUT", "`id`", "product"),
        ("query($t: ID!) { category(id: $t) { id } }", "BAD_USER_INPUT", "`id`", "category"),
        ("query($t: ID!) { collection(id: $t) { id } }", "BAD_USER_INPUT", "`id`", "collection"),
    ];
    for (query, code, place, path) in cases {
        for text in wrong_texts() {
            let shown: String = text.chars().take(40).collect();
            let outcome = shop.execute(query, json!({ "t": text }), None).await;
            let answer = answer(&outcome);
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["code"], code, "{query}: {shown:?}: {error}");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains(place) && message.len() < 400, "{query}: {shown:?}: {message}");
            let own = message.replace(&text, "");
            assert!(INSIDE.iter().all(|word| !own.contains(word)), "{query}: {shown:?}: {message}");
            let segments = error["path"].as_array().unwrap().iter();
            let segments = segments.map(|segment| segment.as_str().map_or_else(|| segment.to_string(), str::to_owned));
            assert_eq!(segments.collect::<Vec<_>>().join("."), path, "{query}: {shown:?}");
        }
    }
}

#[tokio::test]
async fn wrong_amounts_are_named_with_their_place() {
    let shop = &Shop::each().await[0];
    let query = "query($t: Decimal) { products(filter: { price: { min: $t } }) { totalCount } }";
    let nines = "9".repeat(5_000);
    let values: [Value; 14] = [
        json!(""),
        json!(" "),
        json!("x"),
        json!("-1"),
        json!(-1),
        json!("1e3"),
        json!("0x10"),
        json!("1.2.3"),
        json!("1,5"),
        json!("NaN"),
        json!("Infinity"),
        json!(1e300),
        json!("1.23456"),
        json!(nines),
    ];
    for value in values {
        let outcome = shop.execute(query, json!({ "t": value }), None).await;
        let message = &outcome.response.errors[0].message;
        assert_eq!(outcome.error_code, Some("BAD_USER_INPUT"), "{value}: {message}");
        assert!(message.contains("`filter.price.min`") && message.len() < 400, "{value}: {message}");
        assert!(INSIDE.iter().all(|word| !message.contains(word)) || value == json!("Infinity"), "{value}: {message}");
    }
}
