//! A private database, removed when it is dropped.
use crate::{
    Backend,
    postgres::{PostgresDb, server_url},
    sqlite::SqliteDb,
};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};

/// A private database with the whole schema and no rows; removed when dropped, also with connections still open.
#[derive(Debug)]
pub struct TestDb(Kind);

#[derive(Debug)]
enum Kind {
    Sqlite(SqliteDb),
    Postgres(PostgresDb),
}

impl TestDb {
    /// A SQLite file in WAL mode.
    pub async fn sqlite() -> Self {
        Self(Kind::Sqlite(SqliteDb::migrated().await))
    }

    /// A SQLite file that does not exist yet, for tests of the migration itself.
    pub fn sqlite_empty() -> Self {
        Self(Kind::Sqlite(SqliteDb::empty()))
    }

    /// A database on the server at `DATABASE_URL`. Without that variable it says so and gives `None`, so that plain
    /// `cargo test` works anywhere; `./test` sets `TRADEWIND_REQUIRE_SERVICES=1`, which makes it a failure.
    pub async fn postgres() -> Option<Self> {
        Some(Self(Kind::Postgres(PostgresDb::migrated(server_url()?).await)))
    }

    /// Like [`TestDb::postgres`], without the schema.
    pub async fn postgres_empty() -> Option<Self> {
        Some(Self(Kind::Postgres(PostgresDb::empty(server_url()?).await)))
    }

    /// One database of each kind that can be had here: what holds on one must hold on the other.
    pub async fn each() -> Vec<Self> {
        let mut all = vec![Self::sqlite().await];
        all.extend(Self::postgres().await);
        all
    }

    /// The address, in the form that the product's configuration takes.
    pub fn url(&self) -> &str {
        match &self.0 {
            Kind::Sqlite(db) => db.url(),
            Kind::Postgres(db) => db.url(),
        }
    }

    /// Which database it is.
    pub fn backend(&self) -> Backend {
        match &self.0 {
            Kind::Sqlite(_) => Backend::Sqlite,
            Kind::Postgres(_) => Backend::Postgres,
        }
    }

    /// Runs SQL that the product never would, to see how it bears the outcome.
    pub async fn sabotage(&self, sql: &str) {
        let db = self.connect().await;
        db.execute_unprepared(sql).await.expect("the database accepts the SQL of the test");
        db.close().await.expect("the connection closes");
    }

    /// The first column of what a query finds, a text: for what the product has no query for.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let db = self.connect().await;
        let query = Statement::from_string(db.get_database_backend(), sql);
        let rows = db.query_all_raw(query).await.expect("the database accepts the SQL of the test");
        let texts = rows.iter().map(|row| row.try_get_by_index(0).expect("the first column is a text")).collect();
        db.close().await.expect("the connection closes");
        texts
    }

    async fn connect(&self) -> DatabaseConnection {
        let mut options = ConnectOptions::new(self.url());
        options.max_connections(1).sqlx_logging(false);
        Database::connect(options).await.expect("the test's own database opens")
    }
}
