//! Cancelling.
use crate::{
    till::CARDS,
    world::{World, each, each_with, order_codes},
};
use chrono::TimeDelta;
use tradewind_commerce::{
    checkout::{CardAmount, CheckoutConfig},
    orders::{By, Parcel},
};
use tradewind_domain::order::Units;
use tradewind_persistence::read::order::{OrderRow, history_by_orders, lines_by_orders, orders_by_ids};
use uuid::Uuid;

pub(crate) async fn row(world: &World, id: Uuid) -> OrderRow {
    orders_by_ids(world.db(), vec![id]).await.unwrap().pop().unwrap()
}

/// The lines of an order, in its order.
pub(crate) async fn line_ids(world: &World, id: Uuid) -> Vec<Uuid> {
    let mut lines = lines_by_orders(world.db(), vec![id]).await.unwrap();
    lines.remove(&id).unwrap().iter().map(|line| line.id).collect()
}

pub(crate) fn staff() -> By {
    By { actor: Some("staff:1".into()), reason: "asked for".into() }
}

#[tokio::test]
async fn a_paid_order_is_cancelled_in_two_steps() {
    for world in each().await {
        let on_hand = world.stock().await;
        let order = world.order(&[(1, 2), (2, 3)]).await;
        world.gateway.set_down(true);
        world.act_on_order(async |tx| world.checkouts.cancel_order(tx, order.id, staff()).await).await.unwrap();
        let before = row(&world, order.id).await;
        assert_eq!((before.status.as_str(), before.refunded), ("cancelling", 0), "{}", world.on());
        assert_eq!(world.stock().await, on_hand, "{}: sold to others again", world.on());
        // Nothing leaves any more, and it is not cancelled twice.
        let again = world.act(async |tx| world.checkouts.cancel_order(tx, order.id, staff()).await).await;
        assert_eq!(order_codes(again), ["ORDER_WRONG_STATUS"]);
        world.gateway.set_down(false);
        world.clock.advance(TimeDelta::hours(2));
        world.sweep().await;
        let after = row(&world, order.id).await;
        assert_eq!((after.status.as_str(), after.payment_status.as_str()), ("cancelled", "refunded"), "{}", world.on());
        assert_eq!(world.charge().refunded, after.total);
        let history = history_by_orders(world.db(), vec![order.id]).await.unwrap().remove(&order.id).unwrap();
        let kinds: Vec<_> = history.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["placed", "authorised", "captured", "cancellation_requested", "refunded", "cancelled"]);
        assert!(world.till.released.lock().contains(&order.id));
        assert_eq!(world.count("mail_queue").await, 3, "placed, cancelled, refunded");
        world.is_exact().await;
    }
}

#[tokio::test]
async fn what_is_only_held_is_dropped() {
    let config = CheckoutConfig { capture_at_once: false, ..CheckoutConfig::default() };
    for world in each_with(config, 100).await {
        let order = world.order(&[(1, 1)]).await;
        assert_eq!(row(&world, order.id).await.payment_status, "authorised");
        world.act_on_order(async |tx| world.checkouts.cancel_order(tx, order.id, staff()).await).await.unwrap();
        let after = row(&world, order.id).await;
        assert_eq!((after.status.as_str(), after.payment_status.as_str()), ("cancelled", "voided"), "{}", world.on());
        assert!(world.charge().cancelled);
        // Another one, whose goods leave: then it is taken.
        let order = world.order(&[(1, 1)]).await;
        let units: Units = line_ids(&world, order.id).await.into_iter().map(|id| (id, 1)).collect();
        let parcel = Parcel { units, carrier: "Post".into(), tracking_number: "4711".into(), ..Parcel::default() };
        world.act_on_order(async |tx| world.checkouts.fulfil(tx, order.id, parcel, staff()).await).await.unwrap();
        let after = row(&world, order.id).await;
        assert_eq!((after.payment_status.as_str(), after.fulfilment_status.as_str()), ("paid", "fulfilled"));
        let letters = world.texts("SELECT message FROM mail_queue").await;
        assert!(letters.iter().any(|letter| letter.contains("4711")), "{}", world.on());
        let refused = world.act(async |tx| world.checkouts.cancel_order(tx, order.id, staff()).await).await;
        assert_eq!(order_codes(refused), ["ORDER_HANDED_OVER"]);
        world.is_exact().await;
    }
}

#[tokio::test]
async fn gift_cards_get_back_what_they_paid() {
    for world in each().await {
        let cart = world.till.cart(&[(1, 2)]);
        world.till.carts.lock().get_mut(&cart).unwrap().cards = [300, 200];
        let token = world.ready_cart(cart, None).await;
        let order = world.pay(&token, "approve").await.order.unwrap();
        assert_eq!(world.charge().captured, 1990);
        world.act_on_order(async |tx| world.checkouts.cancel_order(tx, order.id, staff()).await).await.unwrap();
        let after = row(&world, order.id).await;
        assert_eq!((after.status.as_str(), after.refunded), ("cancelled", 2490), "{}", world.on());
        assert_eq!(world.charge().refunded, 1990);
        let back = [1, 0].map(|n: usize| CardAmount { gift_card_id: CARDS[n], amount: [300, 200][n] });
        assert_eq!(*world.till.back.lock(), [(order.id, back.to_vec())]);
        world.is_exact().await;
    }
}

#[tokio::test]
async fn single_units_are_cancelled_and_refunded() {
    for world in each().await {
        let order = world.order(&[(1, 3)]).await;
        let (on_hand, line) = (world.stock().await.0, line_ids(&world, order.id).await[0]);
        let cancel = async |units: u32| {
            let units = Units::from([(line, units)]);
            world.act(async |tx| world.checkouts.cancel_units(tx, order.id, units, staff()).await).await
        };
        assert_eq!(order_codes(cancel(4).await), ["TOO_MANY_UNITS"]);
        assert_eq!(order_codes(cancel(3).await), ["ORDER_LAST_UNITS"]);
        cancel(1).await.unwrap();
        assert_eq!(world.stock().await.0, on_hand + 1, "{}", world.on());
        let missing = world.act(async |tx| world.checkouts.cancel_order(tx, Uuid::nil(), staff()).await).await;
        assert_eq!(order_codes(missing), ["ORDER_NOT_FOUND"]);
        world.is_exact().await;
    }
}
