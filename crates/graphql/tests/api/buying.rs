//! From a cart to an order, as a storefront buys.
use crate::{
    people::Person,
    shop::{Shop, answer, now},
};
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tradewind_domain::{
    shipping::{ShippingMethod, ShippingPrice, ShippingZone},
    zone::Zone,
};
use tradewind_persistence::{ledger::check_ledger, write::save_shipping_methods};
use uuid::Uuid;

const CART: &str = "cart { id version totalQuantity lines { id quantity unitPrice { amount } total { amount } product { slug } variant { sku } }
    bill { subtotal { amount } total { amount } due { amount } needsShipping } codes note warnings { code message lineId blocksCheckout } }
    userErrors { code message path }";
const CHECKOUT: &str = "checkout { status version email expiresAt shippingAddress { city } bill { subtotal { amount } shipping { amount }
    tax { amount } total { amount } due { amount } shippingMethod } lines { sku quantity total { amount } } order { number } } userErrors { code message path }";
const ORDER: &str =
    "id number status paymentStatus fulfilmentStatus email total { amount currencyCode } captured { amount }
    lines { id sku title quantity unitPrice { amount } product { slug } variant { sku } }
    shippingAddress { city } payments { gateway status amount { amount } } history { kind }";

/// A shop that sends its goods everywhere.
pub async fn offer_shipping(shop: &Shop) {
    let currency = tradewind_domain::currency::Currency::parse("USD").unwrap();
    let method = ShippingMethod {
        id: Uuid::from_u128(77),
        name: "Parcel".into(),
        channel_ids: Vec::new(),
        currency,
        tax_category: "standard".into(),
        zones: vec![ShippingZone {
            zones: vec![Zone::Everywhere],
            price: ShippingPrice::Flat(490),
            free_from: None,
            days_min: Some(1),
            days_max: Some(3),
        }],
        heaviest_grams: None,
        position: 1,
    };
    let tx = shop.db.begin_write().await.unwrap();
    save_shipping_methods(&tx, &[(method, true)], now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// A variant that can be bought.
pub async fn variant(person: &Person<'_>, slug: &str) -> (Value, i64) {
    let query =
        "query($slug: String) { product(slug: $slug) { variants(first: 1) { nodes { id quantityAvailable } } } }";
    let product = person.ask(query, json!({ "slug": slug })).await;
    let variant = &product["product"]["variants"]["nodes"][0];
    (variant["id"].clone(), variant["quantityAvailable"].as_i64().unwrap())
}

pub async fn create(person: &Person<'_>, lines: Value) -> (Value, Value) {
    let query =
        format!("mutation($lines: [CartLineInput!]) {{ cartCreate(input: {{ lines: $lines }}) {{ token {CART} }} }}");
    let created = person.ask(&query, json!({ "lines": lines })).await["cartCreate"].take();
    assert_eq!(created["userErrors"], json!([]), "{created}");
    let access = json!({ "id": created["cart"]["id"], "token": created["token"] });
    (access, created["cart"].clone())
}

/// None: there are too few units.
async fn try_create(person: &Person<'_>, lines: Value) -> Option<Value> {
    let query = "mutation($lines: [CartLineInput!]) { cartCreate(input: { lines: $lines }) { token cart { id } userErrors { code } } }";
    let created = person.ask(query, json!({ "lines": lines })).await["cartCreate"].take();
    if created["userErrors"] == json!([{ "code": "INSUFFICIENT_STOCK" }]) {
        return None;
    }
    assert_eq!(created["userErrors"], json!([]), "{created}");
    Some(json!({ "id": created["cart"]["id"], "token": created["token"] }))
}

pub async fn start(person: &Person<'_>, cart: &Value) -> Value {
    let query = format!("mutation($cart: CartAccessInput!) {{ checkoutStart(cart: $cart) {{ token {CHECKOUT} }} }}");
    person.ask(&query, json!({ "cart": cart })).await["checkoutStart"].take()
}

pub async fn update(person: &Person<'_>, token: &Value, input: Value) -> Value {
    let query = format!(
        "mutation($token: String!, $input: CheckoutUpdateInput!) {{ checkoutUpdate(token: $token, input: $input) {{ {CHECKOUT} }} }}"
    );
    person.ask(&query, json!({ "token": token, "input": input })).await["checkoutUpdate"].take()
}

pub fn pay_document() -> String {
    format!(
        "mutation($token: String!, $input: CheckoutPayInput!) {{ checkoutPay(token: $token, input: $input) {{
        status failure action {{ redirectUrl }} orderToken order {{ {ORDER} }} {CHECKOUT} }} }}"
    )
}

pub async fn pay(person: &Person<'_>, token: &Value, method: &str) -> Value {
    let input = json!({ "gateway": "test", "method": method });
    person.ask(&pay_document(), json!({ "token": token, "input": input })).await["checkoutPay"].take()
}

fn address() -> Value {
    json!({ "firstName": "Ada", "lastName": "L", "line1": "Street 1", "city": "Berlin", "postalCode": "10115", "country": "DE" })
}

/// The first way to send the cart, if it needs one.
async fn shipping(person: &Person<'_>, cart: &Value) -> Option<Value> {
    let query =
        "query($cart: CartAccessInput!) { cart(cart: $cart, destination: { country: \"DE\", postalCode: \"10115\" }) {
        shippingOptions { id name price { amount } } bill { needsShipping } } }";
    let found = person.ask(query, json!({ "cart": cart })).await;
    found["cart"]["shippingOptions"].as_array().unwrap().first().map(|option| option["id"].clone())
}

/// Everything that a checkout needs before it can be paid.
pub async fn ready(person: &Person<'_>, cart: &Value, email: &str) -> Value {
    let started = start(person, cart).await;
    assert_eq!(started["userErrors"], json!([]), "{started}");
    let token = started["token"].clone();
    let mut input = json!({ "email": email, "shippingAddress": address() });
    if let Some(method) = shipping(person, cart).await {
        input["shippingMethodId"] = method;
    }
    let updated = update(person, &token, input).await;
    assert_eq!(updated["userErrors"], json!([]), "{updated}");
    assert_eq!(updated["checkout"]["status"], "HELD", "{updated}");
    token
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_buys() {
    for shop in Shop::each().await {
        offer_shipping(&shop).await;
        for (name, engine) in std::iter::once(("plain", &shop.engine)).chain(shop.kept()) {
            let guest = Person::new(&shop, engine);
            let (variant_id, before) = variant(&guest, "product-7").await;
            let (cart, shown) = create(&guest, json!([{ "variantId": variant_id, "quantity": 2 }])).await;
            assert_eq!(shown["totalQuantity"], 2, "{name}: {shown}");
            assert_eq!(shown["lines"][0]["product"]["slug"], "product-7");
            let token = ready(&guest, &cart, "guest@example.com").await;
            let (_, held) = variant(&guest, "product-7").await;
            assert_eq!(held, before - 2, "{name}: what is held is nobody else's");

            let declined = pay(&guest, &token, "decline").await;
            assert_eq!(declined["status"], "FAILED", "{declined}");
            assert!(declined["failure"].is_string() && declined["order"].is_null(), "{declined}");
            let paid = pay(&guest, &token, "approve").await;
            assert_eq!(paid["userErrors"], json!([]), "{paid}");
            let order = &paid["order"];
            assert_eq!((&order["status"], &order["paymentStatus"]), (&json!("PLACED"), &json!("PAID")), "{paid}");
            assert_eq!(order["email"], "guest@example.com");
            assert_eq!(order["lines"][0]["quantity"], 2);
            assert_eq!(order["lines"][0]["product"]["slug"], "product-7");
            assert_eq!(paid["checkout"]["status"], "COMPLETED");
            assert_eq!(
                order["total"],
                json!({ "amount": paid["order"]["captured"]["amount"], "currencyCode": order["total"]["currencyCode"] })
            );
            // Again, by whatever way: the same order.
            let again = pay(&guest, &token, "approve").await;
            assert_eq!(again["order"]["number"], order["number"], "{again}");
            let complete = format!(
                "mutation($token: String!) {{ checkoutComplete(token: $token) {{ orderToken order {{ {ORDER} }} userErrors {{ code }} }} }}"
            );
            let completed = guest.ask(&complete, json!({ "token": token })).await["checkoutComplete"].take();
            assert_eq!(completed["order"]["number"], order["number"], "{completed}");

            let by_token = format!("query($token: String!) {{ order(token: $token) {{ {ORDER} }} }}");
            let found = guest.ask(&by_token, json!({ "token": paid["orderToken"] })).await;
            assert_eq!(found["order"]["number"], order["number"]);
            assert_eq!(guest.ask(&by_token, json!({ "token": "wrong" })).await["order"], Value::Null);
            let look_up =
                "query($number: Int!, $email: String!) { orderLookUp(number: $number, email: $email) { number } }";
            let found = guest.ask(look_up, json!({ "number": order["number"], "email": "guest@example.com" })).await;
            assert_eq!(found["orderLookUp"]["number"], order["number"]);
            let other = guest.ask(look_up, json!({ "number": order["number"], "email": "eve@example.com" })).await;
            assert_eq!(other["orderLookUp"], Value::Null);

            let cancel = format!(
                "mutation($order: OrderAccessInput!) {{ orderCancel(order: $order, reason: \"changed my mind\") {{ order {{ {ORDER} }} userErrors {{ code }} }} }}"
            );
            let cancelled =
                guest.ask(&cancel, json!({ "order": { "token": paid["orderToken"] } })).await["orderCancel"].take();
            assert_eq!(cancelled["userErrors"], json!([]), "{cancelled}");
            assert_eq!(cancelled["order"]["paymentStatus"], "REFUNDED", "{cancelled}");
            assert_eq!(cancelled["order"]["status"], "CANCELLED", "{cancelled}");
            assert_eq!(variant(&guest, "product-7").await.1, before, "{name}: the stock is back");
            let refused =
                guest.ask(&cancel, json!({ "order": { "token": paid["orderToken"] } })).await["orderCancel"].take();
            assert_eq!(refused["userErrors"][0]["code"], "ORDER_WRONG_STATUS", "{refused}");
            let _ = guest.mails().await;
        }
        assert_eq!(check_ledger(&shop.db).await.unwrap(), vec![], "{}", shop.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_has_orders_and_a_cart_of_their_own() {
    for shop in Shop::each().await {
        offer_shipping(&shop).await;
        let ada = Person::customer(&shop, &shop.engine, "ada@example.com").await;
        let eve = Person::customer(&shop, &shop.engine, "eve@example.com").await;
        let (variant_id, _) = variant(&ada, "product-9").await;
        let (cart, _) = create(&ada, json!([{ "variantId": variant_id, "quantity": 1 }])).await;
        let own = json!({ "id": cart["id"] });
        let query = "query($cart: CartAccessInput!) { cart(cart: $cart) { totalQuantity } }";
        assert_eq!(ada.ask(query, json!({ "cart": own })).await["cart"]["totalQuantity"], 1);
        for other in [&eve, &Person::new(&shop, &shop.engine)] {
            assert_eq!(other.ask(query, json!({ "cart": own })).await["cart"], Value::Null, "{}", shop.name);
            let refused = start(other, &own).await;
            assert_eq!(refused["userErrors"][0]["code"], "CART_EMPTY", "{refused}");
        }
        let token = ready(&ada, &own, "ada@example.com").await;
        let (keyed, document) = (ada.with_key("pay-once"), pay_document());
        let input = json!({ "token": token, "input": { "gateway": "test", "method": "approve" } });
        let paid = join_all((0..4).map(|_| keyed.send(&document, input.clone()))).await;
        let orders: Vec<_> =
            paid.iter().map(|paid| answer(paid)["data"]["checkoutPay"]["order"]["number"].clone()).collect();
        assert!(orders.iter().all(|number| number.is_i64() && *number == orders[0]), "{}: {orders:?}", shop.name);
        let history = "{ customer { orders(first: 10) { nodes { number lines { sku product { slug } variant { sku } } } pageInfo { hasNextPage } } } }";
        let mine = ada.ask(history, json!({})).await;
        assert_eq!(mine["customer"]["orders"]["nodes"].as_array().unwrap().len(), 1, "{mine}");
        let hers = eve.ask(history, json!({})).await;
        assert_eq!(hers["customer"]["orders"]["nodes"], json!([]), "{hers}");
        // Somebody else's id opens nothing.
        let id = ada.ask("{ customer { orders { nodes { id } } } }", json!({})).await["customer"]["orders"]["nodes"][0]
            ["id"]
            .clone();
        let node = "query($id: ID!) { node(id: $id) { id ... on Order { number } } }";
        assert!(ada.ask(node, json!({ "id": id })).await["node"]["number"].is_i64(), "{}", shop.name);
        for other in [&eve, &Person::new(&shop, &shop.engine)] {
            assert_eq!(other.ask(node, json!({ "id": id })).await["node"], Value::Null, "{}", shop.name);
        }
        let cancel = "mutation($id: ID!) { orderCancel(order: { id: $id }) { order { number } userErrors { code } } }";
        let refused = eve.ask(cancel, json!({ "id": id })).await;
        assert_eq!(refused["orderCancel"], json!({ "order": null, "userErrors": [{ "code": "ORDER_NOT_FOUND" }] }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_units_are_sold_once() {
    for shop in Shop::each().await {
        offer_shipping(&shop).await;
        let guest = Person::new(&shop, &shop.engine);
        let (variant_id, available) = variant(&guest, "product-11").await;
        let take = available - 3;
        if take > 0 {
            let (cart, _) = create(&guest, json!([{ "variantId": variant_id, "quantity": take }])).await;
            let started = start(&guest, &cart).await;
            assert_eq!(started["userErrors"], json!([]), "{started}");
        }
        let left = variant(&guest, "product-11").await.1;
        let buyers = (0..12).map(async |number| {
            let Some(cart) = try_create(&guest, json!([{ "variantId": variant_id, "quantity": 1 }])).await else {
                return false;
            };
            let started = start(&guest, &cart).await;
            let code = started["userErrors"][0]["code"].as_str().map(str::to_owned);
            match code.as_deref() {
                None => {
                    let token = started["token"].clone();
                    let mut input = json!({ "email": format!("{number}@example.com"), "shippingAddress": address() });
                    if let Some(method) = shipping(&guest, &cart).await {
                        input["shippingMethodId"] = method;
                    }
                    update(&guest, &token, input).await;
                    let paid = pay(&guest, &token, "approve").await;
                    assert!(paid["order"]["number"].is_i64(), "{paid}");
                    true
                }
                Some("INSUFFICIENT_STOCK" | "CART_BLOCKED") => false,
                Some(other) => panic!("{other}"),
            }
        });
        let sold = join_all(buyers).await.into_iter().filter(|sold| *sold).count();
        assert_eq!(sold as i64, left, "{}", shop.name);
        assert_eq!(check_ledger(&shop.db).await.unwrap(), vec![], "{}", shop.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_ends_and_what_was_held_can_be_bought() {
    for shop in Shop::each().await {
        offer_shipping(&shop).await;
        let guest = Person::new(&shop, &shop.engine);
        let (variant_id, before) = variant(&guest, "product-13").await;
        let (cart, _) = create(&guest, json!([{ "variantId": variant_id, "quantity": 1 }])).await;
        let token = ready(&guest, &cart, "late@example.com").await;
        let cancel =
            "mutation($token: String!) { checkoutCancel(token: $token) { checkout { status } userErrors { code } } }";
        let cancelled = guest.ask(cancel, json!({ "token": token })).await;
        assert_eq!(cancelled["checkoutCancel"]["checkout"]["status"], "CANCELLED", "{cancelled}");
        assert_eq!(variant(&guest, "product-13").await.1, before, "{}", shop.name);
        let late = Person { now: now() + TimeDelta::hours(1), ..Person::new(&shop, &shop.engine) };
        let refused = pay(&late, &token, "approve").await;
        assert!(refused["order"].is_null() && refused["userErrors"][0]["code"].is_string(), "{refused}");
    }
}
