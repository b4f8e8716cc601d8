//! The connection pool: one for a SQLite file or a PostgreSQL server.
use crate::{
    DbError,
    changes::{Changes, Topic},
    guard::Guard,
    metrics::PoolMetrics,
    pgbouncer,
    reader::{Lane, PoolStatus, Reader},
    replica::{self, Lanes, Route},
    row::row,
    sql::fetch_text,
    statements,
    work::Work,
    write::WriteTx,
};
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbBackend,
    sqlx::{SqlitePool, postgres::PgConnectOptions, sqlite},
};
use std::{
    borrow::Cow,
    path::Path,
    str::FromStr,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use tradewind_migrations::{Migrator, MigratorTrait};
use tradewind_resilience::LimitMetrics;

/// Where the database is, and how much of it one process may use.
#[derive(Clone)]
pub struct DbConfig {
    /// `postgres://user:password@host/name` or `sqlite:path/to/file.db`.
    pub url: String,
    /// Addresses of streaming replicas (PostgreSQL), for [`Db::on`]. Each must lead to one server, always the same: behind
    /// a load balancer nobody knows who answers.
    pub replicas: Vec<String>,
    /// Upper bound of open connections; PostgreSQL has so many for reading and as many for writing, which open when
    /// they are needed, and each replica has so many.
    pub max_connections: u32,
    /// Statements, and again transactions, that may wait for a connection; more are refused at once.
    pub max_waiting: u32,
    /// How long a request waits for a free connection.
    pub acquire_timeout: Duration,
    /// How long one statement may run (PostgreSQL).
    pub statement_timeout: Duration,
}

impl DbConfig {
    /// Sensible bounds for one process.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            replicas: Vec::new(),
            max_connections: 16,
            max_waiting: 256,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(8),
        }
    }

    /// The address of a SQLite file.
    pub fn sqlite_file(path: &Path) -> String {
        format!("sqlite:{}", path.display())
    }
}

impl std::fmt::Debug for DbConfig {
    /// Without the URL, which may carry a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DbConfig").field("max_connections", &self.max_connections).finish_non_exhaustive()
    }
}

/// The pool. Clones share it.
#[derive(Clone, Debug)]
pub struct Db {
    orm: DatabaseConnection,
    pool: Pool,
    replicas: Arc<[Pool]>,
    /// Where it reads.
    route: Route,
    /// Which statements share a connection; none: each has its own.
    lanes: Option<Arc<Lanes>>,
    metrics: Arc<OnceLock<PoolMetrics>>,
    limits: LimitMetrics,
    /// Before transactions.
    writes: Guard,
    product_changes: Changes,
    stock_changes: Changes,
    work: Work,
}

#[derive(Clone, Debug)]
pub(crate) enum Pool {
    Postgres(Reader),
    Sqlite(SqlitePool),
}

impl Pool {
    pub(crate) fn status(&self) -> PoolStatus {
        match self {
            Self::Postgres(reader) => reader.status(),
            Self::Sqlite(pool) => PoolStatus {
                max: usize::try_from(pool.options().get_max_connections()).unwrap_or(usize::MAX),
                open: usize::try_from(pool.size()).unwrap_or(usize::MAX),
                idle: pool.num_idle(),
                waiting: 0,
            },
        }
    }
}

impl Db {
    /// Opens the pool; a SQLite file is made where there is none. Refuses a PgBouncer that would mix up answers.
    pub async fn connect(config: &DbConfig) -> Result<Self, DbError> {
        let limits = LimitMetrics::default();
        let mut options = ConnectOptions::new(&config.url);
        options
            .max_connections(config.max_connections.max(1))
            .acquire_timeout(config.acquire_timeout)
            .connect_timeout(config.acquire_timeout)
            .idle_timeout(Duration::from_secs(300))
            .test_before_acquire_if_idle_for(Duration::from_secs(30))
            .sqlx_logging(false)
            .record_stmt_in_spans(false);
        let reader = if config.url.starts_with("sqlite:") {
            options.map_sqlx_sqlite_opts(sqlite_options);
            None
        } else if config.url.starts_with("postgres:") || config.url.starts_with("postgresql:") {
            let address = parse_postgres(&config.url)?;
            pgbouncer::check(&address, config.acquire_timeout).await?;
            let timeout = config.statement_timeout;
            options.map_sqlx_postgres_opts(move |options| postgres_options(options, timeout));
            Some(Reader::open(&postgres_options(address, timeout), config, Guard::new("primary", config, &limits))?)
        } else {
            return Err(DbError::Setup(
                "the database address must start with postgres:// or sqlite: (DATABASE_URL)".to_owned(),
            ));
        };
        let mut orm = Database::connect(options).await?;
        let metrics = Arc::new(OnceLock::<PoolMetrics>::new());
        // SeaORM's own statements (writes); the read side reports to `observe` itself.
        let of_orm = Arc::clone(&metrics);
        orm.set_metric_callback(move |info| {
            let began = Instant::now().checked_sub(info.elapsed).unwrap_or_else(Instant::now);
            statements::note("orm", 0, began, info.elapsed);
            if let Some(metrics) = of_orm.get() {
                metrics.statement("orm", info.elapsed, info.failed);
            }
        });
        let pool = match reader {
            Some(reader) => Pool::Postgres(reader),
            None => Pool::Sqlite(orm.get_sqlite_connection_pool().clone()),
        };
        let replicas = match pool {
            Pool::Postgres(_) => replica::open(config, &limits).await?.into_iter().map(Pool::Postgres).collect(),
            Pool::Sqlite(_) => Arc::from([]),
        };
        let (product_changes, stock_changes, work) = (Changes::default(), Changes::default(), Work::default());
        let route = Route::Primary;
        let writes = Guard::new("primary_writes", config, &limits);
        let lanes = None;
        let db =
            Self { orm, pool, replicas, route, lanes, metrics, limits, writes, product_changes, stock_changes, work };
        if db.statement_timeout().await?.is_some_and(|timeout| timeout == "0") {
            tracing::warn!(
                "no statement timeout: the pooler in front of the database does not pass it on, so a runaway statement \
                 ends only with its client. Set it there with connect_query, as deploy/pgbouncer/pgbouncer.ini does"
            );
        }
        Ok(db)
    }

    /// For the statements of one request: those that are asked for side by side share a connection and travel one
    /// behind the other (PostgreSQL; SQLite has no travel).
    pub fn pipelined(&self) -> Self {
        Self { lanes: Some(Arc::new(Lanes::new(self.replicas.len()))), ..self.clone() }
    }

    /// For a slow statement that others must not wait behind: on a connection of its own.
    pub fn aside(&self) -> Self {
        Self { lanes: None, ..self.clone() }
    }

    /// How long the server lets a statement of this pool run, in its own words (`10s`; `0`: for ever). A pooler may
    /// have dropped what was asked for. None on SQLite.
    pub async fn statement_timeout(&self) -> Result<Option<String>, DbError> {
        if matches!(self.pool, Pool::Sqlite(_)) {
            return Ok(None);
        }
        let text = Cow::Borrowed("SELECT current_setting('statement_timeout')");
        let rows: Vec<Setting> = fetch_text(self, "setting", text, Vec::new()).await?;
        Ok(rows.into_iter().next().map(|setting| setting.value))
    }

    /// SeaORM's view of the pool, for writes.
    pub(crate) fn orm(&self) -> &DatabaseConnection {
        &self.orm
    }

    pub(crate) fn lane(&self) -> Option<&Lane> {
        self.lanes.as_deref().and_then(|lanes| lanes.of(self.route))
    }

    /// Where statements of the route are read.
    pub(crate) fn pool(&self) -> &Pool {
        match self.route {
            Route::Primary => &self.pool,
            Route::Replica(replica) => self.replicas.get(replica).unwrap_or(&self.pool),
        }
    }

    pub(crate) fn routed(&self, route: Route) -> Self {
        Self { route, ..self.clone() }
    }

    pub(crate) fn replicas(&self) -> &[Pool] {
        &self.replicas
    }

    /// Which products were changed.
    pub fn product_changes(&self) -> &Changes {
        &self.product_changes
    }

    /// Of which variants the stock changed.
    pub fn stock_changes(&self) -> &Changes {
        &self.stock_changes
    }

    pub(crate) fn changes(&self, topic: Topic) -> &Changes {
        match topic {
            Topic::Product => &self.product_changes,
            Topic::Stock => &self.stock_changes,
        }
    }

    /// Who waits for events and jobs.
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// Which database it is.
    pub fn backend(&self) -> DbBackend {
        self.orm.get_database_backend()
    }

    /// Begins a writing transaction; it is undone unless committed.
    pub async fn begin_write(&self) -> Result<WriteTx, DbError> {
        WriteTx::begin(self).await
    }

    /// Reports statements to these metrics from now on; the first call counts.
    pub fn set_metrics(&self, metrics: PoolMetrics) {
        let _ = self.metrics.set(metrics);
    }

    /// What is counted of turns, second tries and deadlines; whoever shows metrics registers it.
    pub fn limits(&self) -> &LimitMetrics {
        &self.limits
    }

    /// Before transactions.
    pub(crate) fn writes(&self) -> &Guard {
        &self.writes
    }

    /// Brings the figures of the budgets of retries up to date.
    pub(crate) fn sample_retries(&self) {
        let readers = self.replicas.iter().chain([&self.pool]).filter_map(|pool| match pool {
            Pool::Postgres(reader) => Some(reader.guard()),
            Pool::Sqlite(_) => None,
        });
        readers.chain([&self.writes]).for_each(|guard| {
            guard.retries().left();
        });
    }

    /// The connections for reading from the primary.
    pub fn connections(&self) -> PoolStatus {
        self.pool.status()
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DbError> {
        let answer: Vec<Setting> = fetch_text(self, "ping", Cow::Borrowed("SELECT 'pong'"), Vec::new()).await?;
        drop(answer);
        Ok(())
    }

    /// Finishes what runs and closes the pool.
    pub async fn close(&self) {
        for pool in self.replicas.iter().chain([&self.pool]) {
            if let Pool::Postgres(reader) = pool {
                reader.close();
            }
        }
        // Clones share what they close.
        let _ = self.orm.clone().close().await;
    }

    /// Counts a transaction that begins again.
    pub(crate) fn observe_retry(&self) {
        if let Some(metrics) = self.metrics.get() {
            metrics.transaction_retried();
        }
    }

    pub(crate) fn observe(&self, name: &'static str, rows: usize, began: Instant, failed: bool) {
        let elapsed = began.elapsed();
        statements::note(name, rows, began, elapsed);
        if let Some(metrics) = self.metrics.get() {
            metrics.statement(name, elapsed, failed);
        }
        tracing::trace!(target: "tradewind::db", statement = name, rows, failed, micros = elapsed.as_micros(), "statement");
    }
}

row! {
    struct Setting {
        value: String,
    }
}

pub(crate) fn parse_postgres(url: &str) -> Result<PgConnectOptions, DbError> {
    PgConnectOptions::from_str(url).map_err(|_| {
        let text = "the database address cannot be read: write postgres://user:password@host:port/name (DATABASE_URL)";
        DbError::Setup(text.to_owned())
    })
}

pub(crate) fn postgres_options(options: PgConnectOptions, statement_timeout: Duration) -> PgConnectOptions {
    options.application_name("tradewind").statement_cache_capacity(512).options([
        ("statement_timeout", format!("{}ms", statement_timeout.as_millis())),
        // Of a disk that seeks, PostgreSQL expects random reads to cost four times as much, and then reads whole tables
        // for a few hundred rows; on an SSD or in memory the indexes are right.
        ("random_page_cost", "1.1".to_owned()),
        // A plan per text: planning anew for the arguments of each call took half of the database's time on a product
        // page, and found the same plans.
        ("plan_cache_mode", "force_generic_plan".to_owned()),
        ("jit", "off".to_owned()),
    ])
}

fn sqlite_options(options: sqlite::SqliteConnectOptions) -> sqlite::SqliteConnectOptions {
    options
        .create_if_missing(true)
        .journal_mode(sqlite::SqliteJournalMode::Wal)
        .synchronous(sqlite::SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(512)
        .pragma("cache_size", "-16000")
        .pragma("mmap_size", "268435456")
        .pragma("temp_store", "memory")
        // ANALYZE of what changed, bounded, when a connection closes: the planner needs figures for its choices.
        .optimize_on_close(true, 400)
}

/// Brings the schema up to date. On PostgreSQL one migrator at a time runs; the others wait for it.
pub async fn migrate(db: &Db) -> Result<(), DbError> {
    if db.backend() != DbBackend::Postgres {
        return Ok(Migrator::up(db.orm(), None).await?);
    }
    // A lock of the transaction: it also works through PgBouncer, and ends with the connection.
    let mut guard = db.orm().get_postgres_connection_pool().begin().await?;
    sea_orm::sqlx::query("SELECT pg_advisory_xact_lock(7310579617461747269)").execute(&mut *guard).await?;
    Migrator::up(db.orm(), None).await?;
    Ok(guard.commit().await?)
}

/// How many schema steps this binary knows that the database does not have.
pub async fn pending_migrations(db: &Db) -> Result<usize, DbError> {
    Ok(Migrator::get_pending_migrations_read_only(db.orm()).await?.len())
}
