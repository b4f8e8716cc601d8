//! What the tests of the other crates rely on.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use std::collections::BTreeSet;
use tradewind_testkit::{Backend, TestDb};

async fn open(db: &TestDb) -> DatabaseConnection {
    Database::connect(db.url()).await.unwrap()
}

async fn texts(connection: &DatabaseConnection, sql: &str) -> BTreeSet<String> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.into_iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn tables(db: &TestDb) -> BTreeSet<String> {
    let connection = open(db).await;
    let sql = match connection.get_database_backend() {
        DbBackend::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
        // The tables behind a full text index belong to SQLite.
        _ => "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
    };
    let tables = texts(&connection, sql).await;
    connection.close().await.unwrap();
    tables
}

#[tokio::test]
async fn each_backend_has_the_same_tables() {
    // Full text search is what each database does in its own way, how the cache's log is silenced, and what orders events.
    let own = ["product_search", "search_", "cache_log_bulk", "cache_log_never", "outbox_aggregates"];
    let search = |name: &String| !own.iter().any(|own| name.starts_with(own));
    let all = TestDb::each().await;
    let expected: BTreeSet<_> = tables(&all[0]).await.into_iter().filter(search).collect();
    assert!(expected.contains("products"), "{expected:?}");
    for db in &all[1..] {
        let found: BTreeSet<_> = tables(db).await.into_iter().filter(search).collect();
        assert_eq!(found, expected, "{}", db.backend());
    }
}

#[tokio::test]
async fn databases_are_private_and_empty() {
    for (one, other) in TestDb::each().await.into_iter().zip(TestDb::each().await) {
        let (first, second) = (open(&one).await, open(&other).await);
        let sql = "INSERT INTO collections (id, slug, title, created_at, updated_at) VALUES
            ($id, 'a', 'A', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')";
        let id =
            if one.backend() == Backend::Sqlite { "x'0123456789abcdef0123456789abcdef'" } else { "gen_random_uuid()" };
        first.execute_unprepared(&sql.replace("$id", id)).await.unwrap();
        assert_eq!(texts(&first, "SELECT slug FROM collections").await.len(), 1, "{}", one.backend());
        assert_eq!(texts(&second, "SELECT slug FROM collections").await.len(), 0, "{}", one.backend());
    }
}

#[tokio::test]
async fn sqlite_keeps_wal_mode_and_goes_when_dropped() {
    let db = TestDb::sqlite().await;
    let connection = open(&db).await;
    assert_eq!(texts(&connection, "PRAGMA journal_mode").await, BTreeSet::from(["wal".to_owned()]));
    let file = db.url().strip_prefix("sqlite:").unwrap().to_owned();
    assert!(std::path::Path::new(&file).exists());
    drop(db);
    assert!(!std::path::Path::new(&file).exists());
}

#[tokio::test]
async fn postgres_goes_when_dropped_with_a_connection_open() {
    let (Some(db), Some(observer)) = (TestDb::postgres().await, TestDb::postgres_empty().await) else { return };
    let _still_open = open(&db).await;
    let name = database_name(&db);
    let observer_connection = open(&observer).await;
    let sql = format!("SELECT datname::text FROM pg_database WHERE datname = '{name}'");
    assert_eq!(texts(&observer_connection, &sql).await.len(), 1);
    drop(db);
    assert_eq!(texts(&observer_connection, &sql).await.len(), 0);
}

fn database_name(db: &TestDb) -> String {
    let from = db.url().find("tradewind_test_").unwrap();
    db.url()[from..].split(['?', '/']).next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_users_share_one_template() {
    let all = futures_util::future::join_all((0..8).map(|_| TestDb::each())).await;
    let urls: BTreeSet<_> = all.iter().flatten().map(|db| db.url().to_owned()).collect();
    assert_eq!(urls.len(), all.iter().map(Vec::len).sum::<usize>());
    let Some(db) = TestDb::postgres_empty().await else { return };
    let name = concat!("tradewind_template_", env!("TRADEWIND_SCHEMA"));
    let sql = format!("SELECT datname::text FROM pg_database WHERE datname LIKE '{name}%'");
    assert_eq!(texts(&open(&db).await, &sql).await, BTreeSet::from([name.to_owned()]), "one template, and no draft");
}

#[tokio::test]
async fn empty_databases_have_no_tables() {
    assert_eq!(TestDb::sqlite_empty().backend(), Backend::Sqlite);
    let Some(db) = TestDb::postgres_empty().await else { return };
    assert_eq!(tables(&db).await, BTreeSet::new());
}
