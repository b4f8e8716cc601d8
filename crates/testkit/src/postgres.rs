//! PostgreSQL: a template database per schema, cloned for each test.
use crate::SCHEMA;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, TransactionTrait};
use std::time::Duration;
use tradewind_migrations::{Migrator, MigratorTrait};
use url::Url;
use uuid::Uuid;

/// "tradewind" read as a number: whoever holds this lock makes the template.
const TEMPLATE_LOCK: i64 = 0x7472_6164_6577_696e;
/// Cloning fails for a moment where a connection to the template (autovacuum) is still open.
const CLONE_ATTEMPTS: u32 = 20;
const CLONE_PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(crate) struct PostgresDb {
    url: Url,
    server: Url,
    name: String,
}

/// The server for tests; `None` where there is none and none is required.
#[allow(clippy::disallowed_methods, clippy::print_stderr, reason = "tests are configured by nothing else")]
pub(crate) fn server_url() -> Option<Url> {
    if let Some(url) = std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()) {
        return Some(Url::parse(&url).expect("DATABASE_URL is an address like postgres://user@host/name"));
    }
    let required = std::env::var("TRADEWIND_REQUIRE_SERVICES").is_ok_and(|value| value == "1");
    assert!(!required, "DATABASE_URL is not set, and TRADEWIND_REQUIRE_SERVICES=1 forbids to skip: run ./test");
    eprintln!("SKIPPED on PostgreSQL: DATABASE_URL is not set; ./test starts a server and sets it");
    None
}

impl PostgresDb {
    pub(crate) async fn migrated(server: Url) -> Self {
        let control = connect(&server).await;
        let template = template(&server, &control).await;
        let db = Self::named(server);
        clone(&control, &template, &db.name).await;
        close(control).await;
        db
    }

    pub(crate) async fn empty(server: Url) -> Self {
        let control = connect(&server).await;
        let db = Self::named(server);
        create(&control, &db.name, "template0").await.expect("the role of DATABASE_URL may create databases");
        close(control).await;
        db
    }

    pub(crate) fn url(&self) -> &str {
        self.url.as_str()
    }

    fn named(server: Url) -> Self {
        let name = format!("tradewind_test_{}", Uuid::now_v7().simple());
        Self { url: with_name(&server, &name), server, name }
    }
}

impl Drop for PostgresDb {
    /// On a thread of its own: the test's runtime may be busy, or gone.
    fn drop(&mut self) {
        let (server, sql) = (self.server.clone(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let control = Database::connect(options(&server)).await.map_err(std::io::Error::other)?;
                control.execute_unprepared(&sql).await.map_err(std::io::Error::other)?;
                control.close().await.map_err(std::io::Error::other)
            })
        });
        // A second panic while a test unwinds would abort the run; a database left behind is the lesser harm.
        let failed = !matches!(dropped.join(), Ok(Ok(())));
        assert!(!failed || std::thread::panicking(), "the test database {} could not be dropped", self.name);
    }
}

/// The name of the migrated database; made under a draft name, so that it exists whole or not at all.
async fn template(server: &Url, control: &DatabaseConnection) -> String {
    let name = format!("tradewind_template_{SCHEMA}");
    if exists(control, &name).await {
        return name;
    }
    // CREATE DATABASE cannot run in the transaction that holds the lock: that is another connection's.
    let guard_connection = connect(server).await;
    let guard = guard_connection.begin().await.expect("a transaction for the template's lock");
    guard
        .execute_unprepared(&format!("SELECT pg_advisory_xact_lock({TEMPLATE_LOCK})"))
        .await
        .expect("the template's lock");
    if !exists(control, &name).await {
        make_template(server, control, &name).await;
    }
    guard.commit().await.expect("the template's lock ends");
    close(guard_connection).await;
    name
}

async fn make_template(server: &Url, control: &DatabaseConnection, name: &str) {
    let draft = format!("{name}_draft");
    let run = async |sql: String| control.execute_unprepared(&sql).await;
    run(format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).await.expect("an abandoned draft can be dropped");
    create(control, &draft, "template0").await.expect("the role of DATABASE_URL may create databases");
    let db = connect(&with_name(server, &draft)).await;
    Migrator::up(&db, None).await.expect("the migrations run on PostgreSQL");
    close(db).await;
    run(format!("ALTER DATABASE {draft} RENAME TO {name}")).await.expect("the template can be named");
    run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await.expect("the template can be closed");
}

async fn exists(control: &DatabaseConnection, name: &str) -> bool {
    let sql = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
    control.query_one_raw(statement(sql)).await.expect("the list of databases").is_some()
}

async fn clone(control: &DatabaseConnection, template: &str, name: &str) {
    for attempt in 1.. {
        match create(control, name, template).await {
            Ok(()) => return,
            Err(error) if attempt < CLONE_ATTEMPTS && error.to_string().contains("being accessed") => {
                tokio::time::sleep(CLONE_PAUSE).await;
            }
            Err(error) => panic!("no test database could be made from {template}: {error}"),
        }
    }
}

async fn create(control: &DatabaseConnection, name: &str, template: &str) -> Result<(), DbErr> {
    control.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.map(drop)
}

fn statement(sql: String) -> sea_orm::Statement {
    sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql)
}

fn with_name(server: &Url, name: &str) -> Url {
    let mut url = server.clone();
    url.set_path(name);
    url
}

fn options(url: &Url) -> ConnectOptions {
    let mut options = ConnectOptions::new(url.as_str());
    options.max_connections(1).connect_timeout(Duration::from_secs(30)).acquire_timeout(Duration::from_secs(30));
    options.sqlx_logging(false);
    options
}

async fn connect(url: &Url) -> DatabaseConnection {
    Database::connect(options(url)).await.expect("the PostgreSQL server at DATABASE_URL answers")
}

async fn close(db: DatabaseConnection) {
    db.close().await.expect("the connection closes");
}
