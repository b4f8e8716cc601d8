//! Taxes and shipping in the hands of staff, and what shoppers see of them with their next request.
use crate::{
    buying::{create, variant},
    desk::{audit, done, failed, keeping, nobody, refusals, refused},
    people::Person,
    shop::Shop,
};
use serde_json::{Value, json};
use tradewind_domain::{global_id::NodeKind, staff::BuiltInRole};

/// What a cart that goes to Berlin costs and how it can go there.
async fn to_berlin(guest: &Person<'_>, cart: &Value) -> Value {
    let query =
        "query($cart: CartAccessInput!) { cart(cart: $cart, destination: { country: \"DE\", postalCode: \"10115\" }) {
        bill { tax { amount } } shippingOptions { id name price { amount } daysMin } } }";
    guest.ask(query, json!({ "cart": cart })).await["cart"].take()
}

async fn cart_of_one(guest: &Person<'_>) -> Value {
    let (variant_id, _) = variant(guest, "product-7").await;
    create(guest, json!([{ "variantId": variant_id, "quantity": 1 }])).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tax_rate_of_staff_is_due_in_the_next_request() {
    for shop in Shop::each().await {
        let engine = keeping(&shop);
        let owner = Person::staff(&shop, engine, BuiltInRole::Owner).await;
        let guest = Person::new(&shop, engine);
        // 20.10 without tax.
        let cart = cart_of_one(&guest).await;
        let rate = |rate: &str| json!({ "name": "VAT", "layer": "VAT", "zone": { "country": "de", "postalPrefix": "" }, "category": "", "rate": rate });
        let fields = "taxRate { id name layer zone { country region postalPrefix } category rate }";
        let saved = done(&owner, "taxRateSave", fields, json!({ "input": rate("19") })).await["taxRate"].take();
        let zone = json!({ "country": "DE", "region": null, "postalPrefix": null });
        assert_eq!((&saved["zone"], &saved["category"], &saved["rate"]), (&zone, &Value::Null, &json!("19")));
        let billed = to_berlin(&guest, &cart).await;
        assert_eq!(billed["bill"]["tax"]["amount"], "3.82", "{}: {billed}", shop.name);
        let id = saved["id"].clone();
        done(&owner, "taxRateSave", fields, json!({ "id": id, "input": rate("7.25") })).await;
        assert_eq!(to_berlin(&guest, &cart).await["bill"]["tax"]["amount"], "1.46", "{}", shop.name);
        let list = "query($of: String) { taxRates(countryCode: $of) { nodes { id rate } } }";
        let listed = owner.ask(list, json!({ "of": "de" })).await;
        assert_eq!(listed["taxRates"]["nodes"], json!([{ "id": id, "rate": "7.25" }]), "{}", shop.name);
        assert_eq!(owner.ask(list, json!({ "of": "FR" })).await["taxRates"]["nodes"], json!([]));
        assert_eq!(done(&owner, "taxRateDelete", "deletedId", json!({ "id": id })).await["deletedId"], id);
        assert_eq!(to_berlin(&guest, &cart).await["bill"]["tax"]["amount"], "0.00", "{}", shop.name);
        let saves = audit(&owner, &id, "taxRateSave").await;
        let changed = (json!({ "ratePpm": 190_000 }), json!({ "ratePpm": 72_500 }));
        assert!(saves.contains(&changed) && saves.iter().any(|(before, _)| before.is_null()), "{saves:?}");
        assert_eq!(audit(&owner, &id, "taxRateDelete").await[0].1, Value::Null);

        let long = "x".repeat(21);
        for (change, code, path) in [
            (json!({ "name": "" }), "INVALID_NAME", "input.name"),
            (json!({ "layer": "a\u{7}" }), "INVALID_LAYER", "input.layer"),
            (json!({ "category": "a\nb" }), "INVALID_CATEGORY", "input.category"),
            (json!({ "zone": { "country": "DE", "region": long } }), "INVALID_ZONE", "input.zone"),
        ] {
            let mut input = rate("19");
            input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let told = refused(&owner, "taxRateSave", json!({ "input": input })).await;
            assert_eq!((told.0.as_str(), told.1.as_str()), (code, path), "{}: {change}", shop.name);
        }
        let none = nobody(NodeKind::TaxRate);
        let told = refused(&owner, "taxRateSave", json!({ "id": none, "input": rate("1") })).await;
        assert_eq!(told, ("TAX_RATE_NOT_FOUND".into(), "id".into()));
        assert_eq!(refused(&owner, "taxRateDelete", json!({ "id": none })).await.0, "TAX_RATE_NOT_FOUND");
        let mut bad = rate("19");
        bad["zone"] = json!({ "region": "BY" });
        assert_eq!(failed(&owner, "taxRateSave", json!({ "input": bad })).await, "BAD_USER_INPUT");
        for role in [BuiltInRole::Support, BuiltInRole::Merchandiser, BuiltInRole::Analyst] {
            let other = Person::staff(&shop, engine, role).await;
            assert_eq!(failed(&other, "taxRateSave", json!({ "input": rate("1") })).await, "FORBIDDEN", "{role:?}");
        }
    }
}

fn parcel(change: &Value) -> Value {
    let mut method = json!({ "name": "Parcel", "currencyCode": "USD",
        "zones": [{ "places": [{ "country": "DE" }], "price": { "flat": "4.90" }, "daysMin": 2, "daysMax": 3 }] });
    method.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    method
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shipping_method_of_staff_is_offered_in_the_next_request() {
    for shop in Shop::each().await {
        let engine = keeping(&shop);
        let owner = Person::staff(&shop, engine, BuiltInRole::Owner).await;
        let guest = Person::new(&shop, engine);
        let cart = cart_of_one(&guest).await;
        assert_eq!(to_berlin(&guest, &cart).await["shippingOptions"], json!([]));
        let fields = "shippingMethod { id isEnabled taxCategory zones { places { country } freeFrom { amount }
            price { flat { amount } byWeight { upToGrams price { amount } } } } }";
        let saved = done(&owner, "shippingMethodSave", fields, json!({ "input": parcel(&json!({})) })).await;
        let id = saved["shippingMethod"]["id"].clone();
        assert_eq!(saved["shippingMethod"]["taxCategory"], "standard", "{saved}");
        let option = |price: &str| json!([{ "id": id, "name": "Parcel", "price": { "amount": price }, "daysMin": 2 }]);
        assert_eq!(to_berlin(&guest, &cart).await["shippingOptions"], option("4.90"), "{}", shop.name);
        // One variant weighs 250 g.
        let steps =
            json!([{ "upToGrams": 200, "price": "1" }, { "upToGrams": 500, "price": "2.50" }, { "price": "9" }]);
        let zones = json!([{ "places": [{}], "price": { "byWeight": steps }, "daysMin": 2 }]);
        let replaced = json!({ "id": id, "input": parcel(&json!({ "zones": zones })) });
        done(&owner, "shippingMethodSave", fields, replaced).await;
        assert_eq!(to_berlin(&guest, &cart).await["shippingOptions"], option("2.50"), "{}", shop.name);
        let zones = json!([{ "places": [{}], "price": { "bySubtotal": [{ "upTo": "50", "price": "3" }] },
            "freeFrom": "20.10", "daysMin": 2 }]);
        let replaced = json!({ "id": id, "input": parcel(&json!({ "zones": zones })) });
        done(&owner, "shippingMethodSave", fields, replaced).await;
        assert_eq!(to_berlin(&guest, &cart).await["shippingOptions"], option("0.00"), "{}: free", shop.name);
        done(&owner, "shippingMethodDisable", fields, json!({ "id": id })).await;
        assert_eq!(to_berlin(&guest, &cart).await["shippingOptions"], json!([]), "{}", shop.name);
        let listed = owner.ask("{ shippingMethods { id isEnabled } }", json!({})).await;
        assert_eq!(listed["shippingMethods"], json!([{ "id": id, "isEnabled": false }]));
        done(&owner, "shippingMethodEnable", fields, json!({ "id": id })).await;
        assert_eq!(to_berlin(&guest, &cart).await["shippingOptions"], option("0.00"), "{}", shop.name);
        assert_eq!(done(&owner, "shippingMethodDelete", "deletedId", json!({ "id": id })).await["deletedId"], id);
        assert_eq!(to_berlin(&guest, &cart).await["shippingOptions"], json!([]), "{}", shop.name);
        assert_eq!(audit(&owner, &id, "shippingMethodSave").await.len(), 3, "{}", shop.name);
        let switched = (json!({ "isEnabled": true }), json!({ "isEnabled": false }));
        assert_eq!(audit(&owner, &id, "shippingMethodDisable").await, [switched], "{}", shop.name);
        assert_eq!(audit(&owner, &id, "shippingMethodDelete").await[0].1, Value::Null);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shipping_methods_without_sense_are_refused() {
    for shop in Shop::each().await {
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let zone = |change: Value| {
            let mut zone = json!({ "places": [{}], "price": { "flat": "1" } });
            zone.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            json!({ "zones": [{ "places": [{}], "price": { "flat": "1" } }, zone] })
        };
        let two = json!([{ "upToGrams": 1, "price": "1" }, { "upToGrams": 1, "price": "2" }]);
        let far = json!([{ "country": "DE", "region": "x".repeat(21) }]);
        for (change, code, path) in [
            (json!({ "name": "" }), "INVALID_NAME", "input.name"),
            (json!({ "name": "a\u{0}" }), "INVALID_NAME", "input.name"),
            (json!({ "zones": [] }), "NO_ZONES", "input.zones"),
            (zone(json!({ "places": [] })), "NO_ZONES", "input.zones.1"),
            (zone(json!({ "places": far })), "INVALID_ZONE", "input.zones.1.places"),
            (zone(json!({ "price": { "byWeight": [] } })), "INVALID_TIERS", "input.zones.1"),
            (zone(json!({ "price": { "byWeight": two } })), "INVALID_TIERS", "input.zones.1"),
            (
                zone(json!({ "price": { "byWeight": [{ "upToGrams": -1, "price": "1" }] } })),
                "INVALID_AMOUNT",
                "input.zones.1",
            ),
            (zone(json!({ "daysMin": 3, "daysMax": 1 })), "INVALID_DAYS", "input.zones.1"),
            (zone(json!({ "places": vec![json!({}); 301] })), "TOO_MANY_VALUES", "input.zones.1.places"),
            (json!({ "heaviestGrams": -1 }), "INVALID_AMOUNT", "input.heaviestGrams"),
            (json!({ "taxCategory": " " }), "INVALID_CATEGORY", "input.taxCategory"),
        ] {
            let told = refused(&owner, "shippingMethodSave", json!({ "input": parcel(&change) })).await;
            assert_eq!((told.0.as_str(), told.1.as_str()), (code, path), "{}: {change}", shop.name);
        }
        let many = json!({ "name": "", "taxCategory": "", "zones": [] });
        assert_eq!(refusals(&owner, "shippingMethodSave", json!({ "input": parcel(&many) })).await.len(), 3);
        let none = nobody(NodeKind::ShippingMethod);
        let told = refused(&owner, "shippingMethodSave", json!({ "id": none, "input": parcel(&json!({})) })).await;
        assert_eq!(told, ("SHIPPING_METHOD_NOT_FOUND".into(), "id".into()));
        for field in ["shippingMethodEnable", "shippingMethodDisable", "shippingMethodDelete"] {
            let told = refused(&owner, field, json!({ "id": none })).await;
            assert_eq!(told, ("SHIPPING_METHOD_NOT_FOUND".into(), "id".into()), "{field}");
        }
        let negative = parcel(&json!({ "zones": [{ "places": [{}], "price": { "flat": "-1" } }] }));
        assert_eq!(failed(&owner, "shippingMethodSave", json!({ "input": negative })).await, "BAD_USER_INPUT");
        let support = Person::staff(&shop, &shop.engine, BuiltInRole::Support).await;
        assert_eq!(failed(&support, "shippingMethodEnable", json!({ "id": none })).await, "FORBIDDEN");
    }
}
