//! Promotions and gift cards in the hands of staff, and what shoppers have of them with their next request.
use crate::{
    buying::{create, pay, ready, variant},
    desk::{audit, audit_text, done, failed, keeping, nobody, refusals, refused},
    people::Person,
    shop::{Shop, now},
};
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tradewind_domain::{global_id::NodeKind, staff::BuiltInRole};

const PROMOTION: &str =
    "promotion { id name trigger codes isEnabled uses action { percentageOff { rate items { productIds } }
    amountOff { amount { amount currencyCode } perUnit } buyGet { buyQuantity rate } freeShipping { methodIds } }
    conditions { startsAt endsAt minimumQuantity } limits { total perCustomer } combinesWith { order } priority }";

async fn discount(guest: &Person<'_>, cart: &Value) -> String {
    let query = "query($cart: CartAccessInput!) { cart(cart: $cart) { bill { discount { amount } } } }";
    let found = guest.ask(query, json!({ "cart": cart })).await;
    found["cart"]["bill"]["discount"]["amount"].as_str().unwrap_or_else(|| panic!("{found}")).to_owned()
}

fn half(codes: Value) -> Value {
    json!({ "name": "Half", "codes": codes, "action": { "percentageOff": { "rate": "50" } } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promotion_of_staff_counts_in_the_next_request() {
    for shop in Shop::each().await {
        let engine = keeping(&shop);
        let owner = Person::staff(&shop, engine, BuiltInRole::Owner).await;
        let guest = Person::new(&shop, engine);
        let (variant_id, _) = variant(&guest, "product-7").await;
        // Twice 20.10.
        let (cart, _) = create(&guest, json!([{ "variantId": variant_id, "quantity": 2 }])).await;
        let input = json!({ "name": " Spring ", "codes": [" spring", "SPRING", "may-1"],
            "action": { "percentageOff": { "rate": "10" } }, "limits": { "total": 5 } });
        let made = done(&owner, "promotionCreate", PROMOTION, json!({ "input": input })).await["promotion"].take();
        let (id, name) = (made["id"].clone(), &shop.name);
        assert_eq!((&made["name"], &made["trigger"], &made["uses"]), (&json!("Spring"), &json!("CODE"), &json!(0)));
        assert_eq!(made["codes"], json!(["MAY-1", "SPRING"]), "{name}");
        assert_eq!(discount(&guest, &cart).await, "0.00", "{name}: nobody entered the code");
        let add =
            "mutation($cart: CartAccessInput!) { cartCodeAdd(cart: $cart, code: \"Spring\") { userErrors { code } } }";
        guest.ask(add, json!({ "cart": cart })).await;
        assert_eq!(discount(&guest, &cart).await, "4.02", "{name}");

        let more = json!({ "id": id, "input": { "action": { "percentageOff": { "rate": "50" } } } });
        let updated = done(&owner, "promotionUpdate", PROMOTION, more).await;
        assert_eq!(updated["promotion"]["codes"], json!(["MAY-1", "SPRING"]), "{name}: what is left out stays");
        assert_eq!(discount(&guest, &cart).await, "20.10", "{name}");
        done(&owner, "promotionDisable", PROMOTION, json!({ "id": id })).await;
        assert_eq!(discount(&guest, &cart).await, "0.00", "{name}");
        done(&owner, "promotionEnable", PROMOTION, json!({ "id": id })).await;
        assert_eq!(discount(&guest, &cart).await, "20.10", "{name}");

        let parcel = json!({ "name": "Parcel", "currencyCode": "USD",
            "zones": [{ "places": [{}], "price": { "flat": "4.90" } }] });
        done(&owner, "shippingMethodSave", "__typename", json!({ "input": parcel })).await;
        let token = ready(&guest, &cart, "guest@example.com").await;
        let paid = pay(&guest, &token, "approve").await;
        assert_eq!(paid["order"]["total"]["amount"], "25.00", "{name}: {paid}");
        let list = "{ promotions { nodes { id uses } pageInfo { hasNextPage } } }";
        let found = owner.ask(list, json!({})).await;
        assert_eq!(found["promotions"]["nodes"], json!([{ "id": id, "uses": 1 }]), "{name}");

        let deleted = done(&owner, "promotionDelete", "deletedId", json!({ "id": id })).await;
        assert_eq!(deleted["deletedId"], id, "{name}");
        assert_eq!(owner.ask(list, json!({})).await["promotions"]["nodes"], json!([]), "{name}");
        let created = audit(&owner, &id, "promotionCreate").await;
        assert_eq!((&created[0].0, &created[0].1["name"]), (&Value::Null, &json!("Spring")), "{name}");
        let changed = audit(&owner, &id, "promotionUpdate").await;
        assert_eq!(changed[0].0, json!({ "action": { "percentage_off": { "rate": 100_000, "target": "order" } } }));
        assert_eq!(changed[0].1, json!({ "action": { "percentage_off": { "rate": 500_000, "target": "order" } } }));
        let switched = (json!({ "isEnabled": true }), json!({ "isEnabled": false }));
        assert_eq!(audit(&owner, &id, "promotionDisable").await, std::slice::from_ref(&switched), "{name}");
        assert_eq!(audit(&owner, &id, "promotionEnable").await, [(switched.1, switched.0)], "{name}");
        assert_eq!(audit(&owner, &id, "promotionDelete").await[0].1, Value::Null, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn promotions_without_sense_are_refused() {
    for shop in Shop::each().await {
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let percent = |rate: &str| json!({ "percentageOff": { "rate": rate } });
        let money = |amount: &str| json!({ "amount": amount, "currencyCode": "USD" });
        let many: Vec<_> = (0..501).map(|number| format!("C{number}")).collect();
        let channels = vec![nobody(NodeKind::Channel); 1_001];
        let buy = json!({ "buy": {}, "get": {}, "rate": "100", "atMost": 0 });
        for (change, code, path) in [
            (json!({ "name": " " }), "INVALID_NAME", "input.name"),
            (json!({ "name": "a\nb" }), "INVALID_NAME", "input.name"),
            (json!({ "name": "x".repeat(201) }), "INVALID_NAME", "input.name"),
            (json!({ "action": percent("0") }), "INVALID_RATE", "input.action.percentageOff.rate"),
            (json!({ "action": percent("100.5") }), "INVALID_RATE", "input.action.percentageOff.rate"),
            (
                json!({ "action": { "amountOff": { "amount": money("0") } } }),
                "INVALID_AMOUNT",
                "input.action.amountOff.amount",
            ),
            (json!({ "action": { "buyGet": buy } }), "INVALID_LIMIT", "input.action.buyGet.atMost"),
            (
                json!({ "conditions": { "minimumSubtotal": money("0") } }),
                "INVALID_AMOUNT",
                "input.conditions.minimumSubtotal",
            ),
            (
                json!({ "conditions": { "startsAt": "2026-05-01T00:00:00Z", "endsAt": "2026-05-01T00:00:00Z" } }),
                "INVALID_PERIOD",
                "input.conditions.endsAt",
            ),
            (json!({ "limits": { "total": 0 } }), "INVALID_LIMIT", "input.limits"),
            (json!({ "codes": ["ok", "not ok"] }), "INVALID_COUPON_CODE", "input.codes.1"),
            (json!({ "trigger": "CODE" }), "COUPON_CODES_NEEDED", "input.codes"),
            (json!({ "trigger": "AUTOMATIC", "codes": ["A"] }), "COUPON_CODES_UNUSED", "input.codes"),
            (json!({ "codes": many }), "TOO_MANY_VALUES", "input.codes"),
            (json!({ "conditions": { "channelIds": channels } }), "TOO_MANY_VALUES", "input.conditions.channelIds"),
        ] {
            let mut input = json!({ "name": "Ten", "action": percent("10") });
            input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let told = refused(&owner, "promotionCreate", json!({ "input": input })).await;
            assert_eq!((told.0.as_str(), told.1.as_str()), (code, path), "{}: {change}", shop.name);
        }
        let two = json!({ "name": "", "action": percent("0") });
        assert_eq!(refusals(&owner, "promotionCreate", json!({ "input": two })).await.len(), 2, "all at once");
        let none = nobody(NodeKind::Promotion);
        for field in ["promotionEnable", "promotionDisable", "promotionDelete"] {
            let told = refused(&owner, field, json!({ "id": none })).await;
            assert_eq!(told, ("PROMOTION_NOT_FOUND".into(), "id".into()), "{field}");
        }
        let told = refused(&owner, "promotionUpdate", json!({ "id": none, "input": {} })).await;
        assert_eq!(told, ("PROMOTION_NOT_FOUND".into(), "id".into()));
        let bad = json!({ "name": "Ten", "action": { "percentageOff": { "rate": "ten" } } });
        assert_eq!(failed(&owner, "promotionCreate", json!({ "input": bad })).await, "BAD_USER_INPUT");
        let found = owner.ask("{ promotions { nodes { id } } }", json!({})).await;
        assert_eq!(found["promotions"]["nodes"], json!([]), "{}: nothing was stored", shop.name);
        let support = Person::staff(&shop, &shop.engine, BuiltInRole::Support).await;
        assert_eq!(failed(&support, "promotionCreate", json!({ "input": half(json!([])) })).await, "FORBIDDEN");
        support.ask("{ promotions { nodes { id } } }", json!({})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_promotions_that_want_one_code_at_once_one_gets_it() {
    for shop in Shop::each().await {
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let made = (0..6).map(|_| refusals(&owner, "promotionCreate", json!({ "input": half(json!(["ONE"])) })));
        let told = join_all(made).await;
        assert_eq!(told.iter().filter(|refused| refused.is_empty()).count(), 1, "{}: {told:?}", shop.name);
        let taken = [("COUPON_CODE_TAKEN".to_owned(), "input.codes".to_owned())];
        assert_eq!(told.iter().filter(|refused| **refused == taken).count(), 5, "{}: {told:?}", shop.name);
        // Pages, with the newest first.
        for number in 0..4 {
            done(&owner, "promotionCreate", "__typename", json!({ "input": half(json!([format!("N{number}")])) }))
                .await;
        }
        let page = "query($after: String) { promotions(first: 2, after: $after) { edges { cursor } nodes { id }
            pageInfo { hasNextPage hasPreviousPage endCursor } } }";
        let (mut ids, mut after) = (Vec::new(), Value::Null);
        loop {
            let found = owner.ask(page, json!({ "after": after })).await["promotions"].take();
            ids.extend(found["nodes"].as_array().unwrap().iter().map(|node| node["id"].to_string()));
            after = found["pageInfo"]["endCursor"].clone();
            assert_eq!(found["edges"].as_array().unwrap().last().unwrap()["cursor"], after);
            if found["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!((count, ids.len()), (5, 5), "{}", shop.name);
    }
}

const CARD: &str = "giftCard { id lastFour amount { amount currencyCode } balance { amount } isEnabled expiresAt
    movements { kind amount { amount } balance { amount } orderId } }";

#[tokio::test(flavor = "multi_thread")]
async fn a_gift_card_of_staff_pays_until_it_is_blocked() {
    for shop in Shop::each().await {
        let engine = keeping(&shop);
        let owner = Person::staff(&shop, engine, BuiltInRole::Owner).await;
        let guest = Person::new(&shop, engine);
        let input =
            json!({ "amount": { "amount": "5", "currencyCode": "usd" }, "expiresAt": now() + TimeDelta::days(9) });
        let keyed = owner.with_key("0d0b7a36-7c0f-4a3f-9a53-6b3b38c8d9c1");
        let fields = format!("code {CARD}");
        let issued = done(&keyed, "giftCardIssue", &fields, json!({ "input": input })).await;
        let again = done(&keyed, "giftCardIssue", &fields, json!({ "input": input })).await;
        let code = issued["code"].as_str().unwrap();
        assert_eq!((again["code"].as_str(), code.len()), (Some(code), 19), "{}", shop.name);
        let card = &issued["giftCard"];
        assert_eq!(card["lastFour"].as_str().unwrap(), &code[15..], "{}", shop.name);
        assert_eq!(card["movements"][0]["kind"], "ISSUE", "{card}");
        let listed = owner.ask("{ giftCards { nodes { id balance { amount } } } }", json!({})).await;
        assert_eq!(listed["giftCards"]["nodes"], json!([{ "id": card["id"], "balance": { "amount": "5.00" } }]));
        let kept = audit_text(&owner, &card["id"]).await;
        assert!(kept.contains("giftCardIssue") && !kept.contains(code), "{kept}");
        assert!(!kept.contains(&code.replace('-', "")), "{kept}");
        assert!(shop.idempotency_texts().await.iter().all(|text| !text.contains(code)), "{}", shop.name);

        let (variant_id, _) = variant(&guest, "product-7").await;
        let (cart, _) = create(&guest, json!([{ "variantId": variant_id, "quantity": 1 }])).await;
        let add = "mutation($cart: CartAccessInput!, $code: String!) { cartGiftCardAdd(cart: $cart, code: $code) {
            userErrors { code } } }";
        let added = guest.ask(add, json!({ "cart": cart, "code": code })).await;
        assert_eq!(added["cartGiftCardAdd"]["userErrors"], json!([]), "{}", shop.name);
        let due = async || {
            let query = "query($cart: CartAccessInput!) { cart(cart: $cart) { bill { due { amount } } } }";
            guest.ask(query, json!({ "cart": cart })).await["cart"]["bill"]["due"]["amount"].take()
        };
        assert_eq!(due().await, "15.10", "{}", shop.name);
        let id = card["id"].clone();
        let blocked = done(&owner, "giftCardDisable", CARD, json!({ "id": id })).await;
        assert_eq!(blocked["giftCard"]["isEnabled"], false);
        assert_eq!(due().await, "20.10", "{}: it pays no more", shop.name);
        done(&owner, "giftCardEnable", CARD, json!({ "id": id })).await;
        assert_eq!(due().await, "15.10", "{}", shop.name);
        let switched = (json!({ "isEnabled": true }), json!({ "isEnabled": false }));
        assert_eq!(audit(&owner, &id, "giftCardDisable").await, [switched], "{}", shop.name);

        let dollars = |amount: &str| json!({ "amount": amount, "currencyCode": "USD" });
        let told = refused(&owner, "giftCardIssue", json!({ "input": { "amount": dollars("0") } })).await;
        assert_eq!(told, ("INVALID_AMOUNT".into(), "input.amount".into()));
        let over = json!({ "amount": dollars("1"), "expiresAt": now() });
        let told = refused(&owner, "giftCardIssue", json!({ "input": over })).await;
        assert_eq!(told, ("INVALID_EXPIRY".into(), "input.expiresAt".into()));
        for field in ["giftCardEnable", "giftCardDisable"] {
            let told = refused(&owner, field, json!({ "id": nobody(NodeKind::GiftCard) })).await;
            assert_eq!(told, ("GIFT_CARD_NOT_FOUND".into(), "id".into()));
        }
        let support = Person::staff(&shop, engine, BuiltInRole::Support).await;
        assert_eq!(failed(&support, "giftCardDisable", json!({ "id": id })).await, "FORBIDDEN");
        let node = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(support.ask(node, json!({ "id": id })).await["node"]["id"], id, "who may look");
        assert_eq!(guest.ask(node, json!({ "id": id })).await["node"], Value::Null, "nobody else");
    }
}
