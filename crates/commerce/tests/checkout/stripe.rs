//! The adapter against a server that speaks payment intents.
use crate::{
    stripe_double::{Double, KEY, serve},
    world::{World, each},
};
use chrono::{DateTime, Utc};
use prometheus_client::{encoding::text::encode, registry::Registry};
use std::{sync::Arc, time::Duration};
use tradewind_commerce::{
    checkout::{CheckoutCode, PayInput, WebhookError, WebhookOutcome},
    outbound::{HttpClient, Reach},
    payments::{
        BadWebhook, Confirm, Create, GatewayError, Gateways, MoveMoney, PaymentGateway, StripeConfig, StripeGateway,
    },
};
use tradewind_domain::{currency::Currency, payment::PaymentEvent};
use tradewind_resilience::LimitMetrics;
use uuid::Uuid;

fn gateway(url: &str, key: &str) -> StripeGateway {
    let config = StripeConfig {
        base_url: url.to_owned(),
        timeout: Duration::from_secs(5),
        pause: Duration::from_millis(1),
        ..StripeConfig::new(key.into(), vec!["whsec_new".into(), "whsec_test".into()])
    };
    StripeGateway::new(config, HttpClient::new(Reach::Anywhere).unwrap(), || 0.5)
}

#[tokio::test]
async fn more_than_may_wait_are_not_sent() {
    let (_double, url) = serve().await;
    let (mut registry, limits) = (Registry::default(), LimitMetrics::default());
    limits.register(&mut registry);
    let config = StripeConfig {
        base_url: url,
        at_once: 1,
        waiting: 0,
        limits,
        ..StripeConfig::new(KEY.into(), vec!["whsec_test".into()])
    };
    let stripe = StripeGateway::new(config, HttpClient::new(Reach::Anywhere).unwrap(), || 0.5);
    let (one, other) = (create(1), create(2));
    let (sent, refused) = tokio::join!(stripe.create(&one), stripe.create(&other));
    sent.unwrap();
    assert!(matches!(refused, Err(GatewayError::NotSent(_))), "{refused:?}");
    stripe.create(&other).await.expect("there is room again");
    let mut text = String::new();
    encode(&mut text, &registry).unwrap();
    for line in [
        r#"bulkhead_rejected_total{dep="stripe"} 1"#,
        r#"bulkhead_in_use{dep="stripe"} 0"#,
        r#"retry_budget_left{dep="stripe"} 30"#,
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
}

fn create(amount: i64) -> Create {
    Create { payment_id: Uuid::now_v7(), amount, currency: Currency::EUR }
}

fn confirm(id: &str, method: &str, key: &str) -> Confirm {
    Confirm { gateway_id: id.into(), method: method.into(), return_url: None, key: key.into() }
}

fn money(id: &str, amount: i64, key: &str) -> MoveMoney {
    MoveMoney { gateway_id: id.into(), amount, key: key.into() }
}

#[tokio::test]
async fn an_intent_is_held_taken_and_given_back() {
    let (double, url) = serve().await;
    let stripe = gateway(&url, KEY);
    let new = create(1234);
    let told = stripe.create(&new).await.unwrap();
    assert_eq!((told.gateway_id.as_str(), told.payment_id, told.event), ("pi_1", Some(new.payment_id), None));
    assert_eq!(stripe.create(&new).await.unwrap(), told, "the same payment is the same intent");
    let declined = stripe.confirm(&confirm("pi_1", "pm_declined", "k1")).await.unwrap();
    assert_eq!(declined.event, Some(PaymentEvent::Failed));
    assert_eq!(declined.failure.unwrap().message, "Your card was declined.");
    let held = stripe.confirm(&confirm("pi_1", "pm_card", "k2")).await.unwrap();
    assert_eq!(held.event, Some(PaymentEvent::Authorised { amount: 1234 }));
    let taken = stripe.capture(&money("pi_1", 1234, "k3")).await.unwrap();
    assert_eq!(taken.event, Some(PaymentEvent::Captured { amount: 1234 }));
    for _ in 0..2 {
        let back = stripe.refund(&money("pi_1", 200, "k4")).await.unwrap();
        assert_eq!(back.event, Some(PaymentEvent::Refunded { captured: 1234, refunded: 200 }), "once for a key");
    }
    let refused = stripe.refund(&money("pi_1", 1100, "k5")).await.unwrap_err();
    assert!(matches!(&refused, GatewayError::Refused(text) if text.contains("charge_already_refunded")), "{refused:?}");
    let other = stripe.refund(&money("pi_1", 300, "k4")).await.unwrap_err();
    assert!(matches!(&other, GatewayError::Refused(text) if text.contains("idempotency_error")), "{other:?}");
    let asked = stripe.create(&create(5)).await.unwrap().gateway_id;
    let action = stripe.confirm(&confirm(&asked, "pm_3ds", "k6")).await.unwrap();
    assert_eq!(action.event, Some(PaymentEvent::ActionRequired));
    let next = action.next_action.unwrap();
    assert_eq!(next.redirect_url.as_deref(), Some("https://bank.example/3ds"));
    assert_eq!(next.client_secret.as_deref(), Some("pi_2_secret"));
    assert_eq!(stripe.cancel(&asked, "k7").await.unwrap().event, Some(PaymentEvent::Voided));
    assert_eq!(double.effects.lock().iter().filter(|path| *path == "create").count(), 2);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_with_the_same_key() {
    let (double, url) = serve().await;
    let stripe = gateway(&url, KEY);
    let id = stripe.create(&create(1000)).await.unwrap().gateway_id;
    *double.lose.lock() = 2;
    let told = stripe.confirm(&confirm(&id, "pm_card", "k1")).await.unwrap();
    assert_eq!(told.event, Some(PaymentEvent::Authorised { amount: 1000 }));
    let confirms =
        |key: &str| double.requests.lock().iter().filter(|it| **it == ("confirm".into(), key.into())).count();
    assert_eq!((confirms("k1"), double.effects.lock().len()), (3, 2), "three requests, one effect");
    *double.lose.lock() = 3;
    let lost = stripe.capture(&money(&id, 1000, "k2")).await.unwrap_err();
    assert!(matches!(lost, GatewayError::Unknown(_)), "{lost:?}");
    // Five failures in a row: it is not asked for a while.
    *double.lose.lock() = 9;
    for _ in 0..3 {
        stripe.capture(&money(&id, 1000, "k2")).await.unwrap_err();
    }
    let sent = double.requests.lock().len();
    assert!(matches!(stripe.capture(&money(&id, 1000, "k2")).await, Err(GatewayError::NotSent(_))));
    assert_eq!(double.requests.lock().len(), sent);
    let wrong = gateway(&url, "sk_other").create(&create(1)).await.unwrap_err();
    assert!(matches!(wrong, GatewayError::Refused(_)), "{wrong:?}");
    let nobody = gateway("http://127.0.0.1:9", KEY).create(&create(1)).await.unwrap_err();
    assert!(matches!(nobody, GatewayError::Unknown(_)), "{nobody:?}");
}

/// Signed by another implementation of HMAC.
fn signed(body: &str, secret: &str, now: DateTime<Utc>) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = ring::hmac::sign(&key, format!("{}.{body}", now.timestamp()).as_bytes());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={},v1={hex}", now.timestamp())
}

async fn with_stripe(world: &World) -> (World, Arc<Double>) {
    let (double, url) = serve().await;
    let mut world = world.clone();
    world.checkouts.gateways = Gateways::new([Arc::new(gateway(&url, KEY)) as Arc<_>]);
    (world, double)
}

fn card(method: &str) -> PayInput {
    PayInput { gateway: "stripe".into(), method: method.into(), amount: None, return_url: None }
}

#[tokio::test]
async fn a_checkout_is_paid_through_it() {
    for world in each().await {
        let (world, double) = with_stripe(&world).await;
        let token = world.ready(&[(1, 1)]).await;
        let declined = world.checkouts.pay(&token, &card("pm_declined")).await.unwrap().unwrap();
        assert_eq!(declined.failure.as_deref(), Some("Your card was declined."), "{}", world.on());
        *double.lose.lock() = 1;
        let paid = world.checkouts.pay(&token, &card("pm_card")).await.unwrap().unwrap();
        assert!(paid.order.is_some(), "{}", world.on());
        let effects: Vec<String> = double.effects.lock().clone();
        assert_eq!(effects, ["create", "confirm", "confirm", "capture"], "{}: each once", world.on());
        // The webhook of the same: nothing new. One of a refund in the dashboard names the charge alone.
        let intent = double.intents.lock()["pi_1"].clone();
        let tell = async |kind: &str, object: &serde_json::Value, secret: &str| {
            let body = serde_json::json!({ "type": kind, "data": { "object": object } }).to_string();
            let signature = signed(&body, secret, world.clock.now());
            world.checkouts.webhook("stripe", &signature, body.as_bytes()).await
        };
        let stored = tell("payment_intent.succeeded", &intent, "whsec_test").await.unwrap();
        assert_eq!(stored, WebhookOutcome::Stored);
        double.intents.lock().get_mut("pi_1").unwrap()["latest_charge"]["amount_refunded"] = 100.into();
        let charge = serde_json::json!({ "id": "ch_1", "payment_intent": "pi_1" });
        assert_eq!(tell("charge.refunded", &charge, "whsec_new").await.unwrap(), WebhookOutcome::Stored);
        let forged = tell("charge.refunded", &charge, "whsec_forged").await;
        assert!(matches!(forged, Err(WebhookError::Bad(BadWebhook::Forged))));
        assert_eq!(tell("customer.created", &charge, "whsec_new").await.unwrap(), WebhookOutcome::Ignored);
        let refunded = world.texts("SELECT CAST(refunded AS text) FROM orders").await;
        assert_eq!(refunded, ["100"], "{}", world.on());
        assert_eq!(world.count("orders").await, 1);
    }
}

#[tokio::test]
async fn the_bank_is_told_where_the_shopper_comes_back_to() {
    for world in each().await {
        let (world, double) = with_stripe(&world).await;
        let token = world.ready(&[(1, 1)]).await;
        for bad in ["shop.example/back", "javascript:alert(1)", "https://user:secret@shop.example/", "/back"] {
            let input = PayInput { return_url: Some(bad.into()), ..card("pm_3ds") };
            let refused = world.checkouts.pay(&token, &input).await.unwrap().unwrap_err();
            assert_eq!(refused[0].code, CheckoutCode::InvalidReturnUrl, "{bad}");
            assert_eq!(refused[0].field.as_deref(), Some("returnUrl"));
        }
        assert!(double.intents.lock().is_empty(), "nothing was asked for");
        let input = PayInput { return_url: Some("https://shop.example/back".into()), ..card("pm_3ds") };
        let action = world.checkouts.pay(&token, &input).await.unwrap().unwrap().next_action.unwrap();
        assert_eq!(action.redirect_url.as_deref(), Some("https://bank.example/3ds"), "{}", world.on());
        assert_eq!(double.intents.lock()["pi_1"]["return_url"], "https://shop.example/back");
    }
}
