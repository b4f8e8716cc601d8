//! What belongs to a transaction ends with it, and nothing gets around the triggers.
use crate::{
    law::literal,
    log::{Reader, tags},
    world::{self, World, channel_id, plain, product_id, review, variant_id},
};
use std::collections::BTreeSet;
use tradewind_persistence::{cache_log::Kind, write};
use tradewind_testkit::Backend;

async fn sql(world: &World, text: &str) {
    world.test_db.sabotage(&literal(world, text)).await;
}

async fn postgres() -> Vec<World> {
    world::each().await.into_iter().filter(|world| world.backend() == Backend::Postgres).collect()
}

#[tokio::test]
async fn what_is_undone_is_not_logged() {
    for world in world::each().await {
        world.save(&[plain(0), plain(1)]).await;
        let mut log = Reader::new(&world).await;
        sql(&world, &format!("BEGIN; UPDATE products SET title = 'x' WHERE id = {} ; ROLLBACK", product_id(0))).await;
        assert_eq!(log.tags().await, BTreeSet::new(), "{}", world.backend());
        let text = format!(
            "BEGIN; UPDATE products SET title = 'x' WHERE id = {} ; SAVEPOINT s; UPDATE products SET title = 'x' WHERE id = {} ;
             ROLLBACK TO s; COMMIT",
            product_id(0),
            product_id(1)
        );
        sql(&world, &text).await;
        let logged = log.tags().await;
        assert!(logged.is_superset(&tags([format!("product:{}", product_id(0))])), "{}", world.backend());
        assert!(logged.is_disjoint(&tags([format!("product:{}", product_id(1))])), "{}", world.backend());
        // A bulk write that is dropped leaves no switch behind.
        let tx = world.db.begin_write().await.unwrap();
        tx.bulk(&Kind::EACH).await.unwrap();
        drop(tx);
        sql(&world, &format!("UPDATE products SET title = 'y' WHERE id = {}", product_id(1))).await;
        assert!(log.tags().await.is_superset(&tags([format!("product:{}", product_id(1))])), "{}", world.backend());
    }
}

#[tokio::test]
async fn a_transaction_knows_whether_it_has_logged() {
    for world in world::each().await {
        world.save(&[plain(0), plain(1)]).await;
        let tx = world.db.begin_write().await.unwrap();
        let mark = tx.mark_log().await.unwrap();
        assert!(!tx.has_logged(mark).await.unwrap(), "{}: what others have logged before", world.backend());
        let savepoint = tx.savepoint().await.unwrap();
        write::delete_products(&tx, &[product_id(0)]).await.unwrap();
        assert!(tx.has_logged(mark).await.unwrap(), "{}", world.backend());
        tx.rollback_to(&savepoint).await.unwrap();
        assert!(!tx.has_logged(mark).await.unwrap(), "{}: it was undone", world.backend());
        tx.bulk(&[Kind::Product]).await.unwrap();
        assert!(tx.has_logged(mark).await.unwrap(), "{}: a whole kind", world.backend());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_savepoint_takes_the_switch_with_it() {
    for world in postgres().await {
        world.save(&[plain(0)]).await;
        let mut log = Reader::new(&world).await;
        let text = format!(
            "BEGIN; SAVEPOINT s; SELECT cache_log_bulk('product'); ROLLBACK TO s;
             UPDATE products SET title = 'x' WHERE id = {} ; COMMIT",
            product_id(0)
        );
        sql(&world, &text).await;
        assert_eq!(log.tags().await, tags([format!("product:{}", product_id(0))]));
        let text = format!(
            "BEGIN; SAVEPOINT s; SELECT cache_log_bulk('product', 'review'); RELEASE s;
             UPDATE products SET title = 'y' WHERE id = {} ; COMMIT",
            product_id(0)
        );
        sql(&world, &text).await;
        assert_eq!(log.tags().await, tags(["product:*", "review:*"]));
    }
}

#[tokio::test]
async fn sqlite_commits_no_switch() {
    for world in world::each().await.into_iter().filter(|world| world.backend() == Backend::Sqlite) {
        use sea_orm::ConnectionTrait;
        let db = sea_orm::Database::connect(world.test_db.url()).await.unwrap();
        let outcome = db.execute_unprepared("INSERT INTO cache_log_bulk VALUES ('product')").await;
        assert!(outcome.unwrap_err().to_string().contains("FOREIGN KEY"));
        db.close().await.unwrap();
    }
}

#[tokio::test]
async fn only_rows_that_differ_count() {
    for world in postgres().await {
        world.save(&[plain(0), plain(1)]).await;
        let mut log = Reader::new(&world).await;
        sql(&world, "UPDATE products SET title = title, slug = slug; UPDATE listings SET min_price = min_price").await;
        sql(
            &world,
            "DELETE FROM products WHERE slug = 'none'; INSERT INTO products SELECT * FROM products WHERE false",
        )
        .await;
        assert_eq!(log.tags().await, BTreeSet::new());
        sql(&world, &format!("UPDATE products SET title = CASE WHEN id = {} THEN 'x' ELSE title END", product_id(1)))
            .await;
        assert_eq!(log.tags().await, tags([format!("product:{}", product_id(1))]));
        // A key that changes is a row that goes and one that comes.
        sql(&world, &format!("UPDATE reviews SET id = id; UPDATE listings SET channel_id = {} WHERE channel_id = {} AND product_id = {}", channel_id(0), channel_id(0), product_id(0))).await;
        assert_eq!(log.tags().await, BTreeSet::new());
    }
}

#[tokio::test]
async fn a_slug_that_moves_is_told_on_both_sides() {
    for world in world::each().await {
        world.save(&[plain(0)]).await;
        let mut log = Reader::new(&world).await;
        sql(&world, &format!("UPDATE products SET slug = 'new' WHERE id = {}", product_id(0))).await;
        let expected = tags([
            format!("product:{}", product_id(0)),
            "product-slug:new".into(),
            format!("product-slug:{}", world::slug(0)),
        ]);
        assert_eq!(log.tags().await, expected, "{}", world.backend());
    }
}

#[tokio::test]
async fn cascades_are_logged() {
    for world in world::each().await {
        world.save(&[plain(0), plain(1)]).await;
        let tx = world.db.begin_write().await.unwrap();
        write::save_reviews(&tx, &[review(0, 0, 5), review(1, 1, 4)]).await.unwrap();
        tx.commit().await.unwrap();
        let mut log = Reader::new(&world).await;
        let tx = world.db.begin_write().await.unwrap();
        write::delete_products(&tx, &[product_id(0)]).await.unwrap();
        tx.commit().await.unwrap();
        let logged = log.tags().await;
        let (product, channel) = (product_id(0), channel_id(1));
        let expected = [
            format!("product:{product}"),
            format!("product-slug:{}", world::slug(0)),
            format!("variant:{}", variant_id(0, 2)),
            format!("reviews:{product}"),
            format!("review:{}", world::review_id(0)),
            format!("listings:{channel}"),
            format!("scope:{channel}:{}", world::category_id(1)),
        ];
        assert!(logged.is_superset(&tags(expected)), "{}", world.backend());
        assert!(logged.is_disjoint(&tags([format!("product:{}", product_id(1))])), "{}", world.backend());
        // A channel takes its prices and listings along: each product is another one without them.
        sql(&world, &format!("DELETE FROM channels WHERE id = {channel}")).await;
        let expected = [
            format!("product:{}", product_id(1)),
            format!("variant:{}", variant_id(1, 1)),
            format!("listings:{channel}"),
            format!("product-slug:{}", world::slug(1)),
            "channels".into(),
        ];
        assert!(log.tags().await.is_superset(&tags(expected)), "{}", world.backend());
        sql(&world, &format!("DELETE FROM customers WHERE id = {}", world::customer_id(1))).await;
        let expected = [format!("review:{}", world::review_id(1)), format!("reviews:{}", product_id(1))];
        assert!(log.tags().await.is_superset(&tags(expected)), "{}", world.backend());
    }
}

#[tokio::test]
async fn nothing_gets_around_the_triggers() {
    for world in postgres().await {
        world.save(&[plain(0), plain(1)]).await;
        let mut log = Reader::new(&world).await;
        let role = format!(
            "SET session_replication_role = replica; UPDATE products SET title = 'x' WHERE id = {}",
            product_id(0)
        );
        sql(&world, &role).await;
        assert_eq!(log.tags().await, tags([format!("product:{}", product_id(0))]));
        // Somebody who may write to the catalog and knows nothing of the log, with a log of his own in his way.
        let text = format!(
            "CREATE ROLE {role} ; GRANT SELECT, UPDATE ON products TO {role} ; SET ROLE {role} ;
             CREATE TEMP TABLE cache_log (xid xid8, tag bigint);
             UPDATE products SET title = 'y' WHERE id = {} ; RESET ROLE; DROP OWNED BY {role} ; DROP ROLE {role}",
            product_id(1),
            role = format!("clerk_{}", uuid::Uuid::new_v4().simple()),
        );
        sql(&world, &text).await;
        assert_eq!(log.tags().await, tags([format!("product:{}", product_id(1))]));
        sql(&world, "TRUNCATE products CASCADE").await;
        assert_eq!(log.tags().await, tags(["product:*", "review:*"]));
    }
}

#[tokio::test]
async fn more_than_a_thousand_tags_are_one() {
    for world in postgres().await {
        let insert = |from: u32, to: u32| {
            format!(
                "INSERT INTO customers SELECT gen_random_uuid(), n || '@many.example', 'Many', now() FROM generate_series({from}, {to}) n"
            )
        };
        let mut log = Reader::new(&world).await;
        sql(&world, &insert(1, 1000)).await;
        let logged = log.tags().await;
        assert_eq!(logged.len(), 1000);
        assert!(logged.is_disjoint(&tags(["customer:*"])));
        sql(&world, &insert(1001, 2001)).await;
        assert_eq!(log.tags().await, tags(["customer:*"]));
        // From there on the rest of the transaction is told by that row.
        sql(
            &world,
            &format!(
                "BEGIN; {}; UPDATE customers SET display_name = 'x' WHERE email = '1@many.example'; COMMIT",
                insert(3001, 4001)
            ),
        )
        .await;
        assert_eq!(log.tags().await, tags(["customer:*"]));
    }
}
