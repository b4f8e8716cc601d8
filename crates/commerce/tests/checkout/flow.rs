//! One shopper, from the cart to the order.
use crate::{
    shop::price,
    till::{METHOD, SHIPPING},
    world::{codes, each, everything, with},
};
use chrono::TimeDelta;
use tradewind_commerce::{
    account::Token,
    checkout::{Changes, CheckoutCode},
    orders::{Bill, find_order, order_of_token},
    payments::TestGateway,
};
use tradewind_domain::payment::PaymentStatus;
use tradewind_persistence::read::order::{history_by_orders, lines_by_orders, orders_by_ids};

#[tokio::test]
async fn a_cart_becomes_a_paid_order() {
    for world in each().await {
        let on = world.on();
        let before = world.stock().await;
        let cart = world.till.cart(&[(1, 2), (3, 1)]);
        let started = world.start_cart(cart, None).await.unwrap();
        assert_eq!(started.expires_at, world.clock.now() + TimeDelta::minutes(15));
        assert_eq!(started.quote.due, 2 * price(1) + price(3));
        assert_eq!(world.stock().await, (before.0, 3), "{on}: held");
        let token = started.token.unwrap();
        let quoted = world.update(&token, &everything()).await.unwrap();
        let total = 2 * price(1) + price(3) + SHIPPING;
        assert_eq!((quoted.quote.due, quoted.expires_at), (total, started.expires_at));
        let progress = world.pay(&token, "approve").await;
        assert_eq!(progress.status, PaymentStatus::Captured, "{on}");
        let placed = progress.order.unwrap();
        assert_eq!(placed.number, 1001);
        assert_eq!(world.stock().await, (before.0 - 3, 0), "{on}: sold");
        let order = orders_by_ids(world.db(), vec![placed.id]).await.unwrap().pop().unwrap();
        assert_eq!((order.total, order.captured, order.email.as_str()), (total, total, "jo@example.com"));
        assert_eq!((order.status.as_str(), order.payment_status.as_str()), ("placed", "paid"));
        let bill: Bill = serde_json::from_str(&order.bill).unwrap();
        assert_eq!((bill.quote.shipping, bill.shipping_address.unwrap().city.as_str()), (SHIPPING, "Berlin"));
        let lines = lines_by_orders(world.db(), vec![order.id]).await.unwrap().remove(&order.id).unwrap();
        let told: Vec<_> = lines.iter().map(|line| (line.sku.as_str(), line.ordered, line.total)).collect();
        assert_eq!(told, [("SKU-1", 2, 2000), ("SKU-3", 1, 3000)]);
        let history = history_by_orders(world.db(), vec![order.id]).await.unwrap().remove(&order.id).unwrap();
        let kinds: Vec<_> = history.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["placed", "authorised", "captured"]);
        let topics = world.texts("SELECT topic FROM outbox WHERE aggregate LIKE 'Order:%' ORDER BY position").await;
        assert_eq!(topics, ["order.placed", "order.captured"], "{on}");
        let letters = world.texts("SELECT message FROM mail_queue").await;
        assert!(letters.len() == 1 && letters[0].contains("54.90 EUR") && letters[0].contains(placed.token.expose()));
        // Who has the letter, or knows number and address.
        assert_eq!(order_of_token(world.db(), &placed.token).await.unwrap().unwrap().id, order.id);
        assert!(order_of_token(world.db(), &Token::sent("guessed")).await.unwrap().is_none());
        assert_eq!(find_order(world.db(), 1001, " JO@example.com").await.unwrap().unwrap().id, order.id);
        for (number, email) in [(1001, "other@example.com"), (1002, "jo@example.com"), (1001, "")] {
            assert!(find_order(world.db(), number, email).await.unwrap().is_none());
        }
        // Again: the same order.
        let again = world.checkouts.complete(&token).await.unwrap().unwrap();
        assert_eq!((again.id, again.token.expose()), (placed.id, placed.token.expose()));
        assert_eq!(world.pay(&token, "approve").await.order.unwrap().id, placed.id);
        assert_eq!((world.count("orders").await, world.charge().tries), (1, 1));
        world.is_exact().await;
    }
}

#[tokio::test]
async fn nothing_is_paid_before_everything_is_known() {
    for world in each().await {
        let cart = world.till.cart(&[(1, 1)]);
        let token = world.start_cart(cart, None).await.unwrap().token.unwrap();
        let missing = codes(world.checkouts.pay(&token, &with("approve")).await.unwrap());
        use CheckoutCode as Code;
        assert_eq!(missing, [Code::EmailRequired, Code::AddressRequired, Code::ShippingMethodRequired]);
        let wrong =
            Changes { email: Some("jo".into()), shipping_address: Some(Default::default()), ..Changes::default() };
        let refused = world.update(&token, &wrong).await.unwrap_err();
        let fields: Vec<_> = refused.iter().map(|it| it.field.as_deref().unwrap()).collect();
        assert_eq!(fields, ["email", "shippingAddress.country"]);
        world.update(&token, &everything()).await.unwrap();
        let stale = tradewind_commerce::checkout::PayInput { amount: Some(price(1)), ..with("approve") };
        assert_eq!(codes(world.checkouts.pay(&token, &stale).await.unwrap()), [Code::AmountChanged]);
        let elsewhere = tradewind_commerce::checkout::PayInput { gateway: "other".into(), ..with("approve") };
        assert_eq!(codes(world.checkouts.pay(&token, &elsewhere).await.unwrap()), [Code::UnknownGateway]);
        assert_eq!(codes(world.checkouts.complete(&token).await.unwrap()), [Code::PaymentRequired]);
        assert_eq!(codes(world.checkouts.pay(&Token::sent("no"), &with("approve")).await.unwrap()), [Code::NotFound]);
        assert!(world.gateway.charges().is_empty(), "{}", world.on());
        for (cart, code) in [
            (vec![], Code::CartEmpty),
            (vec![(99, 1)], Code::CartBlocked),
            (vec![(1, 20_000)], Code::InsufficientStock),
        ] {
            let cart = world.till.cart(&cart);
            assert_eq!(codes(world.start_cart(cart, None).await), [code]);
        }
        assert_eq!(world.stock().await.1, 1, "{}: what was refused holds nothing", world.on());
        world.is_exact().await;
    }
}

#[tokio::test]
async fn a_declined_payment_may_be_tried_again() {
    for world in each().await {
        let token = world.ready(&[(2, 1)]).await;
        let declined = world.pay(&token, "decline").await;
        assert_eq!((declined.status, declined.order.is_none()), (PaymentStatus::Failed, true));
        assert_eq!(declined.failure.as_deref(), Some("The card was declined."));
        // Something may be changed in between: then it is another payment.
        world.update(&token, &Changes { shipping_method_id: Some(METHOD), ..Changes::default() }).await.unwrap();
        let paid = world.pay(&token, "approve").await;
        assert_eq!(paid.payment_id, declined.payment_id, "{}: the same amount, the same payment", world.on());
        assert!(paid.order.is_some() && paid.failure.is_none());
        assert_eq!(world.gateway.charges().len(), 1);
        world.is_exact().await;
    }
}

#[tokio::test]
async fn the_shopper_acts_and_comes_back() {
    for world in each().await {
        let token = world.ready(&[(2, 1)]).await;
        let asked = world.pay(&token, "action").await;
        assert_eq!(asked.status, PaymentStatus::RequiresAction);
        assert!(asked.next_action.unwrap().redirect_url.is_some());
        assert_eq!(codes(world.checkouts.complete(&token).await.unwrap()), [CheckoutCode::PaymentPending]);
        world.gateway.act(&world.charge().gateway_id, true);
        let order = world.checkouts.complete(&token).await.unwrap().unwrap();
        assert_eq!(order.number, 1001);
        world.is_exact().await;
    }
}

#[tokio::test]
async fn another_card_gives_the_first_payment_up() {
    for world in each().await {
        let cart = world.till.cart(&[(2, 1)]);
        let token = world.ready_cart(cart, None).await;
        let first = world.pay(&token, "action").await;
        let declined = world.pay(&token, "decline").await;
        assert_ne!(declined.payment_id, first.payment_id, "{}", world.on());
        // What is due has changed, so the declined payment cannot be tried again.
        {
            let mut carts = world.till.carts.lock();
            let basket = carts.get_mut(&cart).unwrap();
            (basket.lines, basket.version) = (vec![(2, 2)], 1);
        }
        world.update(&token, &Changes::default()).await.unwrap();
        let paid = world.pay(&token, "approve").await;
        assert!(paid.order.is_some() && paid.payment_id != declined.payment_id);
        // The shopper acts on the first one all the same, before anybody could cancel it.
        let id = world.gateway.charges()[0].gateway_id.clone();
        world.gateway.act(&id, true);
        let body = world.gateway.webhook_body(&id);
        world.checkouts.webhook("test", TestGateway::SIGNATURE, &body).await.unwrap();
        world.sweep().await;
        let ends: Vec<_> = world.gateway.charges().iter().map(|it| (it.cancelled, it.captured)).collect();
        assert_eq!(ends, [(true, 0), (true, 0), (false, 2 * price(2) + SHIPPING)], "{}", world.on());
        assert_eq!((world.count("orders").await, world.count("payments WHERE check_at IS NOT NULL").await), (1, 0));
        world.is_exact().await;
    }
}

#[tokio::test]
async fn a_lost_answer_is_asked_for() {
    for world in each().await {
        let token = world.ready(&[(2, 1)]).await;
        assert!(world.pay(&token, "lost").await.order.is_some(), "{}", world.on());
        // One that failed before it did anything may be tried again at once, with another card.
        let token = world.ready(&[(2, 1)]).await;
        assert_eq!(world.pay(&token, "fail").await.status, PaymentStatus::Pending);
        world.clock.advance(world.checkouts.config.patience);
        assert!(world.pay(&token, "approve").await.order.is_some());
        world.sweep().await;
        world.is_exact().await;
    }
}

#[tokio::test]
async fn what_gift_cards_pay_needs_no_payment() {
    for world in each().await {
        let cart = world.till.cart(&[(1, 1)]);
        world.till.carts.lock().get_mut(&cart).unwrap().cards = [1000, 490];
        let token = world.ready_cart(cart, None).await;
        assert_eq!(
            codes(world.checkouts.pay(&token, &with("approve")).await.unwrap()),
            [CheckoutCode::PaymentNotRequired]
        );
        let order = world.checkouts.complete(&token).await.unwrap().unwrap();
        assert_eq!(world.checkouts.complete(&token).await.unwrap().unwrap().id, order.id);
        let row = orders_by_ids(world.db(), vec![order.id]).await.unwrap().pop().unwrap();
        assert_eq!((row.captured, row.payment_status.as_str()), (1490, "paid"));
        assert!(world.gateway.charges().is_empty());
        world.is_exact().await;
    }
}

#[tokio::test]
async fn a_promotion_that_is_used_up_meanwhile_takes_no_money() {
    for world in each().await {
        let token = world.ready(&[(1, 1)]).await;
        *world.till.used_up.lock() = true;
        let progress = world.pay(&token, "approve").await;
        assert_eq!((progress.status, progress.order.is_none()), (PaymentStatus::Voided, true), "{}", world.on());
        assert_eq!(codes(world.checkouts.pay(&token, &with("approve")).await.unwrap()), [CheckoutCode::QuoteOutdated]);
        *world.till.used_up.lock() = false;
        world.update(&token, &Changes::default()).await.unwrap();
        assert!(world.pay(&token, "approve").await.order.is_some());
        world.is_exact().await;
    }
}

#[tokio::test]
async fn a_cart_that_changed_is_held_anew() {
    for world in each().await {
        let cart = world.till.cart(&[(1, 1)]);
        let token = world.ready_cart(cart, None).await;
        {
            let mut carts = world.till.carts.lock();
            let basket = carts.get_mut(&cart).unwrap();
            (basket.lines, basket.version) = (vec![(1, 4), (2, 1)], 1);
        }
        assert_eq!(world.stock().await.1, 1);
        let quoted = world.update(&token, &Changes::default()).await.unwrap();
        assert_eq!((quoted.quote.subtotal, world.stock().await.1), (4 * price(1) + price(2), 5), "{}", world.on());
        let cancelled = world.act(async |tx| world.checkouts.cancel(tx, &token).await).await;
        assert_eq!((cancelled, world.stock().await.1), (Ok(()), 0));
        assert_eq!(codes(world.update(&token, &Changes::default()).await), [CheckoutCode::IllegalTransition]);
        world.is_exact().await;
    }
}
