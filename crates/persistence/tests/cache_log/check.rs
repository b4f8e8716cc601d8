//! A database whose changes could go unnoticed is refused.
use crate::{law::literal, world};
use tradewind_persistence::cache_log::{check_triggers, logged_tables};
use tradewind_testkit::Backend;

#[tokio::test]
async fn a_trigger_that_is_missing_or_switched_off_is_named() {
    for world in world::each().await {
        check_triggers(&world.db).await.unwrap();
        assert_eq!(logged_tables(world.db.backend()).count(), 19, "{}", world.backend());
        let mut broken = vec![("DROP TRIGGER cache_log_media_delete", "media")];
        if world.backend() == Backend::Postgres {
            broken = vec![
                ("ALTER TABLE listings DISABLE TRIGGER cache_log_update", "ENABLE ALWAYS TRIGGER cache_log_update"),
                ("ALTER TABLE listings ENABLE TRIGGER cache_log_update", "ENABLE ALWAYS TRIGGER cache_log_update"),
                (
                    "ALTER TABLE listings ENABLE ALWAYS TRIGGER cache_log_update; DROP TRIGGER cache_log_truncate ON reviews",
                    "reviews",
                ),
            ];
        }
        for (sql, named) in broken {
            world.test_db.sabotage(&literal(&world, sql)).await;
            let refused = check_triggers(&world.db).await.unwrap_err().to_string();
            assert!(refused.contains(named), "{}: {refused}", world.backend());
        }
    }
}

#[tokio::test]
async fn a_log_that_a_crash_would_empty_is_refused() {
    for world in world::each().await.into_iter().filter(|world| world.backend() == Backend::Postgres) {
        world.test_db.sabotage("ALTER TABLE cache_log SET UNLOGGED").await;
        let refused = check_triggers(&world.db).await.unwrap_err().to_string();
        assert!(refused.contains("SET LOGGED"), "{refused}");
    }
}

#[tokio::test]
async fn a_table_that_a_subscription_writes_to_is_refused() {
    for world in world::each().await.into_iter().filter(|world| world.backend() == Backend::Postgres) {
        // Without connecting: what matters is that the table is its target.
        world
            .test_db
            .sabotage(
                "CREATE SUBSCRIPTION elsewhere CONNECTION 'host=/nowhere dbname=shop' PUBLICATION shop
                   WITH (connect = false, slot_name = NONE);
                 INSERT INTO pg_subscription_rel (srsubid, srrelid, srsubstate)
                   SELECT oid, 'media'::regclass, 'r' FROM pg_subscription WHERE subname = 'elsewhere'",
            )
            .await;
        let refused = check_triggers(&world.db).await.unwrap_err().to_string();
        assert!(refused.contains("media") && refused.contains("subscription"), "{refused}");
        world.test_db.sabotage("DROP SUBSCRIPTION elsewhere").await;
    }
}
