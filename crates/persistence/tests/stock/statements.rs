//! The number of statements does not depend on the number of lines.
use crate::{
    market::{hold, hold_id, later, line},
    world::{self, World, adjusted, now, plain, plain_variant, variant_id, warehouse_id},
};
use std::future::Future;
use tradewind_domain::variant::StockOnHand;
use tradewind_persistence::{
    statements::record,
    write::{self, Line, NewHold, Reserved, Shop, expire_holds},
};
use tradewind_testkit::Backend;

async fn count<F: Future>(future: F) -> usize {
    record(false, future).await.1.count
}

/// A hundred variants, in three warehouses.
async fn hundred(world: &World) {
    let mut product = plain(0);
    let level = |n| StockOnHand { warehouse_id: warehouse_id(n), on_hand: 50 };
    let variant = |number| {
        let mut variant = plain_variant(0, number);
        variant.stock = (0..3).map(level).collect();
        variant
    };
    product.variants = (1..=100).map(variant).collect();
    world.save(&[product]).await;
}

/// Reserving, refusing, extending, selling, giving back; setting and adding stock; expiring.
async fn counts(world: &World, first: u32, many: u32) -> [usize; 8] {
    let tx = world.db.begin_write().await.unwrap();
    let shop = Shop::load(&tx).await.unwrap();
    let lines: Vec<Line> = (1..=many).map(|number| line(number, 3)).collect();
    let reserve = async |number| {
        let outcome = write::reserve(&tx, &hold(number), &lines, now()).await.unwrap();
        assert!(matches!(outcome, Reserved::Held(held) if held.len() == many as usize));
    };
    let reserved = count(reserve(first)).await;
    let too_many: Vec<Line> = (1..=many).map(|number| line(number, 1000)).collect();
    let refused = count(write::reserve(&tx, &hold(first + 1), &too_many, now())).await;
    let extended = count(write::extend_hold(&tx, hold_id(first), later(60))).await;
    let sold = count(write::commit_hold(&tx, hold_id(first), None, now())).await;
    reserve(first + 2).await;
    let released = count(write::release_hold(&tx, hold_id(first + 2), now())).await;
    let units: Vec<_> = (1..=many).map(|number| (variant_id(0, number), warehouse_id(0), 60)).collect();
    let set = count(write::set_stock(&tx, &shop, &units, &adjusted())).await;
    let added = count(write::add_stock(&tx, &shop, &units, &adjusted())).await;
    tx.commit().await.unwrap();
    for number in [first + 3, first + 4] {
        let tx = world.db.begin_write().await.unwrap();
        let hold = NewHold { expires_at: later(1), ..hold(number) };
        write::reserve(&tx, &hold, &lines, now()).await.unwrap();
        tx.commit().await.unwrap();
    }
    let expired = count(async { assert_eq!(expire_holds(&world.db, later(2), 9).await.unwrap().value.len(), 2) }).await;
    [reserved, refused, extended, sold, released, set, added, expired]
}

#[tokio::test]
async fn one_ten_or_a_hundred_lines_are_as_many_statements() {
    for world in world::each().await {
        hundred(&world).await;
        let expected = match world.backend() {
            // The last one notifies.
            Backend::Postgres => [2, 1, 1, 3, 3, 7, 4, 4],
            Backend::Sqlite => [6, 1, 1, 6, 6, 7, 6, 6],
        };
        for (first, many) in [(0, 1), (100, 10), (200, 100)] {
            assert_eq!(counts(&world, first, many).await, expected, "{}: {many} lines", world.backend());
        }
    }
}
