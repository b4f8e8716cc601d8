//! Channels and warehouses in the hands of staff: the next request knows them, with a cache and without one.
use crate::{
    desk::{audit, done, failed, nobody, refused},
    people::Person,
    shop::{Shop, answer, default_channel, id, now},
};
use serde_json::{Value, json};
use tradewind_domain::{
    channel::Channel,
    currency::Currency,
    global_id::{GlobalId, NodeKind},
    staff::BuiltInRole,
};
use tradewind_graphql::{GraphqlRequest, RequestContext};
use tradewind_persistence::write::save_channels;
use uuid::Uuid;

/// The channel of a request that names one, or none.
async fn channel(person: &Person<'_>, code: Option<&str>) -> Value {
    let query = "{ channel { code name currencyCode taxInclusive isDefault } }";
    let request = GraphqlRequest { query: query.into(), operation_name: None, variables: json!({}) };
    let context = RequestContext {
        channel: code.map(Into::into),
        explain: false,
        cost: false,
        caller: person.caller.clone().into(),
        queries_only: false,
        whole: true,
        now: now(),
        request_id: "test".into(),
        trace_id: "trace".into(),
    };
    answer(&person.engine.execute(request, context).await)["data"]["channel"].take()
}

const CHANNEL: &str = "channel { id code name currencyCode defaultLocale taxInclusive isDefault warehouses { code }
    place { countryCode region postalCode } }";

fn outlet(code: &str) -> Value {
    json!({ "code": code, "name": "Outlet", "currencyCode": "chf", "defaultLocale": "de-CH", "taxInclusive": true })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_of_staff_answers_the_next_request() {
    for shop in Shop::each().await {
        for (name, engine) in std::iter::once(("plain", &shop.engine)).chain(shop.kept()) {
            let owner = Person::staff(&shop, engine, BuiltInRole::Owner).await;
            let guest = Person::new(&shop, engine);
            // What is known before is what must be replaced.
            assert_eq!(channel(&guest, None).await["code"], "default", "{name}");
            let code = format!("Outlet-{name}");
            let mut input = outlet(&code);
            input["place"] = json!({ "countryCode": "ch", "postalCode": " 8001 " });
            input["warehouseIds"] = json!([GlobalId::encode(NodeKind::Warehouse, id(2, 2))]);
            let made = done(&owner, "channelCreate", CHANNEL, json!({ "input": input })).await["channel"].take();
            let code = code.to_lowercase();
            assert_eq!(made["warehouses"], json!([{ "code": "w2" }]), "{made}");
            let place = json!({ "countryCode": "CH", "region": "", "postalCode": "8001" });
            assert_eq!((&made["code"], &made["place"]), (&json!(code), &place), "{made}");
            let seen = channel(&guest, Some(&code)).await;
            assert_eq!((&seen["name"], &seen["currencyCode"]), (&json!("Outlet"), &json!("CHF")), "{name}: {seen}");
            let change = async |input: Value| {
                let arguments = json!({ "id": made["id"], "input": input });
                done(&owner, "channelUpdate", CHANNEL, arguments).await["channel"].take()
            };
            let changed = change(json!({ "name": "Outlets", "taxInclusive": false, "currencyCode": "EUR" })).await;
            assert_eq!(changed["place"], place, "{name}: what is left out stays");
            let seen = channel(&guest, Some(&code)).await;
            let expected = json!({ "code": code, "name": "Outlets", "currencyCode": "EUR", "taxInclusive": false, "isDefault": false });
            assert_eq!(seen, expected, "{}, {name}", shop.name);
            assert_eq!(change(json!({ "place": null })).await["place"], Value::Null, "{name}");
            change(json!({ "isDefault": true })).await;
            assert_eq!(channel(&guest, None).await["code"], json!(code), "{}, {name}", shop.name);
            let old = json!(GlobalId::encode(NodeKind::Channel, default_channel().id));
            done(&owner, "channelUpdate", CHANNEL, json!({ "id": old, "input": { "isDefault": true } })).await;
            assert_eq!(channel(&guest, None).await["code"], "default", "{}, {name}", shop.name);
            let managed = owner.ask("{ managedChannels { code isDefault } }", json!({})).await;
            assert_eq!(managed["managedChannels"][0], json!({ "code": "default", "isDefault": true }));
            let created = audit(&owner, &made["id"], "channelCreate").await;
            assert_eq!((&created[0].0, &created[0].1["currencyCode"]), (&Value::Null, &json!("CHF")), "{name}");
            let changes = audit(&owner, &made["id"], "channelUpdate").await;
            let told = (json!({ "isDefault": true }), json!({ "isDefault": false }));
            assert!(changes.contains(&told), "{name}: another one took over: {changes:?}");
            assert!(changes.iter().any(|(before, after)| before["name"] == "Outlet" && after["name"] == "Outlets"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_without_sense_are_refused() {
    for shop in Shop::each().await {
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let place = json!({ "countryCode": "DE", "postalCode": "1".repeat(21) });
        for (change, code, path) in [
            (json!({ "code": "no spaces" }), "INVALID_CODE", "input.code"),
            (json!({ "code": "EU" }), "CODE_TAKEN", "input.code"),
            (json!({ "name": "" }), "INVALID_NAME", "input.name"),
            (json!({ "defaultLocale": "de_DE" }), "INVALID_LOCALE", "input.defaultLocale"),
            (json!({ "warehouseIds": [nobody(NodeKind::Warehouse)] }), "WAREHOUSE_NOT_FOUND", "input.warehouseIds.0"),
            (json!({ "place": place }), "INVALID_PLACE", "input.place"),
        ] {
            let mut input = outlet("outlet");
            input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let told = refused(&owner, "channelCreate", json!({ "input": input })).await;
            assert_eq!((told.0.as_str(), told.1.as_str()), (code, path), "{}: {change}", shop.name);
        }
        let default = json!(GlobalId::encode(NodeKind::Channel, default_channel().id));
        let update = async |id: &Value, input: Value| {
            refused(&owner, "channelUpdate", json!({ "id": id, "input": input })).await
        };
        let told = update(&default, json!({ "currencyCode": "EUR" })).await;
        assert_eq!(told, ("CURRENCY_IN_USE".into(), "input.currencyCode".into()), "{}", shop.name);
        done(&owner, "channelUpdate", CHANNEL, json!({ "id": default, "input": { "currencyCode": "USD" } })).await;
        let told = update(&default, json!({ "isDefault": false })).await;
        assert_eq!(told, ("DEFAULT_CHANNEL_NEEDED".into(), "input.isDefault".into()));
        let told = update(&nobody(NodeKind::Channel), json!({ "name": "x" })).await;
        assert_eq!(told, ("CHANNEL_NOT_FOUND".into(), "id".into()));
        let mut unknown = outlet("outlet");
        unknown["currencyCode"] = json!("EURO");
        assert_eq!(failed(&owner, "channelCreate", json!({ "input": unknown })).await, "BAD_USER_INPUT");
        let support = Person::staff(&shop, &shop.engine, BuiltInRole::Support).await;
        assert_eq!(failed(&support, "channelCreate", json!({ "input": outlet("outlet") })).await, "FORBIDDEN");

        let more = |number: u128| Channel {
            id: Uuid::from_u128(1 << 100 | number),
            code: format!("c{number}"),
            name: "One more".into(),
            currency: Currency::EUR,
            default_locale: "en".into(),
            tax_inclusive: false,
            is_default: false,
            warehouse_ids: Vec::new(),
        };
        let tx = shop.db.begin_write().await.unwrap();
        save_channels(&tx, &(0..198).map(more).collect::<Vec<_>>(), now()).await.unwrap();
        tx.commit().await.unwrap();
        let told = refused(&owner, "channelCreate", json!({ "input": outlet("outlet") })).await;
        assert_eq!(told, ("TOO_MANY_CHANNELS".into(), String::new()), "{}", shop.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn warehouses_are_made_and_renamed() {
    for shop in Shop::each().await {
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let fields = "warehouse { id code name }";
        let input = json!({ "code": "North", "name": " Hamburg " });
        let made = done(&owner, "warehouseCreate", fields, json!({ "input": input })).await["warehouse"].take();
        assert_eq!((&made["code"], &made["name"]), (&json!("north"), &json!("Hamburg")));
        let change = json!({ "id": made["id"], "input": { "name": "Bremen" } });
        let changed = done(&owner, "warehouseUpdate", fields, change).await;
        assert_eq!(changed["warehouse"], json!({ "id": made["id"], "code": "north", "name": "Bremen" }));
        let listed = owner.ask("{ warehouses { code } }", json!({})).await;
        assert_eq!(listed["warehouses"], json!([{ "code": "north" }, { "code": "w1" }, { "code": "w2" }]));
        for (input, code, path) in [
            (json!({ "code": "W1", "name": "x" }), "CODE_TAKEN", "input.code"),
            (json!({ "code": "", "name": "x" }), "INVALID_CODE", "input.code"),
            (json!({ "code": "x", "name": "" }), "INVALID_NAME", "input.name"),
        ] {
            let told = refused(&owner, "warehouseCreate", json!({ "input": input })).await;
            assert_eq!((told.0.as_str(), told.1.as_str()), (code, path), "{}", shop.name);
        }
        let none = json!({ "id": nobody(NodeKind::Warehouse), "input": {} });
        assert_eq!(refused(&owner, "warehouseUpdate", none.clone()).await, ("WAREHOUSE_NOT_FOUND".into(), "id".into()));
        let renamed = (json!({ "name": "Hamburg" }), json!({ "name": "Bremen" }));
        assert_eq!(audit(&owner, &made["id"], "warehouseUpdate").await, [renamed], "{}", shop.name);
        assert_eq!(audit(&owner, &made["id"], "warehouseCreate").await[0].0, Value::Null);
        let support = Person::staff(&shop, &shop.engine, BuiltInRole::Support).await;
        assert_eq!(failed(&support, "warehouseUpdate", none).await, "FORBIDDEN");
    }
}
