//! Money that goes back while the order stays.
use crate::{
    cancel::{line_ids, row, staff},
    world::{each, order_codes},
};
use chrono::TimeDelta;
use futures_util::future::join_all;
use tradewind_commerce::{
    orders::{Parcel, RefundInput},
    payments::TestGateway,
};
use tradewind_domain::order::Units;
use tradewind_persistence::read::order::lines_by_orders;

#[tokio::test]
async fn a_part_and_then_the_whole() {
    for world in each().await {
        let order = world.order(&[(1, 2), (2, 1)]).await;
        let lines = line_ids(&world, order.id).await;
        let refund = async |amount, units: Units| {
            let input = RefundInput { amount, units };
            world.act_on_order(async |tx| world.checkouts.refund(tx, order.id, input, staff()).await).await
        };
        // The price of units that are still to be handed over cannot go back: cancel them first.
        assert_eq!(order_codes(refund(1000, Units::from([(lines[0], 1)])).await), ["TOO_MANY_UNITS"]);
        let parcel = Parcel { units: Units::from([(lines[0], 2), (lines[1], 1)]), ..Parcel::default() };
        world.act_on_order(async |tx| world.checkouts.fulfil(tx, order.id, parcel, staff()).await).await.unwrap();
        refund(1000, Units::from([(lines[0], 1)])).await.unwrap();
        let after = row(&world, order.id).await;
        assert_eq!((after.payment_status.as_str(), after.refunded), ("partially_refunded", 1000), "{}", world.on());
        let stored = lines_by_orders(world.db(), vec![order.id]).await.unwrap().remove(&order.id).unwrap();
        assert_eq!(stored.iter().map(|line| line.refunded).collect::<Vec<_>>(), [1, 0]);
        assert_eq!(order_codes(refund(3491, Units::new()).await), ["INVALID_AMOUNT"]);
        refund(3490, Units::new()).await.unwrap();
        assert_eq!(row(&world, order.id).await.payment_status, "refunded");
        assert_eq!(order_codes(refund(1, Units::new()).await), ["INVALID_AMOUNT"]);
        world.is_exact().await;
    }
}

#[tokio::test]
async fn two_refunds_at_once_give_no_more_than_was_paid() {
    for world in each().await {
        let order = world.order(&[(1, 1)]).await;
        // The gateway is told of none before both are decided.
        world.gateway.set_down(true);
        let refund = async |amount| {
            let input = RefundInput { amount, units: Units::new() };
            world.act_on_order(async |tx| world.checkouts.refund(tx, order.id, input, staff()).await).await
        };
        refund(1000).await.unwrap();
        assert_eq!(order_codes(refund(491).await), ["INVALID_AMOUNT"]);
        refund(490).await.unwrap();
        assert_eq!((row(&world, order.id).await.refunded, world.gateway.charges()[0].refunded), (0, 0));
        world.gateway.set_down(false);
        world.clock.advance(TimeDelta::hours(2));
        join_all((0..3).map(|_| world.checkouts.sweep())).await;
        world.clock.advance(TimeDelta::hours(2));
        world.sweep().await;
        let after = row(&world, order.id).await;
        assert_eq!((after.refunded, world.charge().refunded), (1490, 1490), "{}", world.on());
        assert_eq!(world.count("refunds WHERE state = 'done'").await, 2);
        world.is_exact().await;
    }
}

#[tokio::test]
async fn a_refund_that_staff_make_at_the_gateway_is_learned_of() {
    for world in each().await {
        let order = world.order(&[(1, 1)]).await;
        let id = world.charge().gateway_id;
        world.gateway.give_back(&id, 200);
        let body = world.gateway.webhook_body(&id);
        world.checkouts.webhook("test", TestGateway::SIGNATURE, &body).await.unwrap();
        let after = row(&world, order.id).await;
        assert_eq!((after.refunded, after.payment_status.as_str()), (200, "partially_refunded"), "{}", world.on());
        world.is_exact().await;
    }
}
