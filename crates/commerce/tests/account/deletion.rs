//! What is left of an account that was deleted.
use crate::{
    addresses::add,
    world::{self, PASSWORD, World, codes, later, now, random},
};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use tradewind_commerce::account::{Client, Moment, Outcome, address_book::Defaults, delete, export::export};
use tradewind_domain::{product::Product, review::Review};
use tradewind_persistence::{
    read::customer::{authors_by_ids, profiles_by_ids},
    write::{Shop, save_products, save_reviews},
};
use tradewind_testkit::Backend;
use uuid::Uuid;

const PRODUCT: Uuid = Uuid::from_u128(0x50);

/// Tables that point at a customer, and what becomes of their rows. A table that is new must be decided on here, in
/// `delete::erase` and in `export`.
const POINT_AT_CUSTOMERS: [(&str, &str); 9] = [
    ("addresses", "deleted, exported"),
    ("carts", "deleted, exported"),
    ("checkouts", "emptied; nothing to export: what was bought is an order, the rest is gone in a month"),
    ("customer_tokens", "deleted; nothing to export: hashes, and an address that was not confirmed"),
    ("mail_queue", "deleted; nothing to export: what was sent is with the customer"),
    ("orders", "kept without the customer, because the law asks for bills; exported"),
    ("promotion_uses", "kept without the customer; nothing to export: the discount is in the order's bill"),
    ("reviews", "kept without a name or deleted, exported"),
    ("sessions", "deleted, exported"),
];

pub(crate) async fn review(world: &World, customer_id: Uuid) {
    let review = Review {
        id: Uuid::from_u128(0x51),
        product_id: PRODUCT,
        customer_id,
        rating: 4,
        title: "Fine".into(),
        body: "Fits. Write to me.".into(),
        verified_purchase: true,
        created_at: now(),
    };
    let tx = world.db().begin_write().await.unwrap();
    let shop = Shop::load(&tx).await.unwrap();
    save_products(&tx, &shop, &[Product::draft(PRODUCT, "tea".into(), "Tea".into(), now())]).await.unwrap();
    save_reviews(&tx, &[review]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn delete(
    world: &World,
    customer_id: Uuid,
    password: &str,
    delete_reviews: bool,
    at: DateTime<Utc>,
) -> Outcome<delete::Deleted, delete::Code> {
    let mut random = random();
    let moment = &mut Moment::new(at, &mut random);
    let accounts = &world.accounts;
    let input = delete::Input { customer_id, password: password.into(), delete_reviews };
    match delete::prepare(accounts, &input, &Client::default()).await.unwrap() {
        Ok(prepared) => world.commit(async |tx| delete::apply(accounts, tx, &prepared, moment).await).await,
        Err(refused) => Err(refused),
    }
}

/// Every row of every table, as text.
async fn everything(world: &World) -> BTreeMap<String, Vec<String>> {
    let db = &world.test_db;
    let tables = match world.on() {
        Backend::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
        Backend::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table'",
    };
    let mut all = BTreeMap::new();
    for table in db.texts(tables).await {
        let columns = match world.on() {
            Backend::Postgres => "t::text".to_owned(),
            Backend::Sqlite => {
                let names = db.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
                names.iter().map(|name| format!("quote(\"{name}\")")).collect::<Vec<_>>().join(" || ',' || ")
            }
        };
        let rows = db.texts(&format!("SELECT {columns} FROM \"{table}\" t")).await;
        all.insert(table, rows);
    }
    all
}

/// Where any of these words stands.
async fn found(world: &World, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (table, rows) in everything(world).await {
        for row in rows {
            let row = row.to_lowercase();
            found.extend(words.iter().filter(|word| row.contains(**word)).map(|word| format!("{table}: {word}")));
        }
    }
    found
}

const PERSONAL: [&str; 7] = ["jo@shop.example", "jo@new.example", "doe", "main street", "493012", "browser/1", "jo d."];

/// A customer with something in every table.
async fn customer_with_everything(world: &World) -> Uuid {
    let email = "jo@shop.example";
    let id = world.customer(email).await;
    add(world, id, "Berlin", Defaults { shipping: true, billing: true }).await.unwrap();
    world.log_in(email, PASSWORD, now()).await.unwrap();
    review(world, id).await;
    crate::passwords::ask(world, email, now()).await;
    crate::email_change::ask(world, id, "jo@new.example", PASSWORD, now()).await.unwrap();
    id
}

#[tokio::test]
async fn nothing_personal_is_left() {
    for world in world::each().await {
        for delete_reviews in [false, true] {
            let id = customer_with_everything(&world).await;
            for word in PERSONAL {
                assert_ne!(found(&world, &[word]).await, [""; 0], "{}: {word} is there before", world.on());
            }
            assert_eq!(codes(delete(&world, id, "wrong password", true, later(1)).await), ["WRONG_PASSWORD"]);
            let done = delete(&world, id, PASSWORD, delete_reviews, later(2)).await.unwrap();
            assert_eq!(done.customer_id, id);
            let mails = world.mails(later(3)).await;
            let told: Vec<_> = mails.iter().map(|mail| (mail.to.as_str(), mail.subject.as_str())).collect();
            let last = [("jo@shop.example", "Your account at Tea & Co was deleted")];
            assert_eq!(told, last, "{}: what waited is not sent any more", world.on());
            assert_eq!(found(&world, &PERSONAL).await, [""; 0], "{}", world.on());
            let reviews = world.test_db.texts("SELECT body FROM reviews").await.len();
            assert_eq!(reviews, usize::from(!delete_reviews), "{}", world.on());
            assert_eq!(authors_by_ids(world.db(), vec![id]).await.unwrap()[0].display_name, "Former customer");
            assert!(profiles_by_ids(world.db(), vec![id]).await.unwrap().is_empty());
            assert!(export(&world.accounts, id, later(3)).await.unwrap().is_none());
            assert_eq!(codes(delete(&world, id, PASSWORD, true, later(4)).await), ["WRONG_PASSWORD"]);
            assert_eq!(codes(world.log_in("jo@shop.example", PASSWORD, later(4)).await), ["INVALID_CREDENTIALS"]);
            world.test_db.sabotage("DELETE FROM reviews").await;
        }
        // The address is free again: both rounds registered it.
        let rows = world.test_db.texts("SELECT email FROM customers").await;
        assert!(rows.len() == 2 && rows.iter().all(|email| email.ends_with("@deleted.invalid")), "{rows:?}");
    }
}

#[tokio::test]
async fn averages_follow_reviews_that_go() {
    for world in world::each().await {
        let id = customer_with_everything(&world).await;
        let ratings = "SELECT CAST(rating_sum AS text) || '/' || CAST(rating_count AS text) FROM products";
        assert_eq!(world.test_db.texts(ratings).await, ["4/1"]);
        delete(&world, id, PASSWORD, true, later(1)).await.unwrap();
        assert_eq!(world.test_db.texts(ratings).await, ["0/0"], "{}", world.on());
    }
}

#[tokio::test]
async fn every_table_that_points_at_a_customer_is_decided_on() {
    for world in world::each().await {
        let pointing = match world.on() {
            Backend::Postgres => {
                "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint
                 WHERE contype = 'f' AND confrelid = 'customers'::regclass ORDER BY 1"
            }
            Backend::Sqlite => {
                "SELECT DISTINCT m.name FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f
                 WHERE m.type = 'table' AND f.\"table\" = 'customers' ORDER BY 1"
            }
        };
        let decided: Vec<_> = POINT_AT_CUSTOMERS.iter().map(|(table, _)| (*table).to_owned()).collect();
        assert_eq!(world.test_db.texts(pointing).await, decided, "{}", world.on());
    }
}
