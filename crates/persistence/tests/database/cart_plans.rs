//! Among 100,000 carts one is found, changed, merged and thrown away without reading them all.
use crate::plans::settled;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Database};
use tradewind_domain::cart::CartLine;
use tradewind_persistence::{
    Db, DbConfig,
    read::cart::{carts_by_ids, carts_of_customers},
    write::{
        cart_by_id, close_cart, delete_cart, delete_carts_of, delete_expired_carts, lock_cart, lock_cart_and_own,
        lock_cart_of_customer, save_cart,
    },
};
use tradewind_testkit::TestDb;
use uuid::Uuid;

/// The odd ones are guests'; each has three lines.
const FILL: &str = "
CREATE FUNCTION id(kind int, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
  $$ SELECT (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
INSERT INTO channels VALUES (id(1, 1), 'default', 'Default', 'USD', 'en', false, true, now());
INSERT INTO customers SELECT id(7, n), n || '@shop.example', 'Customer ' || n, now() FROM generate_series(1, 50000) n;
INSERT INTO carts SELECT id(2, n), id(1, 1), CASE WHEN n % 2 = 0 THEN id(7, n / 2) END, 'token-' || n, 1, '', '{}', '[]',
  '[]', NULL, now(), now(), now() + n * interval '1 second' FROM generate_series(1, 100000) n;
INSERT INTO cart_lines SELECT id(3, n), id(2, 1 + n % 100000), n, id(4, n), 1, '{}', 100 FROM generate_series(1, 300000) n;
ANALYZE;";

fn id(kind: u128, number: u128) -> Uuid {
    Uuid::from_u128(kind << 96 | 0x7000_8000_0000_0000_0000 | number)
}

async fn use_carts(db: &Db, now: DateTime<Utc>) {
    for number in 0..10 {
        let (guests, own, customer) = (id(2, 50_001 + 2 * number), id(2, 60_000 + 2 * number), id(7, 30_000 + number));
        let tx = db.begin_write().await.unwrap();
        let before = lock_cart(&tx, guests).await.unwrap().unwrap();
        let mut cart = before.clone();
        // Behind the positions of the filling.
        cart.version = 1_000;
        let line = CartLine { id: id(5, number), ..cart.cart.lines.remove(0) };
        cart.cart.lines.push(line);
        save_cart(&tx, &before, &cart).await.unwrap();
        assert_eq!(cart_by_id((&tx).into(), guests).await.unwrap().unwrap(), cart);
        let (given, found) = lock_cart_and_own(&tx, guests, customer).await.unwrap();
        assert_eq!((given.unwrap().id, found.unwrap().id), (guests, own));
        assert_eq!(lock_cart_of_customer(&tx, customer, id(1, 1)).await.unwrap().unwrap().id, own);
        delete_cart(&tx, guests).await.unwrap();
        delete_carts_of(&tx, id(7, 40_000 + number)).await.unwrap();
        assert!(close_cart(&tx, own, 1, now).await.unwrap());
        assert_eq!(delete_expired_carts(&tx, now + TimeDelta::hours(1), 5).await.unwrap(), 5);
        tx.commit().await.unwrap();
        let customers = (1..20).map(|other| id(7, 45_000 + other)).collect();
        assert_eq!(carts_of_customers(db, id(1, 1), customers, now).await.unwrap().len(), 19);
        assert_eq!(carts_by_ids(db, (1..20).map(|other| id(2, 90_000 + other)).collect()).await.unwrap().len(), 19);
    }
}

#[tokio::test]
async fn no_cart_is_found_by_reading_all() {
    let Some(test) = TestDb::postgres().await else { return };
    let control = Database::connect(test.url()).await.unwrap();
    let filler = Database::connect(test.url()).await.unwrap();
    filler.execute_unprepared(FILL).await.unwrap();
    // What it read itself is counted when it ends.
    filler.execute_unprepared("SELECT pg_stat_force_next_flush()").await.unwrap();
    filler.close().await.unwrap();
    control.execute_unprepared("SELECT pg_stat_reset()").await.unwrap();
    let db = Db::connect(&DbConfig { max_connections: 1, ..DbConfig::new(test.url()) }).await.unwrap();
    use_carts(&db, Utc::now()).await;
    db.close().await;
    assert_eq!(settled(&control).await, Vec::new(), "tables that were read from end to end, and how often");
}
