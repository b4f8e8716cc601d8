//! What subscribers are told.
use crate::shop::{Shop, answer, default_channel, id, now, product};
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    product::{Product, ProductStatus},
};
use tradewind_graphql::{EventStream, GraphqlRequest, Outcome, RequestContext};
use tradewind_persistence::write;

pub fn at(now: DateTime<Utc>, channel: Option<&str>) -> RequestContext {
    RequestContext {
        channel: channel.map(Into::into),
        cost: false,
        explain: true,
        caller: std::sync::Arc::default(),
        queries_only: true,
        whole: true,
        now,
        request_id: "test".into(),
        trace_id: "trace".into(),
    }
}

pub fn request(query: &str, variables: Value) -> GraphqlRequest {
    GraphqlRequest { query: query.into(), operation_name: None, variables }
}

async fn begin(shop: &Shop, request: GraphqlRequest, context: &RequestContext) -> Result<EventStream, Box<Outcome>> {
    let prepared = shop.engine.prepare(request, context)?;
    shop.engine.subscribe(prepared, context).await
}

async fn subscribe(shop: &Shop, query: &str, variables: Value) -> EventStream {
    match begin(shop, request(query, variables), &at(now(), None)).await {
        Ok(stream) => stream,
        Err(refused) => panic!("{}: {query}: {:?}", shop.name, refused.response.errors),
    }
}

/// The next event that is told, as the client gets it.
async fn next(stream: &mut EventStream, context: &RequestContext) -> Value {
    answer(&outcome(stream, context).await)
}

pub async fn outcome(stream: &mut EventStream, context: &RequestContext) -> Outcome {
    loop {
        let event = stream.changed(context).await.unwrap();
        if let Some(outcome) = stream.execute(event, context).await {
            assert!(outcome.executed && outcome.operation_type == "subscription");
            return outcome;
        }
    }
}

fn global(number: u32) -> String {
    GlobalId::encode(NodeKind::Product, id(4, number))
}

fn titled(number: u32, title: &str) -> Product {
    Product { title: title.into(), ..product(number) }
}

const IDS: &str = "subscription($ids: [ID!]) { productChanged(ids: $ids) { product { title } productId } }";

#[tokio::test]
async fn an_event_is_one_query_of_the_product_as_it_is_now() {
    let query = "subscription S($ids: [ID!]) { changed: productChanged(ids: $ids) {
        product { variants(first: 2) { nodes { sku stockLevels { available } } } title reviews(first: 1) { nodes { title } } }
        productId } }";
    for shop in Shop::each().await {
        let mut stream = subscribe(&shop, query, json!({ "ids": [global(1), global(2)] })).await;
        assert_eq!(stream.operation_name(), Some("S"));
        for title in ["Once", "Twice"] {
            // Nobody asked for the first.
            shop.save(&[product(3), titled(2, title)]).await;
            let outcome = outcome(&mut stream, &at(now(), None)).await;
            let told = answer(&outcome);
            let mut text = Vec::new();
            outcome.write_json(&mut text);
            let text = String::from_utf8(text).unwrap();
            let changed = &told["data"]["changed"];
            assert_eq!(changed["productId"], global(2), "{}", shop.name);
            assert_eq!(changed["product"]["title"], title);
            assert_eq!(changed["product"]["variants"]["nodes"][1]["sku"], "SKU-2-2");
            // The order of the query.
            let places =
                ["\"variants\"", "\"title\"", "\"reviews\"", "\"productId\""].map(|key| text.find(key).unwrap());
            assert!(places.is_sorted(), "{text}");
            // The product, variants and reviews side by side, the stock: each once, whatever the event before knew.
            assert_eq!(told["extensions"]["explain"]["statements"], 4, "{}: {told}", shop.name);
        }
    }
}

#[tokio::test]
async fn what_a_channel_does_not_show_is_told_to_those_who_named_it() {
    for shop in Shop::each().await {
        let context = at(now(), None);
        let mut all = subscribe(&shop, IDS, json!({})).await;
        let mut named = subscribe(&shop, IDS, json!({ "ids": [global(2)] })).await;
        let draft = |number| Product { status: ProductStatus::Draft, ..product(number) };
        shop.save(&[draft(2)]).await;
        let told = next(&mut named, &context).await;
        assert_eq!(told["data"], json!({ "productChanged": { "product": null, "productId": global(2) } }));
        let tx = shop.db.begin_write().await.unwrap();
        write::delete_products(&tx, &[id(4, 2)]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(next(&mut named, &context).await["data"]["productChanged"]["product"], Value::Null);
        // A draft of which nobody knows is changed first.
        shop.save(&[draft(901)]).await;
        shop.save(&[titled(5, "Shown")]).await;
        let told = next(&mut all, &context).await;
        assert_eq!(told["data"]["productChanged"]["product"]["title"], "Shown", "{}", shop.name);
    }
}

#[tokio::test]
async fn a_slow_client_gets_the_last_of_several_changes() {
    for shop in Shop::each().await {
        let mut stream = subscribe(&shop, IDS, json!({})).await;
        for title in ["One", "Two", "Three"] {
            shop.save(&[titled(1, title), titled(2, title)]).await;
        }
        for number in [1, 2] {
            let told = next(&mut stream, &at(now(), None)).await;
            let expected = json!({ "product": { "title": "Three" }, "productId": global(number) });
            assert_eq!(told["data"]["productChanged"], expected, "{}", shop.name);
        }
    }
}

#[tokio::test]
async fn an_event_has_its_own_time_and_channel() {
    for shop in Shop::each().await {
        let mut stream = subscribe(&shop, IDS, json!({ "ids": [global(903)] })).await;
        for (days, expected) in [(0, Value::Null), (2, json!({ "title": "Tomorrow" }))] {
            let mut tomorrow = titled(903, "Tomorrow");
            tomorrow.publications.truncate(1);
            tomorrow.publications[0].published_at = now() + Duration::days(1);
            shop.save(&[tomorrow]).await;
            let told = next(&mut stream, &at(now() + Duration::days(days), None)).await;
            assert_eq!(told["data"]["productChanged"]["product"], expected, "{}", shop.name);
        }
    }
}

#[tokio::test]
async fn a_failure_within_an_event_is_told_and_the_stream_goes_on() {
    for shop in Shop::each().await {
        let query = "subscription { productChanged { product { title reviews(first: 1) { nodes { title } } } } }";
        let mut stream = subscribe(&shop, query, json!({})).await;
        shop.save(&[product(1)]).await;
        shop.sabotage("ALTER TABLE reviews RENAME TO elsewhere").await;
        let told = next(&mut stream, &at(now(), None)).await;
        assert_eq!(told["errors"][0]["extensions"]["code"], "INTERNAL", "{}: {told}", shop.name);
        assert_eq!(told["errors"][0]["path"].as_array().unwrap()[..2], ["productChanged", "product"], "{told}");
        assert!(told["data"]["productChanged"]["product"].is_null(), "{told}");
        shop.sabotage("ALTER TABLE elsewhere RENAME TO reviews").await;
        shop.save(&[product(1)]).await;
        let told = next(&mut stream, &at(now(), None)).await;
        assert!(told.get("errors").is_none(), "{}: {told}", shop.name);
    }
}

#[tokio::test]
async fn what_cannot_be_subscribed_to_is_refused_before_it_begins() {
    let shop = Shop::each().await.remove(0);
    let many: Vec<String> = (0..101).map(global).collect();
    let channel = GlobalId::encode(NodeKind::Channel, default_channel().id);
    for (query, variables, code, text) in [
        ("subscription {", json!({}), "GRAPHQL_PARSE_FAILED", ""),
        ("subscription { nothing }", json!({}), "GRAPHQL_VALIDATION_FAILED", "nothing"),
        ("subscription { productChanged { nothing } }", json!({}), "GRAPHQL_VALIDATION_FAILED", "nothing"),
        ("subscription { __typename }", json!({}), "GRAPHQL_VALIDATION_FAILED", "exactly one field"),
        (
            "subscription { a: productChanged { productId } b: productChanged { productId } }",
            json!({}),
            "GRAPHQL_VALIDATION_FAILED",
            "exactly one field",
        ),
        (
            "subscription($x: Boolean!) { productChanged @include(if: $x) { productId } }",
            json!({ "x": true }),
            "GRAPHQL_VALIDATION_FAILED",
            "@skip and @include",
        ),
        (IDS, json!({ "ids": 7.5 }), "BAD_USER_INPUT", "ids"),
        (IDS, json!({ "ids": [] }), "BAD_USER_INPUT", "`ids` has 0 ids"),
        (IDS, json!({ "ids": many }), "BAD_USER_INPUT", "`ids` has 101 ids"),
        (IDS, json!({ "ids": ["x"] }), "BAD_USER_INPUT", "`ids`"),
        (IDS, json!({ "ids": [channel] }), "BAD_USER_INPUT", "is the id of a Channel"),
    ] {
        let refused = begin(&shop, request(query, variables.clone()), &at(now(), None)).await;
        let refused = *refused.err().unwrap_or_else(|| panic!("{query} {variables}"));
        assert_eq!(refused.error_code, Some(code), "{query} {variables}: {:?}", refused.response.errors);
        let told = answer(&refused);
        assert!(told.get("data").is_none() && told["errors"][0]["extensions"]["traceId"] == "trace", "{told}");
        assert!(told["errors"][0]["message"].as_str().unwrap().contains(text), "{told}");
    }
    let refused = begin(&shop, request(IDS, json!({})), &at(now(), Some("nowhere"))).await;
    assert_eq!(refused.err().unwrap().error_code, Some("BAD_USER_INPUT"));
    let refused = begin(&shop, request("{ __typename }", json!({})), &at(now(), None)).await;
    assert!(answer(&refused.err().unwrap()).to_string().contains("no subscription"));
    // Where only one answer fits, it says so.
    let (code, text) = shop.refused(IDS, json!({})).await;
    assert!(code == "BAD_USER_INPUT" && text.contains("text/event-stream"), "{code}: {text}");
}

#[tokio::test]
async fn the_root_field_may_stand_in_fragments() {
    let shop = Shop::each().await.remove(0);
    let query = "subscription A { ...Root } query B { __typename }
        fragment Root on Subscription { productChanged { productId ...Shown } productChanged { product { slug } } }
        fragment Shown on ProductChange { product { title } }";
    let mut named = request(query, json!({}));
    named.operation_name = Some("A".into());
    let mut stream = begin(&shop, named, &at(now(), None)).await.expect("a subscription");
    shop.save(&[titled(1, "Found")]).await;
    let told = next(&mut stream, &at(now(), None)).await;
    let expected = json!({ "productId": global(1), "product": { "title": "Found", "slug": "product-1" } });
    assert_eq!(told["data"]["productChanged"], expected);
}
