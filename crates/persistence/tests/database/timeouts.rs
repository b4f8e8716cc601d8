//! Nobody waits for ever: neither for a statement nor for a connection.
use std::time::Duration;
use tradewind_persistence::{Db, DbConfig, DbError, read::channel::all_channels};
use tradewind_testkit::TestDb;

const SLOW: &str = "ALTER TABLE channels RENAME TO real_channels;
    CREATE VIEW channels AS SELECT c.* FROM pg_sleep(600), real_channels c";

#[tokio::test]
async fn a_statement_ends_after_its_timeout() {
    let Some(test) = TestDb::postgres().await else { return };
    test.sabotage(SLOW).await;
    let config = DbConfig { statement_timeout: Duration::from_millis(100), ..DbConfig::new(test.url()) };
    let db = Db::connect(&config).await.unwrap();
    assert_eq!(db.statement_timeout().await.unwrap().as_deref(), Some("100ms"));
    let outcome = all_channels(&db).await;
    assert!(matches!(outcome, Err(DbError::Timeout(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_connection_is_waited_for_so_long() {
    for test in TestDb::each().await {
        let config =
            DbConfig { max_connections: 1, acquire_timeout: Duration::from_millis(200), ..DbConfig::new(test.url()) };
        let db = Db::connect(&config).await.unwrap();
        let held = db.begin_write().await.unwrap();
        let outcome = all_channels(&db).await;
        assert!(matches!(outcome, Err(DbError::Unavailable(_))), "{}: {outcome:?}", test.backend());
        assert_eq!(db.connections().0, 1, "{}: the pool is bounded", test.backend());
        drop(held);
        assert!(all_channels(&db).await.is_ok(), "{}: it is free again", test.backend());
    }
}
