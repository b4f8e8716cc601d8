//! Several at once: clicks, webhooks, answers.
use crate::world::{World, each, with};
use futures_util::future::join_all;
use std::time::Duration;
use tradewind_commerce::{
    account::Token,
    checkout::{Progress, WebhookError, WebhookOutcome},
    payments::{BadWebhook, TestGateway},
};

async fn three_webhooks(world: &World, id: &str) {
    let body = world.gateway.webhook_body(id);
    let one = || world.checkouts.webhook("test", TestGateway::SIGNATURE, &body);
    for outcome in join_all([one(), one(), one()]).await {
        assert_eq!(outcome.unwrap(), WebhookOutcome::Stored);
    }
}

/// Waits until the gateway has the money.
async fn held(world: &World) -> String {
    loop {
        if let Some(charge) = world.gateway.charges().pop().filter(|charge| charge.tries > 0) {
            return charge.gateway_id;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn is_one(world: &World, token: &Token) {
    assert_eq!(world.count("orders").await, 1, "{}", world.on());
    assert_eq!(world.count("payments").await, 1, "{}", world.on());
    assert_eq!(world.count("mail_queue").await, 1, "{}", world.on());
    assert_eq!(world.gateway.charges().len(), 1);
    assert!(world.checkouts.complete(token).await.unwrap().is_ok());
    world.sweep().await;
    world.is_exact().await;
}

#[tokio::test]
async fn webhooks_before_the_answer_make_one_order() {
    for world in each().await {
        let token = world.ready(&[(1, 1)]).await;
        let paying = (world.clone(), with("silent"), Token::sent(token.expose()));
        let paying = tokio::spawn(async move { paying.0.checkouts.pay(&paying.2, &paying.1).await.unwrap().is_ok() });
        let id = held(&world).await;
        three_webhooks(&world, &id).await;
        paying.abort();
        is_one(&world, &token).await;
    }
}

#[tokio::test]
async fn webhooks_beside_the_answer_make_one_order() {
    for world in each().await {
        let token = world.ready(&[(1, 1)]).await;
        let input = with("approve");
        let webhooks = async {
            let id = held(&world).await;
            three_webhooks(&world, &id).await;
        };
        let (progress, ()) = tokio::join!(world.checkouts.pay(&token, &input), webhooks);
        assert!(progress.unwrap().unwrap().order.is_some());
        is_one(&world, &token).await;
    }
}

#[tokio::test]
async fn webhooks_behind_the_answer_make_one_order() {
    for world in each().await {
        let token = world.ready(&[(1, 1)]).await;
        assert!(world.pay(&token, "approve").await.order.is_some());
        three_webhooks(&world, &world.charge().gateway_id).await;
        is_one(&world, &token).await;
    }
}

#[tokio::test]
async fn webhooks_that_are_nobodys_change_nothing() {
    for world in each().await {
        let forged = world.checkouts.webhook("test", "forged", b"test_1").await;
        assert!(matches!(forged, Err(WebhookError::Bad(BadWebhook::Forged))));
        let other = world.checkouts.webhook("test", TestGateway::SIGNATURE, b"test_1").await.unwrap();
        assert_eq!(other, WebhookOutcome::Ignored);
        let missing = world.checkouts.webhook("other", TestGateway::SIGNATURE, b"").await;
        assert!(matches!(missing, Err(WebhookError::UnknownGateway)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_clicks_pay_once() {
    for world in each().await {
        let token = world.ready(&[(1, 1)]).await;
        let click = |number: usize| {
            let (world, token) = (world.clone(), Token::sent(token.expose()));
            tokio::spawn(async move {
                if number % 3 == 2 {
                    world.checkouts.complete(&token).await.unwrap().ok();
                } else {
                    let _: Option<Progress> = world.checkouts.pay(&token, &with("approve")).await.unwrap().ok();
                }
            })
        };
        for done in join_all((0..12).map(click)).await {
            done.unwrap();
        }
        assert!(world.checkouts.complete(&token).await.unwrap().is_ok());
        is_one(&world, &token).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn free_orders_are_completed_once() {
    for world in each().await {
        let cart = world.till.cart(&[(1, 1)]);
        world.till.carts.lock().get_mut(&cart).unwrap().cards = [2000, 0];
        let token = world.ready_cart(cart, None).await;
        let complete = |_| {
            let (world, token) = (world.clone(), Token::sent(token.expose()));
            tokio::spawn(async move { world.checkouts.complete(&token).await.unwrap().unwrap().id })
        };
        let ids: Vec<_> = join_all((0..8).map(complete)).await.into_iter().map(Result::unwrap).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{}: {ids:?}", world.on());
        assert_eq!(world.count("orders").await, 1);
        world.is_exact().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_shoppers_of_the_same_goods_all_pay_or_are_refused() {
    for world in crate::world::each_with(Default::default(), 10).await {
        let buy = |_| {
            let world = world.clone();
            tokio::spawn(async move {
                let cart = world.till.cart(&[(1, 1), (2, 1)]);
                let Ok(started) = world.start_cart(cart, None).await else { return false };
                let token = started.token.unwrap();
                world.update(&token, &crate::world::everything()).await.unwrap();
                world.pay(&token, "approve").await.order.is_some()
            })
        };
        let bought = join_all((0..16).map(buy)).await.into_iter().filter(|done| *done.as_ref().unwrap()).count();
        assert_eq!((bought, world.count("orders").await), (10, 10), "{}", world.on());
        assert_eq!(world.stock().await, (i64::from(crate::shop::VARIANTS) * 10 - 20, 0));
        world.is_exact().await;
    }
}
