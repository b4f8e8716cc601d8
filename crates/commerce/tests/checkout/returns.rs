//! Goods that come back.
use crate::{
    cancel::{line_ids, row, staff},
    world::{each, order_codes},
};
use tradewind_commerce::orders::{By, Parcel};
use tradewind_domain::order::Units;
use tradewind_persistence::read::order_parts::{fulfilments_by_orders, returns_by_orders};

#[tokio::test]
async fn goods_come_back_and_are_sold_again() {
    for world in each().await {
        let on = world.on();
        let order = world.order(&[(1, 3)]).await;
        let (on_hand, line) = (world.stock().await.0, line_ids(&world, order.id).await[0]);
        let units = |count| Units::from([(line, count)]);
        let ask = async |count| {
            let by = By { actor: None, reason: "too small".into() };
            world.act(async |tx| world.checkouts.request_return(tx, order.id, units(count), by).await).await
        };
        assert_eq!(order_codes(ask(1).await), ["TOO_MANY_UNITS"], "{on}: nothing was handed over");
        let parcel = Parcel { units: units(2), carrier: "Post".into(), ..Parcel::default() };
        let sent = world.act_on_order(async |tx| world.checkouts.fulfil(tx, order.id, parcel, staff()).await).await;
        let fulfilment = sent.unwrap().part_id.unwrap();
        assert_eq!(row(&world, order.id).await.fulfilment_status, "partially_fulfilled");
        world.act(async |tx| world.checkouts.deliver(tx, order.id, fulfilment, staff()).await).await.unwrap();
        let back = ask(2).await.unwrap().part_id.unwrap();
        assert_eq!(order_codes(ask(1).await), ["TOO_MANY_UNITS"], "{on}: each unit once");
        assert_eq!(row(&world, order.id).await.return_status, "requested");
        let receive = async || {
            world.act(async |tx| world.checkouts.receive_return(tx, order.id, back, true, staff()).await).await
        };
        assert_eq!(order_codes(receive().await), ["WRONG_STAGE"], "{on}: not agreed to");
        world.act(async |tx| world.checkouts.approve_return(tx, order.id, back, staff()).await).await.unwrap();
        assert_eq!(world.stock().await.0, on_hand);
        receive().await.unwrap();
        assert_eq!(world.stock().await.0, on_hand + 2, "{on}");
        assert_eq!(order_codes(receive().await), ["WRONG_STAGE"], "{on}: once");
        assert_eq!(row(&world, order.id).await.return_status, "returned");
        let parts = fulfilments_by_orders(world.db(), vec![order.id]).await.unwrap().remove(&order.id).unwrap();
        assert_eq!((parts.len(), parts[0].stage.as_str(), parts[0].text.as_str()), (1, "delivered", "Post"));
        let parts = returns_by_orders(world.db(), vec![order.id]).await.unwrap().remove(&order.id).unwrap();
        assert_eq!((parts.len(), parts[0].quantity, parts[0].text.as_str()), (1, 2, "too small"));
        world.is_exact().await;
    }
}

#[tokio::test]
async fn a_return_may_be_declined_or_taken_back() {
    for world in each().await {
        let order = world.order(&[(1, 2)]).await;
        let line = line_ids(&world, order.id).await[0];
        let parcel = Parcel { units: Units::from([(line, 2)]), ..Parcel::default() };
        world.act_on_order(async |tx| world.checkouts.fulfil(tx, order.id, parcel, staff()).await).await.unwrap();
        let ask = async || {
            let units = Units::from([(line, 2)]);
            let asked = world.act(async |tx| world.checkouts.request_return(tx, order.id, units, By::default()).await);
            asked.await.unwrap().part_id.unwrap()
        };
        let first = ask().await;
        world.act(async |tx| world.checkouts.decline_return(tx, order.id, first, staff()).await).await.unwrap();
        let second = ask().await;
        world.act(async |tx| world.checkouts.cancel_return(tx, order.id, second, By::default()).await).await.unwrap();
        assert_eq!(row(&world, order.id).await.return_status, "none", "{}", world.on());
        let unknown = world.act(async |tx| world.checkouts.approve_return(tx, order.id, order.id, staff()).await).await;
        assert_eq!(order_codes(unknown), ["RETURN_NOT_FOUND"]);
        let called = world.act(async |tx| world.checkouts.call_back(tx, order.id, order.id, staff()).await).await;
        assert_eq!(order_codes(called), ["FULFILMENT_NOT_FOUND"]);
        world.is_exact().await;
    }
}
