//! How many statements buying makes: equalities, for 1, 10 and 50 lines, and for 1, 10 and 50 orders. The table is
//! published in docs/statements.md, which this test compares.
use crate::{
    buying::{create, offer_shipping, pay, ready},
    people::Person,
    shop::Shop,
};
use serde_json::{Value, json};
use tradewind_domain::staff::BuiltInRole;

/// Name, statements on PostgreSQL, statements on SQLite.
const CORPUS: [(&str, usize, usize); 7] = [
    ("cart", 8, 8),
    ("add lines to a cart", 13, 13),
    ("start a checkout", 13, 16),
    ("pay and get the order", 68, 66),
    ("order history", 6, 6),
    ("orders, for staff", 7, 7),
    ("take stock in, for staff", 17, 16),
];

const CART: &str = "query($cart: CartAccessInput!) { cart(cart: $cart) { totalQuantity
    lines { quantity unitPrice { amount } total { amount } product { title } variant { sku } }
    bill { subtotal { amount } tax { amount } total { amount } } warnings { code } } }";
const ADD: &str = "mutation($cart: CartAccessInput!, $lines: [CartLineInput!]!) { cartLinesAdd(cart: $cart, lines: $lines) {
    cart { totalQuantity lines { total { amount } product { title } variant { sku } } bill { total { amount } } } userErrors { code message } } }";
const START: &str = "mutation($cart: CartAccessInput!) { checkoutStart(cart: $cart) { token checkout { expiresAt
    lines { sku quantity } bill { total { amount } } } userErrors { code message } } }";
const HISTORY: &str = "query($n: Int) { customer { orders(first: $n) { nodes { number status total { amount }
    lines { title quantity total { amount } variant { sku } product { slug } } fulfilments { id } } } } }";
const MANAGED: &str = "query($n: Int) { managedOrders(first: $n) { nodes { number customerId
    lines { title variant { sku } product { slug } } payments { status } history { kind actorId } } } }";
const TAKE_IN: &str = "mutation($inputs: [StockAdjustInput!]!) { stockAdjust(inputs: $inputs, kind: RECEIVE) {
    stock { available } userErrors { code message } } }";

/// What a request made, and its answer.
async fn counted(person: &Person<'_>, query: &str, variables: Value) -> (usize, Value) {
    let outcome = person.send(query, variables).await;
    let answer = crate::shop::answer(&outcome);
    assert!(answer.get("errors").is_none() && !answer.to_string().contains("\"code\":"), "{query}: {answer}");
    (outcome.statements, answer["data"].clone())
}

/// A number that must not depend on how many there are.
#[derive(Default)]
struct Same(Vec<(&'static str, Vec<usize>)>);

impl Same {
    fn note(&mut self, name: &'static str, statements: usize) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, all)) => all.push(statements),
            None => self.0.push((name, vec![statements])),
        }
    }
}

/// Variants of as many products.
async fn variants(person: &Person<'_>, count: usize) -> Vec<Value> {
    let query = "{ products(first: 60, sort: TITLE) { nodes { variants(first: 1) { nodes { id } } } } }";
    let found = person.ask(query, json!({})).await;
    let nodes = found["products"]["nodes"].as_array().unwrap();
    let ids: Vec<_> =
        nodes.iter().map(|it| it["variants"]["nodes"][0]["id"].clone()).filter(Value::is_string).collect();
    assert!(ids.len() >= count, "{}", ids.len());
    ids[..count].to_vec()
}

fn lines(variants: &[Value]) -> Value {
    variants.iter().map(|id| json!({ "variantId": id, "quantity": 1 })).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buying_makes_its_number_of_statements() {
    for shop in Shop::each().await {
        offer_shipping(&shop).await;
        let ada = Person::customer(&shop, &shop.engine, "ada@example.com").await;
        let staff = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let all = variants(&ada, 50).await;
        let mut same = Same::default();
        let warehouse = staff.ask("{ product(slug: \"product-7\") { variants(first: 1) { nodes { stockLevels { warehouse { id } } } } } }", json!({})).await;
        let warehouse = warehouse["product"]["variants"]["nodes"][0]["stockLevels"][0]["warehouse"]["id"].clone();
        for count in [1, 10, 50] {
            let inputs: Vec<_> = all[..count]
                .iter()
                .map(|id| json!({ "variantId": id, "warehouseId": warehouse, "delta": 200 }))
                .collect();
            same.note("take stock in, for staff", counted(&staff, TAKE_IN, json!({ "inputs": inputs })).await.0);
        }
        for count in [1, 10, 50] {
            let guest = Person::new(&shop, &shop.engine);
            let (cart, _) = create(&guest, json!([])).await;
            let added = counted(&guest, ADD, json!({ "cart": cart, "lines": lines(&all[..count]) })).await;
            assert_eq!(added.1["cartLinesAdd"]["cart"]["totalQuantity"], count);
            same.note("add lines to a cart", added.0);
            same.note("cart", counted(&guest, CART, json!({ "cart": cart })).await.0);
            same.note("start a checkout", counted(&guest, START, json!({ "cart": cart })).await.0);
            let token = ready(&guest, &cart, "eve@example.com").await;
            let document = crate::buying::pay_document();
            let input = json!({ "token": token, "input": { "gateway": "test", "method": "approve" } });
            let outcome = guest.send(&document, input).await;
            assert!(crate::shop::answer(&outcome)["data"]["checkoutPay"]["order"].is_object());
            same.note("pay and get the order", outcome.statements);
        }
        let mut placed = 0;
        for count in [1, 10, 50] {
            while placed < count {
                let (cart, _) = create(&ada, lines(&all[..10])).await;
                let own = json!({ "id": cart["id"] });
                let token = ready(&ada, &own, "ada@example.com").await;
                assert_eq!(pay(&ada, &token, "approve").await["status"], "CAPTURED");
                placed += 1;
            }
            let (statements, history) = counted(&ada, HISTORY, json!({ "n": count })).await;
            let orders = history["customer"]["orders"]["nodes"].as_array().unwrap();
            assert_eq!((orders.len(), orders[0]["lines"].as_array().unwrap().len()), (count, 10));
            same.note("order history", statements);
            same.note("orders, for staff", counted(&staff, MANAGED, json!({ "n": count })).await.0);
        }
        let column = usize::from(shop.name == "SQLite");
        for (name, counts) in same.0 {
            let (_, postgres, sqlite) = CORPUS.iter().find(|(known, ..)| *known == name).unwrap();
            let expected = [*postgres, *sqlite][column];
            assert_eq!(counts, [expected; 3], "{}: {name}", shop.name);
        }
    }
}

#[test]
fn the_published_table_is_true() {
    let row = |(name, postgres, sqlite): &(&str, usize, usize)| format!("| {name} | {postgres} | {sqlite} |\n");
    let table: String = CORPUS.iter().map(row).collect();
    let docs = include_str!("../../../../docs/statements.md");
    assert!(docs.contains(&table), "docs/statements.md must have these rows:\n{table}");
}
