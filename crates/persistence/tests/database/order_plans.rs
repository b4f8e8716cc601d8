//! Checkouts, payments and orders are found without reading whole tables: 10,000 of each, 30,000 lines.
use crate::plans::settled;
use chrono::{TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Database};
use std::collections::BTreeMap;
use tradewind_domain::order::{OrderEvent, Units};
use tradewind_persistence::{
    Db, DbConfig,
    read::{
        order::{
            history_by_orders, lines_by_orders, order_by_number, order_by_token, orders_by_checkouts, orders_by_ids,
            orders_of_customer,
        },
        order_parts::{fulfilments_by_orders, payments_by_checkouts, returns_by_orders},
    },
    write,
};
use tradewind_testkit::TestDb;
use uuid::Uuid;

const FILL: &str = r#"
CREATE FUNCTION id(kind int, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
  $$ SELECT (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
INSERT INTO channels (id, code, name, currency, default_locale, tax_inclusive, is_default, created_at)
  SELECT id(1, 1), 'shop', 'Shop', 'EUR', 'en', true, true, now();
INSERT INTO customers (id, email, display_name, created_at, updated_at)
  SELECT id(2, n), n || '@shop.example', 'Jo', now(), now() FROM generate_series(1, 1000) n;
INSERT INTO checkouts (id, token_hash, cart_id, cart_version, channel_id, customer_id, state, expires_at, locale, due, version, created_at, updated_at)
  SELECT id(3, n), 'hash' || n, id(4, n), 1, id(1, 1), id(2, 1 + n % 1000),
    CASE WHEN n % 1000 = 0 THEN 'held' WHEN n % 100 = 1 THEN 'expired' ELSE 'completed' END, now() - n * interval '1 second', 'en', 1000, 1,
    now(), now() - n * interval '1 second' FROM generate_series(1, 10000) n;
INSERT INTO orders (id, token, token_hash, checkout_id, channel_id, customer_id, email, locale, currency, stage, terms, total, authorised,
    captured, refunded, status, payment_status, fulfilment_status, return_status, bill, version, placed_at, updated_at)
  SELECT id(5, n), 't', 'order' || n, id(3, n), id(1, 1), id(2, 1 + n % 1000), n || '@shop.example', 'en', 'EUR', 'placed', 'prepaid', 1000, 0,
    1000, 0, 'placed', 'paid', 'unfulfilled', 'none', '{}', 1, now(), now() FROM generate_series(1, 10000) n WHERE n % 1000 <> 0 AND n % 100 <> 1;
INSERT INTO order_lines SELECT id(6, number * 4 + k), id, k, id(7, 1), id(8, 1), 's', 't', 'v', 500, 2, 0, 0, 1000, 0, 0, 1000, '{}'
  FROM orders, generate_series(1, 3) k;
INSERT INTO order_sources SELECT id, id(7, k), id(14, 1), 2, 0 FROM orders, generate_series(1, 3) k;
INSERT INTO order_events SELECT id(9, number * 4 + k), id, 'placed', '{}', NULL, now() FROM orders, generate_series(1, 2) k;
INSERT INTO fulfilments SELECT id(10, number), id, 'shipped', '', '', '', now(), now() FROM orders WHERE number % 2 = 0;
INSERT INTO fulfilment_lines SELECT f.id, l.id, 1 FROM fulfilments f JOIN order_lines l ON l.order_id = f.order_id;
INSERT INTO returns SELECT id(11, number), id, 'requested', '', now(), now() FROM orders WHERE number % 4 = 0;
INSERT INTO return_lines SELECT r.id, l.id, 1 FROM returns r JOIN order_lines l ON l.order_id = r.order_id;
INSERT INTO payments SELECT id(12, n), id(3, n), 'test', 'pi' || n, 'card', 1, 'EUR', 1000, 'captured', 1000, 1000, 0, false, NULL, NULL, 0,
    CASE WHEN n % 1000 = 0 THEN now() - n * interval '1 second' END, now(), now() FROM generate_series(1, 10000) n;
INSERT INTO refunds SELECT id(13, n), id(12, n), 10, '{}', '', 'done', now(), now() FROM generate_series(1, 10000) n;
ANALYZE;"#;

fn id(kind: u128, number: u128) -> Uuid {
    Uuid::from_u128(kind << 96 | 0x7000_8000_0000_0000_0000 | number)
}

async fn read(db: &Db) {
    let orders: Vec<Uuid> = (2..50).map(|number| id(5, number)).collect();
    let checkouts: Vec<Uuid> = (2..50).map(|number| id(3, number)).collect();
    assert_eq!(orders_by_ids(db, orders.clone()).await.unwrap().len(), 48);
    orders_by_checkouts(db, checkouts.clone()).await.unwrap();
    assert!(order_by_token(db, "order7".into()).await.unwrap().is_some());
    order_by_number(db, 1010, "7@shop.example".into()).await.unwrap();
    assert_eq!(orders_of_customer(db, id(2, 8), Some(8_000), 20).await.unwrap().len(), 8);
    assert_eq!(lines_by_orders(db, orders.clone()).await.unwrap().len(), 48);
    history_by_orders(db, orders.clone()).await.unwrap();
    fulfilments_by_orders(db, orders.clone()).await.unwrap();
    returns_by_orders(db, orders).await.unwrap();
    payments_by_checkouts(db, checkouts).await.unwrap();
}

async fn change(db: &Db) {
    let now = Utc::now();
    let tx = db.begin_write().await.unwrap();
    write::checkout_by_token((&tx).into(), "hash7").await.unwrap().unwrap();
    let checkout = write::lock_checkout_by_token(&tx, "hash8").await.unwrap().unwrap();
    write::save_checkout(&tx, &checkout).await.unwrap();
    assert_eq!(write::overdue_checkouts((&tx).into(), now, 10).await.unwrap().len(), 10);
    write::payment_by_gateway_id((&tx).into(), "test", "pi7").await.unwrap().unwrap();
    let payment = write::payment_by_id((&tx).into(), id(12, 8)).await.unwrap().unwrap();
    write::save_payment(&tx, &payment).await.unwrap();
    assert_eq!(write::lock_payments(&tx, id(3, 9)).await.unwrap().len(), 1);
    write::open_refunds((&tx).into(), id(12, 9)).await.unwrap();
    write::end_refund(&tx, id(13, 9), true, now).await.unwrap();
    assert_eq!(write::take_due_payments(&tx, now, now, 5).await.unwrap().len(), 5);
    let order = write::lock_order(&tx, id(5, 12)).await.unwrap().unwrap();
    let line = *order.state.lines.keys().next().unwrap();
    let event = OrderEvent::UnitsCancelled { units: Units::from([(line, 1)]) };
    let after = order.state.transition(&event).unwrap();
    write::save_order(&tx, &order, &after, &write::PartDetails::default(), now).await.unwrap();
    write::order_variants(&tx, order.id).await.unwrap();
    write::restock(&tx, order.id, &BTreeMap::new(), None, None, now).await.unwrap();
    write::detach_purchases_of(&tx, id(2, 9)).await.unwrap();
    write::delete_old_checkouts(&tx, now - TimeDelta::seconds(8_000), 10).await.unwrap();
    tx.roll_back().await.unwrap();
}

#[tokio::test]
async fn nothing_that_was_bought_is_searched_for() {
    let Some(test) = TestDb::postgres().await else { return };
    let control = Database::connect(test.url()).await.unwrap();
    let filler = Database::connect(test.url()).await.unwrap();
    filler.execute_unprepared(FILL).await.unwrap();
    filler.execute_unprepared("SELECT pg_stat_force_next_flush()").await.unwrap();
    filler.close().await.unwrap();
    control.execute_unprepared("SELECT pg_stat_reset()").await.unwrap();
    let db = Db::connect(&DbConfig { max_connections: 1, ..DbConfig::new(test.url()) }).await.unwrap();
    for _ in 0..7 {
        read(&db).await;
        change(&db).await;
    }
    db.close().await;
    // `price_plans` fills the last one.
    let small = ["channels", "warehouses", "variants", "seaql_migrations", "promotion_uses"];
    let mut whole = settled(&control).await;
    whole.retain(|(table, _)| !small.contains(&table.as_str()));
    assert_eq!(whole, Vec::new(), "tables that were read from end to end, and how often");
}
