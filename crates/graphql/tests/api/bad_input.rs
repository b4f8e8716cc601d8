//! Bad input gets a clear error with a code; nothing of the database, of Rust or of serde shows.
use crate::shop::Shop;
use serde_json::{Value, json};
use tradewind_domain::global_id::{GlobalId, NodeKind};

#[tokio::test]
async fn every_refusal_has_its_code_and_names_the_way_out() {
    let review = GlobalId::encode(NodeKind::Review, crate::shop::id(8, 1));
    let deep = format!("{{ {} id {} }}", "categories { children { ".repeat(10), "} }".repeat(10));
    let aliases: String = (0..100).map(|n| format!("a{n}: channel {{ id }} ")).collect();
    let cases: Vec<(String, Value, &str, &str)> = vec![
        ("{".into(), json!({}), "GRAPHQL_PARSE_FAILED", ""),
        ("{ nope }".into(), json!({}), "GRAPHQL_VALIDATION_FAILED", "nope"),
        ("{ products(sort: CHEAPEST) { totalCount } }".into(), json!({}), "GRAPHQL_VALIDATION_FAILED", "CHEAPEST"),
        ("query($s: ProductSort) { products(sort: $s) { totalCount } }".into(), json!({ "s": "CHEAPEST" }), "BAD_USER_INPUT", "`$s` is \"CHEAPEST\""),
        ("query($n: Int!) { products(first: $n) { totalCount } }".into(), json!({}), "BAD_USER_INPUT", "`$n` is missing"),
        ("query($n: Int!) { products(first: $n) { totalCount } }".into(), json!({ "n": "x" }), "BAD_USER_INPUT", "`$n` is \"x\", but must be `Int`"),
        ("query($n: Int = 5) { predictiveSearch(query: \"a\", limit: $n) { queries { text } } }".into(), json!({ "n": null }), "BAD_USER_INPUT", ""),
        ("query($f: ProductFilter) { products(filter: $f) { totalCount } }".into(), json!({ "f": { "price": { "min": [] } } }), "BAD_USER_INPUT", "`$f.price.min` is []"),
        ("{ ...a } fragment a on Query { ...a ...a }".into(), json!({}), "GRAPHQL_VALIDATION_FAILED", "`a` spreads itself"),
        ("{ products(first: 101) { totalCount } }".into(), json!({}), "BAD_USER_INPUT", "`first` is 101"),
        ("{ products(first: 0) { totalCount } }".into(), json!({}), "BAD_USER_INPUT", "1 to 100"),
        ("{ products(last: -5) { totalCount } }".into(), json!({}), "BAD_USER_INPUT", "`last` is -5"),
        ("{ products(first: 1, last: 1) { totalCount } }".into(), json!({}), "BAD_USER_INPUT", "`first` and `last`"),
        ("{ products(after: \"abc\") { totalCount } }".into(), json!({}), "BAD_CURSOR", "`after`"),
        ("{ product { id } }".into(), json!({}), "BAD_USER_INPUT", "exactly one"),
        ("{ product(id: \"x\") { id } }".into(), json!({}), "BAD_USER_INPUT", "`id`"),
        ("query($id: ID) { product(id: $id) { id } }".into(), json!({ "id": review }), "BAD_USER_INPUT", "a Review"),
        ("{ node(id: \"UHJvZHVjdDox\") { id } }".into(), json!({}), "BAD_USER_INPUT", "`id`"),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }".into(), json!({ "ids": vec!["a"; 101] }), "BAD_USER_INPUT", "101"),
        ("{ products(filter: { price: { min: \"1.299,00\" } }) { totalCount } }".into(), json!({}), "BAD_USER_INPUT", "filter.price.min"),
        ("{ products(filter: { price: { min: \"5\", max: \"4\" } }) { totalCount } }".into(), json!({}), "BAD_USER_INPUT", "swap"),
        ("{ products(filter: { rating: { min: 6 } }) { totalCount } }".into(), json!({}), "BAD_USER_INPUT", "filter.rating.min"),
        ("query($v: [String!]) { products(filter: { vendor: $v }) { totalCount } }".into(), json!({ "v": (0..51).map(|n| n.to_string()).collect::<Vec<_>>() }), "BAD_USER_INPUT", "filter.vendor"),
        ("{ predictiveSearch(query: \"a\", limit: 21) { queries { text } } }".into(), json!({}), "BAD_USER_INPUT", "`limit` is 21"),
        (format!("{{ products(search: \"{}\") {{ totalCount }} }}", "a".repeat(201)), json!({}), "BAD_USER_INPUT", "200"),
        (deep, json!({}), "QUERY_TOO_COSTLY", "depth"),
        (format!("{{ {aliases} }}"), json!({}), "QUERY_TOO_COSTLY", ""),
        ("{ products(first: 100) { nodes { variants(first: 100) { nodes { product { variants(first: 100) { nodes { id } } } } } } } }".into(), json!({}), "QUERY_TOO_COSTLY", "cost"),
        (format!("{{ a(b: {}", "[".repeat(5000)), json!({}), "QUERY_TOO_COSTLY", "brackets"),
        (format!("{{ {} }}", "a ".repeat(6000)), json!({}), "QUERY_TOO_COSTLY", "tokens"),
        ("mutation { x }".into(), json!({}), "", ""),
        ("query A { channel { id } } query B { channel { id } }".into(), json!({}), "GRAPHQL_VALIDATION_FAILED", "operationName"),
    ];
    for shop in Shop::each().await {
        for (query, variables, code, part) in &cases {
            let (got, message) = shop.refused(query, variables.clone()).await;
            let shown: String = query.chars().take(80).collect();
            assert!(code.is_empty() || got == *code, "{}: {shown}: {got} {message}", shop.name);
            assert_ne!(got, "none", "{}: {shown}: {message}", shop.name);
            assert_ne!(got, "INTERNAL", "{}: {shown}: {message}", shop.name);
            assert!(message.contains(part), "{}: {shown}: `{message}` should contain `{part}`", shop.name);
            for inside in ["SELECT", "sqlx", "serde", "line 1 column", "panicked"] {
                assert!(!message.contains(inside), "{}: {shown}: {message}", shop.name);
            }
        }
    }
}

/// A document is validated when it is read; nothing of that may get lost for the requests that come after.
#[tokio::test]
async fn a_known_document_is_refused_as_a_new_one_is() {
    let shop = &Shop::each().await[0];
    let two = "query A($n: Int) { products(first: $n) { totalCount } } query B { nope }";
    let one = "query A($n: Int) { products(first: $n) { totalCount } }";
    for _ in 0..3 {
        for name in ["A", "B"] {
            let outcome = shop.execute_named(two, json!({}), Some(name)).await;
            assert_eq!(outcome.error_code, Some("GRAPHQL_VALIDATION_FAILED"), "{name}");
            assert!(!outcome.executed);
        }
        assert_eq!(shop.execute_named(one, json!({ "n": 2 }), Some("A")).await.error_code, None);
        let outcome = shop.execute_named(one, json!({ "n": 2.5 }), Some("A")).await;
        assert_eq!((outcome.error_code, outcome.executed), (Some("BAD_USER_INPUT"), false));
        let outcome = shop.execute_named(one, json!({ "n": 200 }), Some("A")).await;
        assert_eq!((outcome.error_code, outcome.executed), (Some("BAD_USER_INPUT"), true));
    }
}

#[tokio::test]
async fn an_unknown_channel_is_refused_with_the_known_ones() {
    for shop in Shop::each().await {
        let outcome = shop.execute("{ channel { code } }", json!({}), Some("mars")).await;
        assert!(!outcome.executed);
        assert_eq!(outcome.error_code, Some("BAD_USER_INPUT"));
        assert!(
            outcome.response.errors[0].message.contains("`mars`: use one of default, eu"),
            "{:?}",
            outcome.response.errors
        );
    }
}

#[tokio::test]
async fn a_database_that_is_gone_is_unavailable_and_says_nothing_more() {
    for shop in Shop::each().await {
        shop.db.close().await;
        let outcome = shop.execute("{ products { nodes { id } } }", json!({}), None).await;
        assert_eq!(outcome.error_code, Some("UNAVAILABLE"), "{}: {:?}", shop.name, outcome.response.errors);
        assert!(!outcome.response.errors[0].message.to_lowercase().contains("pool"));
    }
}
