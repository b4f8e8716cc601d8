//! Staff look through promotions, gift cards, tax rates and customers a page at a time: of 100,000 of each nothing is read
//! from end to end.
use crate::{
    plans::settled,
    price_plans::{FILL, id},
};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use tradewind_domain::country::Country;
use tradewind_persistence::{
    Db, DbConfig,
    read::customer::{customers_by_email, managed_customers_by_ids, newest_customers},
    write::{
        channel_in_use, coupon_owners, gift_card_by_id, gift_card_movements, gift_cards_page, lock_gift_card,
        lock_promotion, lock_tax_rule, promotion_by_id, promotion_uses, promotions_page, tax_rule_by_id,
        tax_rules_page,
    },
};
use tradewind_testkit::TestDb;

const CUSTOMERS: &str = "
INSERT INTO customers SELECT id(8, n), 'person' || n || '@shop.example', 'Customer ' || n, now() FROM generate_series(1, 100000) n;
ANALYZE customers;";

async fn look(db: &Db, round: u128) {
    let before = Some(id(1, 5_000 * round));
    let promotions = promotions_page(db.into(), before, 20).await.unwrap();
    assert_eq!((promotions.len(), promotions[0].codes.len()), (20, 1));
    let ids: Vec<_> = promotions.iter().map(|it| it.promotion.id).collect();
    assert_eq!(promotion_uses(db, ids).await.unwrap().len(), 20);
    assert!(promotion_by_id(db.into(), id(1, round)).await.unwrap().is_some());
    assert_eq!(coupon_owners(db.into(), &["CODE10".to_owned(), "NONE".to_owned()]).await.unwrap().len(), 1);
    let cards = gift_cards_page(db.into(), Some(id(4, 5_000 * round)), 20).await.unwrap();
    let ids: Vec<_> = cards.iter().map(|it| it.stored.card.id).collect();
    assert_eq!(gift_card_movements(db, ids, 100).await.unwrap().len(), 20);
    assert!(gift_card_by_id(db.into(), id(4, round)).await.unwrap().is_some());
    // The rates that are filled in are of countries that do not exist.
    assert!(tax_rules_page(db.into(), None, Some(id(3, 5_000 * round)), 20).await.is_err());
    tax_rules_page(db.into(), Some(Country::parse("DE").unwrap()), None, 20).await.unwrap();
    assert!(tax_rule_by_id(db.into(), id(9, 9)).await.unwrap().is_none());
    assert_eq!(newest_customers(db, Some(id(8, 5_000 * round)), 20).await.unwrap().len(), 20);
    let found = customers_by_email(db, "person77", "person7742@shop.example", 20).await.unwrap();
    // In the order of bytes: a digit is before the `@`.
    assert_eq!((found.len(), found[0].email.as_str()), (20, "person77430@shop.example"));
    assert_eq!(managed_customers_by_ids(db, vec![id(8, 1), id(8, 2)]).await.unwrap().len(), 2);
    assert!(!channel_in_use(db.into(), id(5, 1)).await.unwrap());
    let tx = db.begin_write().await.unwrap();
    assert!(lock_promotion(&tx, id(1, 7)).await.unwrap().is_some());
    assert!(lock_gift_card(&tx, id(4, 7)).await.unwrap().is_some());
    assert!(lock_tax_rule(&tx, id(9, 9)).await.unwrap().is_none());
    tx.commit().await.unwrap();
}

fn postgres(text: &str) -> Statement {
    Statement::from_string(DbBackend::Postgres, text)
}

#[tokio::test]
async fn no_list_of_staff_reads_a_large_table_whole() {
    let Some(test) = TestDb::postgres().await else { return };
    let control = Database::connect(test.url()).await.unwrap();
    let filler = Database::connect(test.url()).await.unwrap();
    filler.execute_unprepared(FILL).await.unwrap();
    filler.execute_unprepared(CUSTOMERS).await.unwrap();
    // A backend hands its counts in when it ends: those of filling are not to come later.
    let found = filler.query_one_raw(postgres("SELECT pg_backend_pid() AS pid")).await.unwrap().unwrap();
    let filling = format!("SELECT 1 FROM pg_stat_activity WHERE pid = {}", found.try_get::<i32>("", "pid").unwrap());
    filler.close().await.unwrap();
    while control.query_one_raw(postgres(&filling)).await.unwrap().is_some() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    control.execute_unprepared("SELECT pg_stat_reset()").await.unwrap();
    let db = Db::connect(&DbConfig { max_connections: 1, ..DbConfig::new(test.url()) }).await.unwrap();
    for round in 1..8 {
        look(&db, round).await;
    }
    db.close().await;
    assert_eq!(settled(&control).await, Vec::new(), "tables that were read from end to end, and how often");
}
