//! A shop with something to sell, and its buyers.
use crate::world::{World, adjusted, channel_id, id, now, plain, plain_variant, product_id, variant_id, warehouse_id};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Database, Statement};
use tradewind_domain::{stock::StockPolicy, variant::StockOnHand};
use tradewind_persistence::{
    Db,
    ledger::check_ledger,
    write::{
        self, Done, End, HeldLine, HoldEnd, Line, NewHold, Reference, Reserved, Shop, Shortage, WriteTx, reserve,
        transact,
    },
};
use uuid::Uuid;

pub(crate) fn hold_id(number: u32) -> Uuid {
    id(20, number)
}

/// In the first channel, which sells from warehouses 0 and 1; for a quarter of an hour.
pub(crate) fn hold(number: u32) -> NewHold {
    NewHold {
        id: hold_id(number),
        owner: Reference { kind: "checkout", id: id(21, number) },
        channel_id: channel_id(0),
        expires_at: later(15),
    }
}

pub(crate) fn later(minutes: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(minutes)
}

/// A line of product 0's variant.
pub(crate) fn line(variant: u32, quantity: i64) -> Line {
    Line { variant_id: variant_id(0, variant), quantity }
}

/// Product 0 with as many variants as there are lists of units on hand, each in warehouses 0, 1, ….
pub(crate) async fn stocked(world: &World, policy: StockPolicy, on_hand: &[&[i64]]) {
    let mut product = plain(0);
    let variant = |(number, units): (u32, &&[i64])| {
        let mut variant = plain_variant(0, number);
        variant.policy = policy;
        let level = |(n, on_hand): (u32, &i64)| StockOnHand { warehouse_id: warehouse_id(n), on_hand: *on_hand };
        variant.stock = (0..).zip(*units).map(level).collect();
        variant
    };
    product.variants = (1..).zip(on_hand).map(variant).collect();
    world.save(&[product]).await;
}

/// No product, and no hold.
pub(crate) async fn clear(world: &World) {
    let tx = world.db.begin_write().await.unwrap();
    write::delete_products(&tx, &[product_id(0)]).await.unwrap();
    tx.commit().await.unwrap();
    world.test_db.sabotage("DELETE FROM holds").await;
}

/// In a transaction of its own.
pub(crate) async fn buy(db: &Db, hold: NewHold, lines: &[Line]) -> Done<Reserved> {
    let done = transact(db, |tx| async move {
        Ok(match reserve(&tx, &hold, lines, now()).await? {
            held @ Reserved::Held(_) => End::Commit(tx, held),
            refused @ Reserved::Refused(_) => End::RollBack(tx, refused),
        })
    });
    done.await.unwrap()
}

pub(crate) async fn held(db: &Db, hold: NewHold, lines: &[Line]) -> Vec<HeldLine> {
    match buy(db, hold, lines).await.value {
        Reserved::Held(lines) => lines,
        Reserved::Refused(shortages) => panic!("{shortages:?}"),
    }
}

pub(crate) async fn refused(db: &Db, hold: NewHold, lines: &[Line]) -> Vec<Shortage> {
    match buy(db, hold, lines).await.value {
        Reserved::Refused(shortages) => shortages,
        Reserved::Held(lines) => panic!("{lines:?}"),
    }
}

/// As (variant, warehouse, units, of them backordered); None: no warehouse.
pub(crate) fn from(lines: &[HeldLine]) -> Vec<(u32, Option<u32>, i64, i64)> {
    let variant = |id: Uuid| (1..1000).find(|n| variant_id(0, *n) == id).unwrap();
    let warehouse = |id: Uuid| (0..3).find(|n| warehouse_id(*n) == id).unwrap();
    let parts =
        lines.iter().map(|it| (variant(it.variant_id), it.warehouse_id.map(warehouse), it.quantity, it.backordered));
    parts.collect()
}

pub(crate) async fn release(db: &Db, number: u32) -> Done<HoldEnd> {
    let done = transact(db, |tx| async move {
        let end = write::release_hold(&tx, hold_id(number), now()).await?;
        Ok(End::Commit(tx, end))
    });
    done.await.unwrap()
}

pub(crate) async fn commit(db: &Db, number: u32) -> Done<HoldEnd> {
    let done = transact(db, |tx| async move {
        let end = write::commit_hold(&tx, hold_id(number), None, now()).await?;
        Ok(End::Commit(tx, end))
    });
    done.await.unwrap()
}

/// Units on hand of product 0's variants, as (variant, warehouse, units).
pub(crate) async fn set(db: &Db, levels: &[(u32, u32, i64)]) {
    let levels: Vec<_> = levels.iter().map(|(v, w, units)| (variant_id(0, *v), warehouse_id(*w), *units)).collect();
    with_shop(db, async |tx, shop| write::set_stock(tx, shop, &levels, &adjusted()).await.unwrap()).await;
}

pub(crate) async fn with_shop(db: &Db, act: impl AsyncFn(&WriteTx, &Shop)) {
    let tx = db.begin_write().await.unwrap();
    let shop = Shop::load(&tx).await.unwrap();
    act(&tx, &shop).await;
    tx.commit().await.unwrap();
}

/// `on hand/reserved` of each level, in the order of variants and warehouses.
pub(crate) async fn levels(world: &World) -> Vec<String> {
    texts(
        world,
        "SELECT CAST(on_hand AS text) || '/' || CAST(reserved AS text) AS line FROM stock_levels \
         ORDER BY variant_id, warehouse_id",
    )
    .await
}

/// The column `line`.
pub(crate) async fn texts(world: &World, sql: &str) -> Vec<String> {
    let db = Database::connect(world.test_db.url()).await.unwrap();
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let lines = rows.iter().map(|row| row.try_get("", "line").unwrap()).collect();
    db.close().await.unwrap();
    lines
}

/// The ledger adds up to the levels, and holds to what is promised.
pub(crate) async fn is_exact(world: &World) {
    assert_eq!(check_ledger(&world.db).await.unwrap(), [], "{}", world.backend());
}
