//! What a hold promises, and how it ends.
use crate::{
    market::{
        commit, from, held, hold, hold_id, is_exact, later, levels, line, refused, release, stocked, texts, with_shop,
    },
    world::{self, adjusted, channel_id, id, now, plain_variant, variant_id, warehouse_id},
};
use tradewind_domain::stock::StockPolicy::{Backorder, Deny};
use tradewind_persistence::write::{
    self, HoldEnd, HoldState, Line, MOST_UNITS, MovementKind, NewHold, Reference, ShortageCode, expire_holds,
};

#[tokio::test]
async fn stock_comes_from_the_warehouses_of_the_channel() {
    for world in world::each().await {
        stocked(&world, Deny, &[&[2, 5, 50], &[4, 4]]).await;
        let lines = held(&world.db, hold(1), &[line(2, 6), line(1, 3)]).await;
        let expected = [(1, Some(1), 3, 0), (2, Some(0), 4, 0), (2, Some(1), 2, 0)];
        assert_eq!(from(&lines), expected, "{}", world.backend());
        assert_eq!(levels(&world).await, ["2/0", "5/3", "50/0", "4/4", "4/2"]);
        let shortage = refused(&world.db, hold(2), &[line(1, 5)]).await;
        assert_eq!((shortage[0].requested, shortage[0].available), (5, 4));
        let second = NewHold { channel_id: channel_id(1), ..hold(3) };
        assert_eq!(from(&held(&world.db, second, &[line(1, 30)]).await), [(1, Some(2), 30, 0)]);
        is_exact(&world).await;
    }
}

#[tokio::test]
async fn backorders_are_promised_beyond_what_is_there() {
    for world in world::each().await {
        stocked(&world, Backorder, &[&[2, 3], &[], &[-1, 0]]).await;
        let lines = held(&world.db, hold(1), &[line(1, 9), line(2, 4), line(3, 1)]).await;
        let expected = [(1, Some(0), 2, 0), (1, Some(1), 7, 4), (2, Some(0), 4, 4), (3, Some(1), 1, 1)];
        assert_eq!(from(&lines), expected, "{}", world.backend());
        assert_eq!(levels(&world).await, ["2/2", "3/7", "0/4", "-1/0", "0/1"]);
        is_exact(&world).await;
        assert_eq!(commit(&world.db, 1).await.value, HoldEnd::Done);
        assert_eq!(levels(&world).await, ["0/0", "-4/0", "-4/0", "-1/0", "-1/0"]);
        is_exact(&world).await;
        // A channel without a warehouse has nowhere to note it.
        world.test_db.sabotage("DELETE FROM channel_warehouses").await;
        let mut product = world.one(0).await;
        product.variants.push(plain_variant(0, 4));
        product.variants[3].policy = Backorder;
        world.save(&[product]).await;
        assert_eq!(refused(&world.db, hold(2), &[line(4, 1)]).await[0].code, ShortageCode::InsufficientStock);
    }
}

#[tokio::test]
async fn what_is_not_counted_needs_no_stock() {
    for world in world::each().await {
        stocked(&world, Deny, &[&[1], &[], &[0]]).await;
        let mut product = world.one(0).await;
        product.variants[1].tracked = false;
        product.variants[2].tracked = false;
        world.save(&[product]).await;
        let lines = held(&world.db, hold(1), &[line(3, 7), line(2, 1000), line(1, 1)]).await;
        let expected = [(1, Some(0), 1, 0), (2, None, 1000, 0), (3, None, 7, 0)];
        assert_eq!(from(&lines), expected, "{}", world.backend());
        assert_eq!(levels(&world).await, ["1/1", "0/0"]);
        assert_eq!(held(&world.db, hold(2), &[line(2, 1)]).await.len(), 1);
        for number in [1, 2] {
            assert_eq!(release(&world.db, number).await.value, HoldEnd::Done);
        }
        assert_eq!(held(&world.db, hold(3), &[]).await, [], "nothing is a hold too");
        assert_eq!(commit(&world.db, 3).await.value, HoldEnd::Done);
        is_exact(&world).await;
    }
}

#[tokio::test]
async fn a_refusal_says_what_there_is_of_each_line() {
    for world in world::each().await {
        stocked(&world, Deny, &[&[5], &[0], &[3]]).await;
        let strange = Line { variant_id: id(6, 999), quantity: 1 };
        let cart = [line(1, 5), line(3, 4), strange, line(2, 1)];
        let told = refused(&world.db, hold(1), &cart).await;
        let told: Vec<_> = told.iter().map(|it| (it.line, it.code.as_str(), it.requested, it.available)).collect();
        let expected = [(1, "INSUFFICIENT_STOCK", 4, 3), (2, "UNKNOWN_VARIANT", 1, 0), (3, "INSUFFICIENT_STOCK", 1, 0)];
        assert_eq!(told, expected, "{}", world.backend());
        for quantity in [0, -1, i64::MIN, MOST_UNITS + 1, i64::MAX] {
            let told = refused(&world.db, hold(1), &[line(1, 1), line(3, quantity), line(3, 1)]).await;
            assert!(told.iter().all(|it| it.code.as_str() == "INVALID_QUANTITY"), "{told:?}");
            assert_eq!(told[0].line, 1);
        }
        assert_eq!(levels(&world).await, ["5/0", "0/0", "3/0"]);
        assert_eq!(texts(&world, "SELECT state AS line FROM holds").await, [""; 0]);
    }
}

#[tokio::test]
async fn a_hold_ends_once() {
    for world in world::each().await {
        stocked(&world, Deny, &[&[9]]).await;
        for number in 1..=3 {
            held(&world.db, hold(number), &[line(1, 2)]).await;
        }
        assert_eq!(release(&world.db, 1).await.value, HoldEnd::Done, "{}", world.backend());
        assert_eq!(release(&world.db, 1).await.value, HoldEnd::Before(HoldState::Released));
        assert_eq!(commit(&world.db, 1).await.value, HoldEnd::Before(HoldState::Released));
        assert_eq!(commit(&world.db, 2).await.value, HoldEnd::Done);
        assert_eq!(release(&world.db, 2).await.value, HoldEnd::Before(HoldState::Committed));
        assert_eq!(release(&world.db, 8).await.value, HoldEnd::Unknown);
        assert_eq!(levels(&world).await, ["7/2"]);
        assert_eq!(expire_holds(&world.db, later(15), 10).await.unwrap().value, [hold_id(3)]);
        assert_eq!(commit(&world.db, 3).await.value, HoldEnd::Before(HoldState::Expired));
        assert_eq!(levels(&world).await, ["7/0"]);
        is_exact(&world).await;
    }
}

#[tokio::test]
async fn only_what_is_overdue_expires_and_the_oldest_first() {
    for world in world::each().await {
        stocked(&world, Deny, &[&[9]]).await;
        for (number, minutes) in [(1, 30), (2, 10), (3, 20)] {
            held(&world.db, NewHold { expires_at: later(minutes), ..hold(number) }, &[line(1, 1)]).await;
        }
        let expire = async |minutes, limit| expire_holds(&world.db, later(minutes), limit).await.unwrap().value;
        assert!(expire(9, 10).await.is_empty());
        assert_eq!(expire(30, 1).await, [hold_id(2)], "{}", world.backend());
        let tx = world.db.begin_write().await.unwrap();
        assert_eq!(write::extend_hold(&tx, hold_id(3), later(60)).await.unwrap(), HoldEnd::Done);
        // Nobody is cut short.
        assert_eq!(write::extend_hold(&tx, hold_id(1), later(1)).await.unwrap(), HoldEnd::Done);
        let late = write::extend_hold(&tx, hold_id(2), later(60)).await.unwrap();
        assert_eq!(late, HoldEnd::Before(HoldState::Expired));
        assert_eq!(write::extend_hold(&tx, hold_id(9), later(60)).await.unwrap(), HoldEnd::Unknown);
        tx.commit().await.unwrap();
        assert!(expire(29, 10).await.is_empty());
        assert_eq!(expire(59, 10).await, [hold_id(1)]);
        assert_eq!(expire(60, 10).await, [hold_id(3)]);
        assert_eq!(levels(&world).await, ["9/0"]);
        // One movement for each hold, though several of a level in a moment are one update.
        let released = "SELECT CAST(count(*) AS text) AS line FROM stock_movements WHERE kind = 'release'";
        assert_eq!(texts(&world, released).await, ["3"]);
        is_exact(&world).await;
    }
}

#[tokio::test]
async fn the_ledger_says_who_and_why() {
    for world in world::each().await {
        stocked(&world, Deny, &[&[5]]).await;
        let delivery = write::Cause {
            reason: Some("the spring delivery".into()),
            reference: Some(Reference { kind: "delivery", id: id(30, 1) }),
            actor: Some("staff:7".into()),
            ..write::Cause::new(MovementKind::Receive, now())
        };
        let units = [(variant_id(0, 1), warehouse_id(0), 4), (variant_id(0, 1), warehouse_id(0), 3)];
        with_shop(&world.db, async |tx, shop| write::add_stock(tx, shop, &units, &delivery).await.unwrap()).await;
        let lost = [(variant_id(0, 1), warehouse_id(0), -1), (variant_id(0, 7), warehouse_id(0), 1)];
        with_shop(&world.db, async |tx, shop| write::add_stock(tx, shop, &lost, &adjusted()).await.unwrap()).await;
        held(&world.db, hold(1), &[line(1, 2)]).await;
        let order = Reference { kind: "order", id: id(31, 1) };
        let tx = world.db.begin_write().await.unwrap();
        write::commit_hold(&tx, hold_id(1), Some(order), now()).await.unwrap();
        tx.commit().await.unwrap();
        let sql = "SELECT kind || ' ' || CAST(on_hand_change AS text) || ' ' || CAST(reserved_change AS text) || ' '
            || coalesce(reason, '-') || ' ' || coalesce(reference_kind, '-') || ' ' || coalesce(actor, '-') AS line
            FROM stock_movements ORDER BY id";
        let expected = [
            "import 5 0 - - -",
            "receive 7 0 the spring delivery delivery staff:7",
            "adjust -1 0 - - -",
            "reserve 0 2 - hold -",
            "ship -2 -2 - order -",
        ];
        assert_eq!(texts(&world, sql).await, expected, "{}", world.backend());
        let order = match world.backend() {
            tradewind_testkit::Backend::Sqlite => format!("x'{}'", order.id.simple()),
            tradewind_testkit::Backend::Postgres => format!("'{}'", order.id),
        };
        let sold = format!("SELECT kind AS line FROM stock_movements WHERE reference_id = {order}");
        assert_eq!(texts(&world, &sold).await, ["ship"]);
        assert_eq!(levels(&world).await, ["9/0"]);
        is_exact(&world).await;
    }
}
