//! Stock over the transports and through several servers.
use crate::{
    socket_client::Socket,
    support::{TestServer, filled},
};
use serde_json::{Value, json};
use tradewind_testkit::{Backend, TestDb};

const WATCH: &str = "subscription($ids: [ID!]!) { inventoryChanged(variantIds: $ids) { inventory { available } } }";
const VARIANTS: &str = "{ products(first: 10) { nodes { variants(first: 10) { nodes { id quantityAvailable } } } } }";
const CREATE: &str = "mutation($lines: [CartLineInput!]) { cartCreate(input: { lines: $lines }) {
    token cart { id } userErrors { code } } }";
const START: &str =
    "mutation($cart: CartAccessInput!) { checkoutStart(cart: $cart) { token userErrors { code message } } }";
const CANCEL: &str = "mutation($token: String!) { checkoutCancel(token: $token) { userErrors { code } } }";

async fn ask(server: &TestServer, query: &str, variables: Value) -> Value {
    let response = server.post_json(&json!({ "query": query, "variables": variables })).await;
    let mut answer: Value = response.json().await.expect("JSON");
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].take()
}

/// A variant with some units.
async fn variant(server: &TestServer) -> (Value, i64) {
    let shown = ask(server, VARIANTS, json!({})).await;
    let products = shown["products"]["nodes"].as_array().expect("products").iter();
    let mut variants = products.flat_map(|product| product["variants"]["nodes"].as_array().expect("variants"));
    let units = |variant: &Value| variant["quantityAvailable"].as_i64().unwrap_or(0);
    let found = variants.find(|variant| units(variant) >= 3).expect("one of them");
    (found["id"].clone(), units(found))
}

/// What the next event says that can be had.
async fn available(socket: &mut Socket) -> i64 {
    let told = socket.receive().await;
    let changes = told["payload"]["data"]["inventoryChanged"].as_array().unwrap_or_else(|| panic!("{told}"));
    let [change] = &changes[..] else { panic!("{told}") };
    change["inventory"]["available"].as_i64().expect("a figure")
}

#[tokio::test]
async fn what_one_server_holds_every_server_tells() {
    for data in TestDb::each().await {
        let data = filled(data).await;
        let settings = [("DATABASE_URL", data.url())];
        let here = TestServer::start(&settings).await;
        // On SQLite there is one process.
        let there = match data.backend() {
            Backend::Postgres => Some(TestServer::start(&settings).await),
            Backend::Sqlite => None,
        };
        let listener = there.as_ref().unwrap_or(&here);
        if data.backend() == Backend::Postgres {
            listener.db.stock_changes().followed().await;
        }
        let (id, units) = variant(&here).await;
        let mut socket = Socket::ready(listener).await;
        let payload = json!({ "query": WATCH, "variables": { "ids": [id] } });
        socket.send(json!({ "id": "1", "type": "subscribe", "payload": payload })).await;
        assert_eq!(available(&mut socket).await, units, "{}", data.backend());
        let created = ask(&here, CREATE, json!({ "lines": [{ "variantId": id, "quantity": 2 }] })).await;
        let cart = json!({ "id": created["cartCreate"]["cart"]["id"], "token": created["cartCreate"]["token"] });
        let started = ask(&here, START, json!({ "cart": cart })).await;
        assert_eq!(started["checkoutStart"]["userErrors"], json!([]), "{started}");
        assert_eq!(available(&mut socket).await, units - 2, "{}", data.backend());
        ask(&here, CANCEL, json!({ "token": started["checkoutStart"]["token"] })).await;
        assert_eq!(available(&mut socket).await, units, "{}", data.backend());
        for server in [Some(here), there].into_iter().flatten() {
            server.stop().await;
        }
    }
}
