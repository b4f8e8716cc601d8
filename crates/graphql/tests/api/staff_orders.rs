//! Orders and stock in the hands of staff.
use crate::{
    buying::{create, offer_shipping, pay, ready, variant},
    people::Person,
    shop::{Shop, id},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    staff::BuiltInRole,
};
use tradewind_persistence::ledger::check_ledger;

const ORDER: &str = "order { id number status paymentStatus fulfilmentStatus returnStatus captured { amount } refunded { amount }
    lines { id quantity cancelled refunded } fulfilments { id status trackingNumber } returns { id status } history { kind actorId } }
    userErrors { code path message }";

/// A guest buys so many of a product: the order's id, its token, its line.
async fn buy(shop: &Shop, guest: &Person<'_>, slug: &str, quantity: i64) -> (Value, Value, Value) {
    let (variant_id, _) = variant(guest, slug).await;
    let (cart, _) = create(guest, json!([{ "variantId": variant_id, "quantity": quantity }])).await;
    let token = ready(guest, &cart, "ada@example.com").await;
    let paid = pay(guest, &token, "approve").await;
    assert_eq!(paid["userErrors"], json!([]), "{}: {paid}", shop.name);
    let order = &paid["order"];
    (order["id"].clone(), paid["orderToken"].clone(), order["lines"][0]["id"].clone())
}

async fn step(staff: &Person<'_>, field: &str, types: &str, variables: Value) -> Value {
    let arguments: Vec<_> = types.split(", ").map(|it| it.split(':').next().unwrap().trim_start_matches('$')).collect();
    let arguments: Vec<_> = arguments.iter().map(|name| format!("{name}: ${name}")).collect();
    let query = format!("mutation({types}) {{ {field}({}) {{ {ORDER} }} }}", arguments.join(", "));
    staff.ask(&query, variables).await[field].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_sent_comes_back_and_is_refunded() {
    for shop in Shop::each().await {
        offer_shipping(&shop).await;
        let guest = Person::new(&shop, &shop.engine);
        let staff = Person::staff(&shop, &shop.engine, BuiltInRole::Support).await;
        let (order, token, line) = buy(&shop, &guest, "product-7", 3).await;

        let none = step(
            &staff,
            "orderFulfil",
            "$orderId: ID!, $input: OrderFulfilInput!",
            json!({ "orderId": order, "input": { "lines": [{ "lineId": line, "quantity": 9 }] } }),
        )
        .await;
        assert_eq!(none["userErrors"][0]["code"], "TOO_MANY_UNITS", "{none}");
        let input =
            json!({ "lines": [{ "lineId": line, "quantity": 2 }], "carrier": "Post", "trackingNumber": "4711" });
        let sent = step(
            &staff,
            "orderFulfil",
            "$orderId: ID!, $input: OrderFulfilInput!",
            json!({ "orderId": order, "input": input }),
        )
        .await;
        assert_eq!(sent["userErrors"], json!([]), "{sent}");
        assert_eq!(sent["order"]["fulfilmentStatus"], "PARTIALLY_FULFILLED", "{sent}");
        let fulfilment = sent["order"]["fulfilments"][0]["id"].clone();
        let units = json!({ "orderId": order, "lines": [{ "lineId": line, "quantity": 1 }], "reason": "broken" });
        let cancelled =
            step(&staff, "orderUnitsCancel", "$orderId: ID!, $lines: [OrderUnitsInput!]!, $reason: String!", units)
                .await;
        assert_eq!(cancelled["order"]["lines"][0]["cancelled"], 1, "{cancelled}");
        let ids = json!({ "orderId": order, "fulfilmentId": fulfilment });
        let arrived = step(&staff, "orderFulfilmentDeliver", "$orderId: ID!, $fulfilmentId: ID!", ids).await;
        assert_eq!(arrived["order"]["fulfilments"][0]["status"], "DELIVERED", "{arrived}");

        let ask = "mutation($token: String!, $line: ID!) { orderReturnRequest(order: { token: $token }, lines: [{ lineId: $line, quantity: 1 }]) {
            order { returns { id } } userErrors { code } } }";
        let asked = guest.ask(ask, json!({ "token": token, "line": line })).await["orderReturnRequest"].take();
        let ids = json!({ "orderId": order, "returnId": asked["order"]["returns"][0]["id"] });
        let approved = step(&staff, "orderReturnApprove", "$orderId: ID!, $returnId: ID!", ids.clone()).await;
        assert_eq!(approved["order"]["returns"][0]["status"], "APPROVED", "{approved}");
        let mut back = ids.clone();
        back["restock"] = json!(true);
        let received =
            step(&staff, "orderReturnReceive", "$orderId: ID!, $returnId: ID!, $restock: Boolean!", back).await;
        assert_eq!(received["order"]["returns"][0]["status"], "RECEIVED", "{received}");
        let declined = step(&staff, "orderReturnDecline", "$orderId: ID!, $returnId: ID!", ids).await;
        assert_eq!(declined["userErrors"][0]["code"], "WRONG_STAGE", "{declined}");

        let refund = json!({ "orderId": order, "input": { "amount": "5.00", "reason": "goodwill" } });
        let refunded = step(&staff, "orderRefund", "$orderId: ID!, $input: OrderRefundInput!", refund).await;
        assert_eq!(refunded["order"]["refunded"]["amount"], "5.00", "{refunded}");
        let kinds: Vec<_> =
            refunded["order"]["history"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
        assert!(
            kinds.contains(&"fulfilled") && kinds.contains(&"refunded") && kinds.contains(&"return_received"),
            "{kinds:?}"
        );
        let me = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let log = me
            .ask(
                "query($id: ID) { auditLog(subjectId: $id) { nodes { action actorId before after } } }",
                json!({ "id": order }),
            )
            .await;
        let entries = log["auditLog"]["nodes"].as_array().unwrap();
        let actions: BTreeSet<_> = entries.iter().map(|it| it["action"].as_str().unwrap()).collect();
        let expected = [
            "orderFulfil",
            "orderUnitsCancel",
            "orderFulfilmentDeliver",
            "orderReturnApprove",
            "orderReturnReceive",
            "orderRefund",
        ];
        assert_eq!(actions, BTreeSet::from(expected));
        let fulfil = entries.iter().find(|it| it["action"] == "orderFulfil").unwrap();
        assert_eq!(fulfil["before"]["fulfilmentStatus"], "unfulfilled", "{fulfil}");
        assert_eq!(fulfil["after"]["fulfilmentStatus"], "partially_fulfilled", "{fulfil}");
        assert_eq!(fulfil["after"]["asked"]["trackingNumber"], "4711", "{fulfil}");
        let by: Vec<_> =
            refunded["order"]["history"].as_array().unwrap().iter().filter(|it| it["kind"] == "fulfilled").collect();
        assert_eq!(by[0]["actorId"], fulfil["actorId"]);
        assert_eq!(check_ledger(&shop.db).await.unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_find_orders_and_cancel_one() {
    for shop in Shop::each().await {
        offer_shipping(&shop).await;
        let guest = Person::new(&shop, &shop.engine);
        let staff = Person::staff(&shop, &shop.engine, BuiltInRole::Warehouse).await;
        let mut bought = Vec::new();
        for slug in ["product-7", "product-8", "product-9"] {
            bought.push(buy(&shop, &guest, slug, 1).await);
        }
        let cancelled = step(
            &staff,
            "orderCancelByStaff",
            "$orderId: ID!, $reason: String!",
            json!({ "orderId": bought[1].0, "reason": "fraud" }),
        )
        .await;
        assert_eq!(cancelled["userErrors"], json!([]), "{cancelled}");
        let query = "query($filter: ManagedOrderFilter, $after: String) { managedOrders(first: 1, after: $after, filter: $filter) {
            nodes { id number customerId } pageInfo { hasNextPage endCursor } } }";
        for (filter, expected) in [
            (json!({}), vec![2, 1, 0]),
            (json!({ "status": "PLACED" }), vec![2, 0]),
            (json!({ "status": "CANCELLED" }), vec![1]),
            (json!({ "paymentStatus": "PAID", "fulfilmentStatus": "UNFULFILLED" }), vec![2, 0]),
            (json!({ "email": "ada@EXAMPLE.com", "returnStatus": "NONE" }), vec![2, 1, 0]),
            (json!({ "email": "eve@example.com" }), vec![]),
        ] {
            let (mut after, mut found) = (Value::Null, Vec::new());
            loop {
                let page = staff.ask(query, json!({ "filter": filter, "after": after })).await["managedOrders"].take();
                found.extend(page["nodes"].as_array().unwrap().iter().map(|it| it["id"].clone()));
                after = page["pageInfo"]["endCursor"].clone();
                if page["pageInfo"]["hasNextPage"] == false {
                    break;
                }
            }
            let expected: Vec<_> = expected.into_iter().map(|place: usize| bought[place].0.clone()).collect();
            assert_eq!(found, expected, "{}: {filter}", shop.name);
        }
        let by_number =
            staff.ask("{ managedOrder(number: 1001) { id } node: managedOrder(number: 9) { id } }", json!({})).await;
        assert_eq!(by_number, json!({ "managedOrder": { "id": bought[0].0 }, "node": null }));
        let node = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(staff.ask(node, json!({ "id": bought[0].0 })).await["node"]["id"], bought[0].0);
        assert_eq!(guest.ask(node, json!({ "id": bought[0].0 })).await["node"], Value::Null);
        let field = "query($token: String!) { order(token: $token) { customerId } }";
        assert_eq!(guest.refused(field, json!({ "token": bought[0].1 })).await, "UNAUTHENTICATED");
        let missing = GlobalId::encode(NodeKind::Order, id(99, 1));
        let missing = step(&staff, "orderCancelByStaff", "$orderId: ID!", json!({ "orderId": missing })).await;
        assert_eq!((&missing["order"], &missing["userErrors"][0]["code"]), (&Value::Null, &json!("ORDER_NOT_FOUND")));
    }
}

const STOCK: &str = "stock { variantId warehouseId onHand reserved available } userErrors { code path }";

#[tokio::test(flavor = "multi_thread")]
async fn stock_is_counted_taken_in_and_kept_in_the_ledger() {
    for shop in Shop::each().await {
        let staff = Person::staff(&shop, &shop.engine, BuiltInRole::Merchandiser).await;
        let guest = Person::new(&shop, &shop.engine);
        let (variant_id, before) = variant(&guest, "product-7").await;
        let warehouse = |number| GlobalId::encode(NodeKind::Warehouse, id(2, number));
        let adjust = format!(
            "mutation($inputs: [StockAdjustInput!]!, $onError: BulkErrorPolicy!) {{
            stockAdjust(inputs: $inputs, kind: RECEIVE, reason: \"delivery\", onError: $onError) {{ {STOCK} }} }}"
        );
        let good = json!({ "variantId": variant_id, "warehouseId": warehouse(1), "delta": 5 });
        let unknown = json!({ "variantId": GlobalId::encode(NodeKind::ProductVariant, id(99, 1)), "warehouseId": warehouse(1), "delta": 5 });
        let nowhere = json!({ "variantId": variant_id, "warehouseId": warehouse(99), "delta": 5 });
        let below = json!({ "variantId": variant_id, "warehouseId": warehouse(1), "delta": -1_000_000 });
        let inputs = json!([good, unknown, nowhere, below, good]);
        let refused = json!([
            { "code": "VARIANT_NOT_FOUND", "path": ["inputs", "1", "variantId"] },
            { "code": "WAREHOUSE_NOT_FOUND", "path": ["inputs", "2", "warehouseId"] },
            { "code": "BELOW_ZERO", "path": ["inputs", "3", "delta"] },
        ]);
        let none =
            staff.ask(&adjust, json!({ "inputs": inputs, "onError": "ALL_OR_NOTHING" })).await["stockAdjust"].take();
        assert_eq!(none, json!({ "stock": [], "userErrors": refused }));
        assert_eq!(variant(&guest, "product-7").await.1, before, "nothing has changed");
        let some =
            staff.ask(&adjust, json!({ "inputs": inputs, "onError": "EACH_ON_ITS_OWN" })).await["stockAdjust"].take();
        assert_eq!(some["userErrors"], refused, "{some}");
        assert_eq!(variant(&guest, "product-7").await.1, before + 10, "both that are good");

        let level =
            some["stock"].as_array().unwrap().iter().find(|it| it["warehouseId"] == warehouse(1)).unwrap().clone();
        let on_hand = level["onHand"].as_i64().unwrap();
        let set = format!(
            "mutation($expected: Int!, $variant: ID!, $warehouse: ID!) {{ stockSet(inputs: [{{ variantId: $variant, warehouseId: $warehouse,
            onHand: 3, expectedOnHand: $expected }}]) {{ {STOCK} }} }}"
        );
        let variables =
            |expected: i64| json!({ "expected": expected, "variant": variant_id, "warehouse": warehouse(1) });
        let conflict = staff.ask(&set, variables(on_hand - 1)).await["stockSet"].take();
        assert_eq!(conflict["userErrors"], json!([{ "code": "CONFLICT", "path": ["inputs", "0", "expectedOnHand"] }]));
        let counted = staff.ask(&set, variables(on_hand)).await["stockSet"].take();
        assert_eq!(counted["userErrors"], json!([]), "{counted}");

        let movements = "query($variant: ID!, $warehouse: ID!) { stockMovements(variantId: $variant, warehouseId: $warehouse, first: 2) {
            kind onHandChange reason actorId } stockDifferences { variantId } }";
        let ledger = staff.ask(movements, json!({ "variant": variant_id, "warehouse": warehouse(1) })).await;
        let kinds = ledger["stockMovements"].as_array().unwrap();
        assert_eq!((&kinds[0]["kind"], &kinds[0]["onHandChange"]), (&json!("adjust"), &json!(3 - on_hand)), "{ledger}");
        assert_eq!(
            (&kinds[1]["kind"], &kinds[1]["onHandChange"], &kinds[1]["reason"]),
            (&json!("receive"), &json!(10), &json!("delivery"))
        );
        assert!(kinds[0]["actorId"].is_string());
        assert_eq!(ledger["stockDifferences"], json!([]));

        let all = guest.ask("{ product(slug: \"product-7\") { variants { nodes { id } } } }", json!({})).await;
        let nodes = all["product"]["variants"]["nodes"].as_array().unwrap();
        let inputs: Vec<_> = nodes.iter().map(|it| json!({ "variantId": it["id"], "threshold": 1000 })).collect();
        let threshold = "mutation($inputs: [LowStockThresholdInput!]!) {
            lowStockThresholdsSet(inputs: $inputs) { done userErrors { code } } }";
        let done = staff.ask(threshold, json!({ "inputs": inputs })).await;
        assert_eq!(done["lowStockThresholdsSet"], json!({ "done": true, "userErrors": [] }));
        let card = guest.ask("{ product(slug: \"product-7\") { availability } }", json!({})).await;
        assert_eq!(card["product"]["availability"], "LOW_STOCK", "{card}");

        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let log = owner
            .ask(
                "query($id: ID) { auditLog(subjectId: $id) { nodes { action subject before after } } }",
                json!({ "id": variant_id }),
            )
            .await;
        let entries = log["auditLog"]["nodes"].as_array().unwrap();
        let actions: BTreeSet<_> = entries.iter().map(|it| it["action"].as_str().unwrap()).collect();
        assert_eq!(actions, BTreeSet::from(["lowStockThresholdsSet", "stockSet", "stockAdjust"]));
        let set = entries.iter().find(|it| it["action"] == "stockSet").unwrap();
        assert_eq!((&set["before"]["onHand"], &set["after"]["onHand"]), (&json!(on_hand), &json!(3)), "{log}");
    }
}
