//! Carts are priced, and orders use up what they do, without reading a large table whole: 100,000 coupons, uses, tax rates
//! and gift cards.
use crate::plans::settled;
use chrono::Utc;
use sea_orm::{ConnectionTrait, Database};
use tradewind_domain::country::Country;
use tradewind_persistence::{
    Db, DbConfig,
    write::{
        BuyerKey, CardMove, delete_promotions, delete_tax_rules, enable_gift_card, gift_card_by_hash,
        gift_cards_by_ids, live_promotions, redeem_gift_cards, refund_gift_cards, release_promotions, save_promotions,
        tax_table, use_promotions,
    },
};
use tradewind_testkit::TestDb;
use uuid::Uuid;

/// A promotion for each code, but for five that come by themselves; every tenth is limited.
pub(crate) const FILL: &str = r#"
CREATE FUNCTION id(kind int, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
  $$ SELECT (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
INSERT INTO customers SELECT id(7, n), n || '@shop.example', 'Customer ' || n, now() FROM generate_series(1, 5000) n;
INSERT INTO promotions SELECT id(1, n), true, n > 5, '{"id": "' || id(1, n) || '", "name": "Ten", "trigger": "code",
    "action": {"percentage_off": {"rate": 100000, "target": "order"}}, "conditions": {}, "priority": 0,
    "combines_with": {"product": true, "order": true, "shipping": true}, "limits": {"total": null, "per_customer": null}}',
  NULL, NULL, CASE WHEN n % 10 = 0 THEN 5 END, CASE WHEN n % 10 = 0 THEN 3 END, 1, now(), now()
  FROM generate_series(1, 100000) n;
INSERT INTO coupon_codes SELECT 'CODE' || n, id(1, n) FROM generate_series(6, 100000) n;
INSERT INTO promotion_uses SELECT id(2, n), id(1, n), id(7, 1 + n % 5000), 'mail' || n % 5000, now()
  FROM generate_series(1, 100000) n;
INSERT INTO tax_rates SELECT id(3, n), 'VAT', 'C' || n % 1000, 'R' || n, NULL, NULL, 'VAT', 190000, now(), now()
  FROM generate_series(1, 100000) n;
INSERT INTO gift_cards SELECT id(4, n), 'hash' || n, '0000', 'EUR', 5000, 4000, NULL, true, now(), now()
  FROM generate_series(1, 100000) n;
INSERT INTO gift_card_movements (gift_card_id, kind, amount, balance, order_id, at)
  SELECT id(4, n), 'redeem', -1000, 4000, id(2, n), now() FROM generate_series(1, 100000) n;
ANALYZE;"#;

pub(crate) fn id(kind: u128, number: u128) -> Uuid {
    Uuid::from_u128(kind << 96 | 0x7000_8000_0000_0000_0000 | number)
}

async fn price(db: &Db) {
    let now = Utc::now();
    let codes: Vec<String> = ["CODE10", "CODE77", "NONE"].map(str::to_owned).into();
    let buyer = BuyerKey { customer_id: Some(id(7, 11)), email_hash: Some("mail10") };
    let live = live_promotions(db.into(), &codes, buyer, now).await.unwrap();
    assert_eq!((live.promotions.len(), live.codes.len()), (7, 2));
    tax_table(db.into(), Country::parse("DE").unwrap()).await.unwrap();
    assert_eq!(gift_cards_by_ids(db.into(), &[id(4, 1), id(4, 2)]).await.unwrap().len(), 2);
    assert!(gift_card_by_hash(db.into(), "hash7").await.unwrap().is_some());
}

async fn order(db: &Db, number: u128) {
    let now = Utc::now();
    let order_id = id(9, number);
    let buyer = BuyerKey { customer_id: Some(id(7, number)), email_hash: Some("mail") };
    let tx = db.begin_write().await.unwrap();
    assert!(use_promotions(&tx, order_id, &[id(1, 10 * number), id(1, 77)], buyer, now).await.unwrap());
    let moves = [1, 2].map(|card| CardMove { gift_card_id: id(4, card), amount: 10 });
    assert!(redeem_gift_cards(&tx, order_id, "EUR", &moves, now).await.unwrap());
    refund_gift_cards(&tx, order_id, &moves, now).await.unwrap();
    release_promotions(&tx, order_id).await.unwrap();
    enable_gift_card(&tx, id(4, 99), false, now).await.unwrap();
    save_promotions(&tx, &[], now).await.unwrap();
    delete_promotions(&tx, &[id(1, 1000 + number)]).await.unwrap();
    delete_tax_rules(&tx, &[id(3, number)]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn no_price_reads_a_large_table_whole() {
    let Some(test) = TestDb::postgres().await else { return };
    let control = Database::connect(test.url()).await.unwrap();
    let filler = Database::connect(test.url()).await.unwrap();
    filler.execute_unprepared(FILL).await.unwrap();
    // A backend hands its counts in when it ends: those of filling are not to come later.
    filler.close().await.unwrap();
    control.execute_unprepared("SELECT pg_stat_reset()").await.unwrap();
    let db = Db::connect(&DbConfig { max_connections: 1, ..DbConfig::new(test.url()) }).await.unwrap();
    for number in 1..8 {
        price(&db).await;
        order(&db, number).await;
    }
    db.close().await;
    assert_eq!(settled(&control).await, Vec::new(), "tables that were read from end to end, and how often");
}
