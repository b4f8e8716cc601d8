//! Nobody waits for ever: neither for a statement nor for a connection.
use prometheus_client::{encoding::text::encode, registry::Registry};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};
use tradewind_persistence::{
    Db, DbConfig, DbError,
    read::channel::all_channels,
    write::{End, transact},
};
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

#[tokio::test]
async fn where_enough_transactions_wait_the_next_is_refused_at_once() {
    for test in TestDb::each().await {
        let config = DbConfig { max_connections: 1, max_waiting: 1, ..DbConfig::new(test.url()) };
        let db = Db::connect(&config).await.unwrap();
        let held = db.begin_write().await.unwrap();
        let waits = tokio::spawn({
            let db = db.clone();
            async move { db.begin_write().await.map(drop) }
        });
        let figure = |name: &str| figure(&db, name, "primary_writes");
        until(|| figure("bulkhead_waiting") == 1).await;
        let refused = db.begin_write().await.map(drop).expect_err("refused");
        assert!(refused.is_refused_here(), "{}: {refused:?}", test.backend());
        assert_eq!((figure("bulkhead_in_use"), figure("bulkhead_rejected_total")), (1, 1));
        drop(held);
        waits.await.unwrap().expect("its turn");
        assert_eq!((figure("bulkhead_in_use"), figure("bulkhead_waiting")), (0, 0));
    }
}

#[tokio::test]
async fn where_enough_statements_wait_the_next_is_refused_at_once() {
    let Some(test) = TestDb::postgres().await else { return };
    test.sabotage(SLOW).await;
    let config = DbConfig { max_connections: 1, max_waiting: 0, ..DbConfig::new(test.url()) };
    let db = Db::connect(&config).await.unwrap();
    let held = tokio::spawn({
        let db = db.clone();
        async move { all_channels(&db).await }
    });
    until(|| figure(&db, "bulkhead_in_use", "primary") == 1).await;
    let refused = db.ping().await.expect_err("refused");
    assert!(refused.is_refused_here(), "{refused:?}");
    assert_eq!(figure(&db, "bulkhead_rejected_total", "primary"), 1);
    held.abort();
    until(|| figure(&db, "bulkhead_in_use", "primary") == 0).await;
    db.ping().await.expect("its turn");
}

#[tokio::test]
async fn conflicts_are_tried_again_within_a_budget() {
    const TRANSACTIONS: u32 = 40;
    let test = TestDb::sqlite().await;
    let db = Db::connect(&DbConfig::new(test.url())).await.unwrap();
    let attempts = AtomicU32::new(0);
    for _ in 0..TRANSACTIONS {
        let outcome = transact(&db, |_| async {
            attempts.fetch_add(1, Relaxed);
            Err::<End<()>, _>(DbError::Conflict(Arc::new(std::fmt::Error)))
        });
        assert!(matches!(outcome.await, Err(DbError::Unavailable(_))));
    }
    let retries = attempts.load(Relaxed) - TRANSACTIONS;
    // 3 a second over ten seconds, and a tenth of the transactions; as much again where the machine takes that long.
    assert!((30..=2 * 30 + 4).contains(&retries), "{retries} second tries of {}", 3 * TRANSACTIONS);
    let denied = figure(&db, "retry_total", "primary_writes\",outcome=\"denied");
    assert!(denied >= u64::from(TRANSACTIONS - retries / 3), "who had less than three was denied one: {denied}");
    assert_eq!(figure(&db, "retry_total", "primary_writes\",outcome=\"failed"), u64::from(retries));
    assert_eq!(figure(&db, "retry_total", "primary_writes\",outcome=\"ok"), 0);
}

/// A figure of what the pool counts of a dependency.
fn figure(db: &Db, name: &str, dep: &str) -> u64 {
    let mut registry = Registry::default();
    db.limits().register(&mut registry);
    let mut text = String::new();
    encode(&mut text, &registry).unwrap();
    let line = format!("{name}{{dep=\"{dep}\"}} ");
    text.lines().find_map(|found| found.strip_prefix(&line)).expect("a figure").parse().unwrap()
}
