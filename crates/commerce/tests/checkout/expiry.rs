//! The end of the hold, and money that comes after it.
use crate::world::{codes, each, everything, with};
use chrono::TimeDelta;
use tradewind_commerce::{checkout::CheckoutCode, payments::TestGateway};

#[tokio::test]
async fn a_hold_that_is_over_gives_the_stock_back_once() {
    for world in each().await {
        let token = world.ready(&[(1, 3)]).await;
        world.clock.advance(TimeDelta::minutes(15) - TimeDelta::milliseconds(1));
        world.sweep().await;
        assert_eq!(world.stock().await.1, 3, "{}: still held", world.on());
        world.clock.advance(TimeDelta::milliseconds(1));
        assert_eq!(codes(world.update(&token, &everything()).await), [CheckoutCode::HoldExpired]);
        assert_eq!(codes(world.checkouts.pay(&token, &with("approve")).await.unwrap()), [CheckoutCode::HoldExpired]);
        tokio::join!(world.sweep(), world.sweep(), world.sweep());
        assert_eq!(world.stock().await.1, 0);
        // To the shopper it is the same whether the sweeper was there.
        assert_eq!(codes(world.update(&token, &everything()).await), [CheckoutCode::HoldExpired]);
        assert_eq!(codes(world.checkouts.pay(&token, &with("approve")).await.unwrap()), [CheckoutCode::HoldExpired]);
        assert_eq!(codes(world.checkouts.complete(&token).await.unwrap()), [CheckoutCode::HoldExpired]);
        let topics = world.texts("SELECT topic FROM outbox").await;
        assert_eq!(topics, ["checkout.expired"], "{}", world.on());
        assert!(world.gateway.charges().is_empty());
        // It came to nothing, and goes after a month.
        assert_eq!(world.checkouts.forget().await.unwrap(), 0);
        world.clock.advance(TimeDelta::days(31));
        assert_eq!(world.checkouts.forget().await.unwrap(), 1);
        world.is_exact().await;
    }
}

#[tokio::test]
async fn a_payment_that_comes_too_late_is_voided() {
    for world in each().await {
        let token = world.ready(&[(1, 3)]).await;
        world.pay(&token, "action").await;
        let id = world.charge().gateway_id;
        // The gateway cannot be told that it is over, and then the shopper acts.
        world.gateway.set_down(true);
        world.clock.advance(TimeDelta::minutes(16));
        world.checkouts.sweep().await.unwrap();
        world.gateway.set_down(false);
        world.gateway.act(&id, true);
        assert_eq!(world.charge().held, 3490, "{}: it has the money", world.on());
        let body = world.gateway.webhook_body(&id);
        world.checkouts.webhook("test", TestGateway::SIGNATURE, &body).await.unwrap();
        assert_eq!((world.charge().held, world.charge().cancelled, world.count("orders").await), (0, true, 0));
        let reasons = world.texts("SELECT return_reason FROM payments").await;
        assert_eq!(reasons, ["hold_expired"], "{}", world.on());
        world.clock.advance(TimeDelta::hours(2));
        world.sweep().await;
        assert_eq!(world.count("payments WHERE check_at IS NOT NULL").await, 0);
        world.is_exact().await;
    }
}

#[tokio::test]
async fn money_that_was_taken_too_late_is_refunded() {
    for world in each().await {
        let token = world.ready(&[(1, 1)]).await;
        // Taken at once by the gateway, and the answer comes when nobody waits for it any more.
        let lost = tokio::time::timeout(std::time::Duration::from_millis(300), async {
            let input = with("silent");
            world.checkouts.pay(&token, &input).await.unwrap().unwrap()
        });
        assert!(lost.await.is_err());
        let id = world.charge().gateway_id;
        world.gateway.take(&id);
        world.clock.advance(TimeDelta::minutes(16));
        world.sweep().await;
        let charge = world.charge();
        assert_eq!((charge.captured, charge.refunded), (1490, 1490), "{}", world.on());
        assert_eq!(world.count("orders").await, 0);
        world.is_exact().await;
    }
}

#[tokio::test]
async fn another_amount_than_what_is_due_makes_no_order() {
    for world in each().await {
        let token = world.ready(&[(1, 1)]).await;
        let progress = world.pay(&token, "partial").await;
        assert!(progress.order.is_none() && world.charge().cancelled, "{}", world.on());
        assert_eq!(world.texts("SELECT return_reason FROM payments").await, ["wrong_amount"]);
        assert!(world.pay(&token, "approve_captured").await.order.is_some());
        world.is_exact().await;
    }
}

#[tokio::test]
async fn expiry_and_payment_meet() {
    for world in each().await {
        for round in 0..12u64 {
            let token = world.ready(&[(1, 1)]).await;
            let (clock, expiring) = (world.clock.clone(), world.clone());
            let expire = async move {
                tokio::time::sleep(std::time::Duration::from_millis(round * 2)).await;
                clock.advance(TimeDelta::minutes(15));
                expiring.checkouts.sweep().await.unwrap();
            };
            let input = with("approve");
            let (paid, ()) = tokio::join!(world.checkouts.pay(&token, &input), expire);
            let ordered = paid.unwrap().is_ok_and(|progress| progress.order.is_some());
            world.clock.advance(TimeDelta::minutes(16));
            world.sweep().await;
            let kept = world.gateway.charges().last().is_some_and(|charge| charge.captured > charge.refunded);
            assert!(!ordered || kept, "{}: an order without money", world.on());
        }
        let kept = world.gateway.charges().iter().filter(|charge| charge.captured > charge.refunded).count();
        assert_eq!(world.count("orders").await, kept, "{}", world.on());
        assert_eq!(world.stock().await.1, 0);
        world.is_exact().await;
    }
}
