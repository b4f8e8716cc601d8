//! The ledger from its first day, and what its check finds.
use crate::{
    market::{held, hold, hold_id, is_exact, levels, line, stocked, texts},
    world::{self, plain, product_id, variant_id, warehouse_id},
};
use sea_orm::ConnectionTrait;
use tradewind_domain::stock::StockPolicy::Deny;
use tradewind_migrations::{Migrator, MigratorTrait};
use tradewind_persistence::{
    ledger::{Difference, check_ledger},
    migrate,
    write::delete_products,
};

#[tokio::test]
async fn a_shop_that_was_there_before_gets_its_opening_rows() {
    for world in world::each().await {
        stocked(&world, Deny, &[&[5, 0], &[7]]).await;
        let control = sea_orm::Database::connect(world.test_db.url()).await.unwrap();
        let steps = Migrator::migrations();
        let ledger = steps.iter().position(|step| step.name().ends_with("_stock")).unwrap();
        Migrator::down(&control, Some(u32::try_from(steps.len() - ledger).unwrap())).await.unwrap();
        control.close().await.unwrap();
        world.test_db.sabotage("UPDATE stock_levels SET on_hand = on_hand + 1 WHERE on_hand > 0").await;
        migrate(&world.db).await.unwrap();
        is_exact(&world).await;
        let rows = "SELECT kind || ' ' || CAST(on_hand_change AS text) || ': ' || reason AS line FROM stock_movements
            ORDER BY id";
        let expected = ["import 6: what was there before the ledger", "import 8: what was there before the ledger"];
        assert_eq!(texts(&world, rows).await, expected, "{}", world.backend());
        // Times are written as the application writes them: what it says is later sorts later.
        world.save(&[plain(1)]).await;
        let times = "SELECT CAST(count(*) AS text) AS line FROM stock_movements a JOIN stock_movements b
            ON a.reason IS NOT NULL AND b.reason IS NULL AND a.at > b.at AND length(CAST(a.at AS text)) > 20";
        assert_eq!(texts(&world, times).await, ["4"], "the products are of an earlier day");
        held(&world.db, hold(1), &[line(1, 6)]).await;
        is_exact(&world).await;
    }
}

#[tokio::test]
async fn the_check_finds_what_was_changed_beside_it() {
    for world in world::each().await {
        // More levels than it compares at a time.
        let many: Vec<_> = (1..600).map(plain).collect();
        world.save(&many).await;
        stocked(&world, Deny, &[&[5], &[7]]).await;
        held(&world.db, hold(1), &[line(1, 2), line(2, 3)]).await;
        is_exact(&world).await;
        let difference = |number: u32, warehouse, level, ledger, held| Difference {
            variant_id: variant_id(number / 10, number % 10),
            warehouse_id: warehouse_id(warehouse),
            level,
            ledger,
            held,
        };
        let run = async |sql: &str| world.test_db.sabotage(&literal(&world, sql)).await;
        run(&format!("UPDATE stock_levels SET on_hand = 4 WHERE variant_id = {}", variant_id(0, 1))).await;
        run(&format!("UPDATE stock_levels SET reserved = 1 WHERE variant_id = {}", variant_id(599, 2))).await;
        run(&format!("DELETE FROM hold_lines WHERE variant_id = {}", variant_id(0, 2))).await;
        let found = check_ledger(&world.db).await.unwrap();
        let expected = [
            difference(1, 0, (4, 2), (5, 2), 2),
            difference(2, 0, (7, 3), (7, 3), 0),
            difference(5992, 1, (20, 1), (20, 0), 0),
        ];
        assert_eq!(found, expected, "{}", world.backend());
    }
}

/// Ids as the database writes them.
fn literal(world: &world::World, text: &str) -> String {
    let word = |word: &str| match uuid::Uuid::try_parse(word) {
        Ok(id) if world.backend() == tradewind_testkit::Backend::Sqlite => format!("x'{}'", id.simple()),
        Ok(id) => format!("'{id}'"),
        Err(_) => word.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn what_is_deleted_takes_its_history_along() {
    for world in world::each().await {
        stocked(&world, Deny, &[&[5], &[7]]).await;
        held(&world.db, hold(1), &[line(1, 2), line(2, 3)]).await;
        let mut product = world.one(0).await;
        product.variants.truncate(1);
        world.save(&[product]).await;
        is_exact(&world).await;
        assert_eq!(levels(&world).await, ["5/2"], "{}", world.backend());
        let tx = world.db.begin_write().await.unwrap();
        delete_products(&tx, &[product_id(0)]).await.unwrap();
        tx.commit().await.unwrap();
        let left = "SELECT CAST(count(*) AS text) AS line FROM stock_movements
            UNION ALL SELECT CAST(count(*) AS text) FROM hold_lines";
        assert_eq!(texts(&world, left).await, ["0", "0"]);
        // The hold itself can still end.
        assert_eq!(
            crate::market::commit(&world.db, 1).await.value,
            tradewind_persistence::write::HoldEnd::Done,
            "{}",
            hold_id(1)
        );
    }
}

#[tokio::test]
async fn the_database_refuses_what_can_never_be() {
    for world in world::each().await {
        stocked(&world, Deny, &[&[5]]).await;
        held(&world.db, hold(1), &[line(1, 2)]).await;
        let db = sea_orm::Database::connect(world.test_db.url()).await.unwrap();
        for sql in [
            "UPDATE stock_levels SET reserved = -1",
            "UPDATE hold_lines SET quantity = 0",
            "UPDATE hold_lines SET backordered = quantity + 1",
            "UPDATE holds SET state = 'lost'",
            "UPDATE stock_movements SET kind = 'magic'",
            "UPDATE stock_movements SET on_hand_change = 0, reserved_change = 0",
            "UPDATE variants SET low_stock_threshold = -1",
        ] {
            db.execute_unprepared(sql).await.expect_err(sql);
        }
        db.close().await.unwrap();
        is_exact(&world).await;
    }
}
