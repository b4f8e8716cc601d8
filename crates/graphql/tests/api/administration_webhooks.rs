//! Webhooks in the hands of staff.
use crate::{
    desk::{audit, audit_text, done, failed, nobody, refused},
    people::Person,
    shop::{Shop, now},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::time::Duration;
use tradewind_domain::{global_id::NodeKind, staff::BuiltInRole};
use tradewind_persistence::write::{
    Aggregate, Event,
    webhook::{Attempt, Claims, Verdict, claim_lanes, fan_out, finish_deliveries},
};
use uuid::Uuid;

const ENDPOINT: &str = "endpoint { id url description topics isEnabled previousSecretUntil }";

fn shop_hook() -> Value {
    json!({ "url": "https://receiver.example/hooks", "description": "ERP", "topics": ["order.placed", "order.paid"] })
}

/// Publishes an event for each id, and hands them out.
async fn publish(shop: &Shop, ids: &[Uuid]) {
    let tx = shop.db.begin_write().await.unwrap();
    for id in ids {
        let aggregate = Aggregate::new("Order", Uuid::from_u128(5));
        let payload = json!({});
        tx.publish(Event { id: *id, topic: "order.placed".into(), aggregate, payload, at: now() });
    }
    tx.commit().await.unwrap();
    fan_out(&shop.db, 1000, &Uuid::now_v7, now()).await.unwrap();
}

/// What is due is tried once, and ends so; how much that was.
async fn attempt(shop: &Shop, verdict: Verdict) -> usize {
    let lease_until = now() + TimeDelta::seconds(60);
    let claims = Claims { holder: Uuid::now_v7(), per_endpoint: 100, busy: Vec::new(), lease_until };
    let heads = claim_lanes(&shop.db, &claims, now()).await.unwrap();
    let tried = heads.len();
    let ended = |head| Attempt {
        head,
        started_at: now(),
        latency: Duration::from_millis(12),
        status: Some(503),
        error: None,
        response: "no".to_owned(),
        verdict,
    };
    finish_deliveries(&shop.db, heads.into_iter().map(ended).collect(), None, now()).await.unwrap();
    tried
}

async fn deliveries(owner: &Person<'_>, endpoint: &Value, state: Value) -> Value {
    let query = "query($endpoint: ID!, $state: WebhookDeliveryState) { webhookDeliveries(endpointId: $endpoint, state: $state) {
        nodes { id eventId topic state attemptCount attempts { number status response latencyMs error } } pageInfo { endCursor } } }";
    let found = owner.ask(query, json!({ "endpoint": endpoint, "state": state })).await;
    found["webhookDeliveries"]["nodes"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoints_are_made_changed_and_deleted() {
    for shop in Shop::each().await {
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let keyed = owner.with_key("0d0b7a36-7c0f-4a3f-9a53-6b3b38c8d9c2");
        let fields = format!("secret {ENDPOINT}");
        let made = done(&keyed, "webhookEndpointCreate", &fields, json!({ "input": shop_hook() })).await;
        let (id, secret) = (made["endpoint"]["id"].clone(), made["secret"].as_str().unwrap());
        assert!(secret.starts_with("whsec_") && secret.len() == 49, "{}", shop.name);
        assert_eq!(made["endpoint"]["topics"], json!(["order.paid", "order.placed"]));
        let rotated = done(&owner, "webhookEndpointRotateSecret", &fields, json!({ "id": id })).await;
        let second = rotated["secret"].as_str().unwrap();
        let until = rotated["endpoint"]["previousSecretUntil"].as_str().unwrap();
        assert!(second != secret && until.starts_with("2026-05-2"), "{}: {until}", shop.name);
        let change = json!({ "id": id, "input": { "topics": ["*"], "isEnabled": false } });
        let changed = done(&owner, "webhookEndpointUpdate", ENDPOINT, change).await;
        assert_eq!(changed["endpoint"]["url"], "https://receiver.example/hooks");
        let listed = owner.ask("{ webhookEndpoints { id topics isEnabled } }", json!({})).await;
        assert_eq!(listed["webhookEndpoints"], json!([{ "id": id, "topics": ["*"], "isEnabled": false }]));
        let deleted = done(&owner, "webhookEndpointDelete", "deletedId", json!({ "id": id })).await;
        assert_eq!(deleted["deletedId"], id);
        assert_eq!(owner.ask("{ webhookEndpoints { id } }", json!({})).await["webhookEndpoints"], json!([]));
        let kept = audit_text(&owner, &id).await;
        for action in ["Create", "Update", "RotateSecret", "Delete"] {
            assert!(kept.contains(&format!("webhookEndpoint{action}")), "{kept}");
        }
        let stored = shop.idempotency_texts().await.join(" ");
        for secret in [secret, second] {
            assert!(!kept.contains(secret) && !stored.contains(secret), "{}: a secret is kept", shop.name);
        }
        let changed = (
            json!({ "topics": ["order.paid", "order.placed"], "isEnabled": true }),
            json!({ "topics": ["*"], "isEnabled": false }),
        );
        assert_eq!(audit(&owner, &id, "webhookEndpointUpdate").await, [changed], "{}", shop.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoints_without_sense_are_refused() {
    for shop in Shop::each().await {
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let urls = [
            "",
            "receiver.example",
            "http://receiver.example",
            "https://a:b@receiver.example",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://10.0.0.8/x",
            "https://[::ffff:192.168.0.1]/",
            "https://receiver.example/\u{0}",
        ];
        let urls = urls.map(|url| (json!({ "url": url }), "INVALID_URL", "input.url"));
        let topics = [
            json!([]),
            json!(["order placed"]),
            json!(["Order.placed"]),
            json!(["order..placed"]),
            json!((0..101).map(|number| format!("t{number}")).collect::<Vec<_>>()),
        ];
        let topics = topics.map(|topics| (json!({ "topics": topics }), "INVALID_TOPICS", "input.topics"));
        let texts = [(json!({ "description": "a\nb" }), "INVALID_DESCRIPTION", "input.description")];
        for (change, code, path) in urls.into_iter().chain(topics).chain(texts) {
            let mut input = shop_hook();
            input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let told = refused(&owner, "webhookEndpointCreate", json!({ "input": input })).await;
            assert_eq!((told.0.as_str(), told.1.as_str()), (code, path), "{}: {change}", shop.name);
        }
        let none = nobody(NodeKind::WebhookEndpoint);
        let found = ("WEBHOOK_ENDPOINT_NOT_FOUND".to_owned(), "id".to_owned());
        for field in ["webhookEndpointDelete", "webhookEndpointRotateSecret"] {
            assert_eq!(refused(&owner, field, json!({ "id": none })).await, found);
        }
        assert_eq!(refused(&owner, "webhookEndpointUpdate", json!({ "id": none, "input": {} })).await, found);
        let told = refused(&owner, "webhookEndpointRotateSecret", json!({ "id": none, "overlapHours": 169 })).await;
        assert_eq!(told, ("INVALID_DURATION".into(), "overlapHours".into()));
        let replay =
            async |input: Value| refused(&owner, "webhookReplay", json!({ "endpointId": none, "input": input })).await;
        assert_eq!(replay(json!({ "dead": true })).await, ("WEBHOOK_ENDPOINT_NOT_FOUND".into(), "endpointId".into()));
        let never = json!({ "between": { "from": now(), "to": now() } });
        assert_eq!(replay(never).await, ("INVALID_PERIOD".into(), "input.between.to".into()));
        let many = json!({ "eventIds": vec![Uuid::nil(); 1_001] });
        assert_eq!(replay(many).await, ("TOO_MANY_VALUES".into(), "input.eventIds".into()));
        let bad = json!({ "endpointId": none, "input": { "eventIds": ["x"] } });
        assert_eq!(failed(&owner, "webhookReplay", bad).await, "BAD_USER_INPUT");
        let delivery = json!({ "id": nobody(NodeKind::WebhookDelivery) });
        let told = refused(&owner, "webhookDeliveryRetry", delivery.clone()).await;
        assert_eq!(told, ("WEBHOOK_DELIVERY_NOT_FOUND".into(), "id".into()));
        let support = Person::staff(&shop, &shop.engine, BuiltInRole::Support).await;
        assert_eq!(failed(&support, "webhookDeliveryRetry", delivery).await, "FORBIDDEN");
        assert_eq!(support.refused("{ webhookEndpoints { id } }", json!({})).await, "FORBIDDEN");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_is_sent_again() {
    for shop in Shop::each().await {
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let made = done(&owner, "webhookEndpointCreate", ENDPOINT, json!({ "input": shop_hook() })).await;
        let endpoint = made["endpoint"]["id"].clone();
        let events = [Uuid::from_u128(71), Uuid::from_u128(72)];
        publish(&shop, &events).await;
        let open = deliveries(&owner, &endpoint, json!("OPEN")).await;
        assert_eq!((open[0]["eventId"].clone(), open[1]["eventId"].clone()), (json!(events[1]), json!(events[0])));
        let first = open[1]["id"].clone();
        // One after the other.
        assert_eq!(attempt(&shop, Verdict::Retry(now() + TimeDelta::hours(6))).await, 1, "{}", shop.name);
        assert_eq!(attempt(&shop, Verdict::Dead).await, 0, "{}: it waits", shop.name);
        let waits = done(&owner, "webhookDeliveryRetry", "delivery { state }", json!({ "id": first })).await;
        assert_eq!(waits["delivery"]["state"], "OPEN");
        assert_eq!(attempt(&shop, Verdict::Dead).await, 1, "{}: it waits no longer", shop.name);
        assert_eq!(attempt(&shop, Verdict::Dead).await, 1, "{}", shop.name);
        let dead = deliveries(&owner, &endpoint, json!("DEAD")).await;
        let log = json!([{ "number": 1, "status": 503, "response": "no", "latencyMs": 12, "error": null },
            { "number": 2, "status": 503, "response": "no", "latencyMs": 12, "error": null }]);
        assert_eq!((&dead[1]["attempts"], &dead[1]["attemptCount"]), (&log, &json!(2)), "{}", shop.name);
        assert_eq!(deliveries(&owner, &endpoint, json!("OPEN")).await, json!([]));

        let again = done(&owner, "webhookDeliveryRetry", "delivery { id state }", json!({ "id": first })).await;
        assert_eq!(again["delivery"], json!({ "id": first, "state": "OPEN" }), "{}", shop.name);
        let replay = async |input: Value| {
            let arguments = json!({ "endpointId": endpoint, "input": input });
            done(&owner, "webhookReplay", "deliveries resumeAfter", arguments).await
        };
        let told = replay(json!({ "dead": true })).await;
        assert_eq!((&told["deliveries"], &told["resumeAfter"]), (&json!(1), &Value::Null), "{}", shop.name);
        assert_eq!(deliveries(&owner, &endpoint, json!("DEAD")).await, json!([]));
        assert_eq!(attempt(&shop, Verdict::Delivered).await, 1, "{}", shop.name);
        assert_eq!(attempt(&shop, Verdict::Delivered).await, 1, "{}", shop.name);
        assert_eq!(deliveries(&owner, &endpoint, json!("DELIVERED")).await.as_array().unwrap().len(), 2);
        assert_eq!(replay(json!({ "eventIds": [events[0]] })).await["deliveries"], 1, "{}", shop.name);
        let day = json!({ "between": { "from": now() - TimeDelta::hours(1), "to": now() + TimeDelta::hours(1) } });
        assert_eq!(replay(day).await["deliveries"], 1, "{}: the other one is open", shop.name);
        assert_eq!(deliveries(&owner, &endpoint, Value::Null).await.as_array().unwrap().len(), 2);
        assert_eq!(audit(&owner, &endpoint, "webhookReplay").await.len(), 3, "{}", shop.name);
        assert_eq!(audit(&owner, &endpoint, "webhookDeliveryRetry").await.len(), 2, "{}", shop.name);
        let node = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(owner.ask(node, json!({ "id": first })).await["node"]["id"], first);
        assert_eq!(Person::new(&shop, &shop.engine).ask(node, json!({ "id": first })).await["node"], Value::Null);
    }
}
