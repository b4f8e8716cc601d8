//! Nobody waits for ever: neither for a statement nor for a connection.
use std::time::Duration;
use tradewind_persistence::{Db, DbConfig, DbError, read::channel::all_channels};
use tradewind_testkit::TestDb;

const SLOW: &str = "ALTER TABLE channels RENAME TO real_channels;
    CREATE VIEW channels AS SELECT c.* FROM pg_sleep(600), real_channels c";

/// Fails when a statement on this database goes on for five more seconds.
const NOTHING_RUNS: &str = "DO $$ BEGIN
    FOR attempt IN 1..100 LOOP
      IF NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
                     AND pid <> pg_backend_pid()) THEN RETURN; END IF;
      PERFORM pg_sleep(0.05), pg_stat_clear_snapshot();
    END LOOP;
    RAISE 'a statement still runs';
  END $$";

async fn until(condition: impl Fn() -> bool) {
    let patience = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), patience).await.expect("it happens within seconds");
}

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
        let outcome = db.begin_write().await.map(|_| ());
        assert!(matches!(outcome, Err(DbError::Unavailable(_))), "{}: {outcome:?}", test.backend());
        drop(held);
        assert!(db.begin_write().await.is_ok(), "{}: it is free again", test.backend());
    }
}

#[tokio::test]
async fn a_connection_for_reading_is_waited_for_so_long() {
    let Some(test) = TestDb::postgres().await else { return };
    test.sabotage(SLOW).await;
    let config =
        DbConfig { max_connections: 1, acquire_timeout: Duration::from_millis(200), ..DbConfig::new(test.url()) };
    let db = Db::connect(&config).await.unwrap();
    let held = tokio::spawn({
        let db = db.clone();
        async move { all_channels(&db).await }
    });
    until(|| db.connections().idle == 0).await;
    let outcome = db.ping().await;
    assert!(matches!(outcome, Err(DbError::Unavailable(_))), "{outcome:?}");
    assert_eq!(db.connections().open, 1, "the pool is bounded");
    held.abort();
    assert!(held.await.unwrap_err().is_cancelled());
    until(|| db.connections().open == 0).await;
    assert!(db.ping().await.is_ok(), "the connection whose statement nobody waits for was replaced");
    test.sabotage(NOTHING_RUNS).await;
}
