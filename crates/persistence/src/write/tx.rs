//! The writing transaction.
use super::{
    conn::statement,
    event::{Event, insert_events},
};
use crate::{
    Db, DbError,
    cache_log::Kind,
    changes::{Changed, Changes, NOTIFY, Topic, notifications},
    sql::Arg,
    work::{self, Queue, Work},
};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use std::{
    collections::BTreeSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
};
use tradewind_resilience::Entered;
use uuid::Uuid;

const BULK_SQLITE: [&str; 3] = [
    "DELETE FROM cache_log WHERE tag IN (SELECT value || ':*' FROM json_each($1))",
    "INSERT INTO cache_log (tag) SELECT DISTINCT value || ':*' FROM json_each($1)",
    "INSERT INTO cache_log_bulk (kind) SELECT DISTINCT value FROM json_each($1) WHERE true ON CONFLICT DO NOTHING",
];

/// A row where this transaction has logged something.
const LOGGED_POSTGRES: &str =
    "SELECT 1::bigint AS log FROM cache_log WHERE xid = pg_current_xact_id_if_assigned() LIMIT 1";
/// How many rows the log ever had.
const LOGGED_SQLITE: &str = "SELECT seq AS log FROM sqlite_sequence WHERE name = 'cache_log'";

/// A transaction that may write. Dropped without [`commit`](Self::commit), it undoes everything.
#[derive(Debug)]
pub struct WriteTx {
    orm: DatabaseTransaction,
    /// Given back after the connection.
    _turn: Entered,
    products: Noted,
    /// Variants.
    stock: Noted,
    /// Events to publish with the commit.
    events: Mutex<Vec<Event>>,
    /// There is work in these queues, besides what the events make.
    has_events: AtomicBool,
    has_jobs: AtomicBool,
    work: Work,
    savepoints: AtomicU32,
    /// SQLite: kinds of the cache's log are silent until the end.
    is_bulk: AtomicBool,
}

/// Where the log stood for a transaction that asks [`WriteTx::has_logged`].
#[derive(Clone, Copy, Debug)]
#[must_use = "without a question at the end it is a statement for nothing"]
pub struct LogMark(i64);

/// Ids that a transaction changed, and who is told after the commit.
#[derive(Debug)]
struct Noted {
    topic: Topic,
    ids: Mutex<BTreeSet<Uuid>>,
    readers: Changes,
}

impl Noted {
    fn new(db: &Db, topic: Topic) -> Self {
        Self { topic, ids: Mutex::default(), readers: db.changes(topic).clone() }
    }

    fn add(&self, ids: &[Uuid]) {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).extend(ids);
    }

    fn take(&self) -> Option<Changed> {
        let ids = std::mem::take(&mut *self.ids.lock().unwrap_or_else(PoisonError::into_inner));
        (!ids.is_empty()).then(|| Changed::of(ids.into_iter()))
    }
}

/// A state of a transaction, to go back to.
#[derive(Debug)]
#[must_use = "a savepoint that nobody goes back to does nothing"]
pub struct Savepoint {
    name: String,
    /// Events that were published before it.
    events: usize,
}

impl WriteTx {
    /// Begins. On SQLite the write lock is taken at once (waiting for another writer): a transaction that reads first
    /// and asks for the lock later would fail instead of waiting.
    pub async fn begin(db: &Db) -> Result<Self, DbError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let turn = db.writes().enter().await?;
        let orm = db.orm().begin_with_options(options).await?;
        Ok(Self {
            orm,
            _turn: turn,
            products: Noted::new(db, Topic::Product),
            stock: Noted::new(db, Topic::Stock),
            events: Mutex::default(),
            has_events: AtomicBool::new(false),
            has_jobs: AtomicBool::new(false),
            work: db.work().clone(),
            savepoints: AtomicU32::new(0),
            is_bulk: AtomicBool::new(false),
        })
    }

    /// To be called before anything is written. A statement on SQLite only: on PostgreSQL rows of the log say whose they
    /// are.
    pub async fn mark_log(&self) -> Result<LogMark, DbError> {
        Ok(LogMark(if self.postgres() { 0 } else { self.log_position(LOGGED_SQLITE).await? }))
    }

    /// Whether anything that caches keep was written until now: somebody may have to wait until all of them know.
    pub async fn has_logged(&self, mark: LogMark) -> Result<bool, DbError> {
        let text = if self.postgres() { LOGGED_POSTGRES } else { LOGGED_SQLITE };
        Ok(self.log_position(text).await? != mark.0)
    }

    async fn log_position(&self, text: &str) -> Result<i64, DbError> {
        let row = self.orm.query_one_raw(statement(self.backend(), text, vec![])).await?;
        Ok(row.map(|row| row.try_get("", "log")).transpose()?.unwrap_or(0))
    }

    /// Publishes the event with the commit; of several for one aggregate, in the order of these calls.
    pub fn publish(&self, event: Event) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    /// Remembers this state.
    pub async fn savepoint(&self) -> Result<Savepoint, DbError> {
        let name = format!("tradewind_{}", self.savepoints.fetch_add(1, Relaxed));
        self.execute(&format!("SAVEPOINT {name}"), vec![]).await?;
        Ok(Savepoint { name, events: self.events.lock().unwrap_or_else(PoisonError::into_inner).len() })
    }

    /// Undoes what was written and published since, also after a statement failed. What changed since is still told,
    /// without need.
    pub async fn rollback_to(&self, savepoint: &Savepoint) -> Result<(), DbError> {
        self.execute(&format!("ROLLBACK TO SAVEPOINT {}", savepoint.name), vec![]).await?;
        self.events.lock().unwrap_or_else(PoisonError::into_inner).truncate(savepoint.events);
        Ok(())
    }

    /// Makes everything visible at once, and then tells which products, and of which variants the stock, changed, and who
    /// has work.
    pub async fn commit(self) -> Result<(), DbError> {
        let queues = self.queue_work().await?;
        let work = self.work.clone();
        self.commit_changes().await?;
        queues.into_iter().for_each(|queue| work.wake(queue));
        Ok(())
    }

    /// Writes the events as the last thing: from here on other writers of the same aggregates wait for the commit.
    async fn queue_work(&self) -> Result<Vec<Queue>, DbError> {
        let events = std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner));
        if !events.is_empty() {
            insert_events(self, &events).await?;
            self.has_work(Queue::Events);
        }
        let queues = Queue::EACH.into_iter().filter(|queue| self.flag(*queue).load(Relaxed)).collect::<Vec<_>>();
        for queue in queues.iter().filter(|_| self.postgres()) {
            self.execute(work::NOTIFY, vec![Arg::Text(queue.word().to_owned())]).await?;
        }
        Ok(queues)
    }

    async fn commit_changes(self) -> Result<(), DbError> {
        if self.is_bulk.load(Relaxed) {
            // What is written after this is logged again, one by one.
            self.execute("DELETE FROM cache_log_bulk", vec![]).await?;
        }
        let noted = [&self.products, &self.stock];
        let changed: Vec<(&Noted, Changed)> =
            noted.into_iter().filter_map(|noted| Some((noted, noted.take()?))).collect();
        if self.postgres() && !changed.is_empty() {
            let told = changed.iter().flat_map(|(noted, changed)| notifications(noted.topic, changed));
            let told = serde_json::json!(told.collect::<Vec<_>>()).to_string();
            self.execute(NOTIFY, vec![Arg::Text(told)]).await?;
        }
        self.orm.commit().await?;
        for (noted, changed) in changed {
            noted.readers.committed(changed);
        }
        Ok(())
    }

    /// Undoes everything now. Dropping does it too, when the connection goes back to the pool.
    pub async fn roll_back(self) -> Result<(), DbError> {
        Ok(self.orm.rollback().await?)
    }

    /// Logs for caches that anything of these kinds may change in this transaction, and from now on not what. For
    /// writers of a good part of the shop: it saves a row of the log for each thing that they change, and costs everybody
    /// what they have cached of the kinds.
    pub async fn bulk(&self, kinds: &[Kind]) -> Result<(), DbError> {
        let words = || Arg::Texts(kinds.iter().map(|kind| kind.word().to_owned()).collect());
        if self.postgres() {
            self.execute("SELECT cache_log_bulk(VARIADIC $1)", vec![words()]).await?;
            return Ok(());
        }
        self.is_bulk.store(true, Relaxed);
        for text in BULK_SQLITE {
            self.execute(text, vec![words()]).await?;
        }
        Ok(())
    }

    /// Notes products that this transaction changed, or may have changed, in a way that readers can see.
    pub(crate) fn product_changed(&self, ids: &[Uuid]) {
        self.products.add(ids);
    }

    /// Notes variants whose stock this transaction changed.
    pub(crate) fn stock_changed(&self, variants: &[Uuid]) {
        self.stock.add(variants);
    }

    /// Notes that there is work: whoever does it is told of the commit.
    pub(crate) fn has_work(&self, queue: Queue) {
        self.flag(queue).store(true, Relaxed);
    }

    fn flag(&self, queue: Queue) -> &AtomicBool {
        match queue {
            Queue::Events => &self.has_events,
            Queue::Jobs => &self.has_jobs,
        }
    }

    /// Which database it is.
    pub fn backend(&self) -> DbBackend {
        self.orm.get_database_backend()
    }

    pub(crate) fn postgres(&self) -> bool {
        self.backend() == DbBackend::Postgres
    }

    pub(crate) fn orm(&self) -> &DatabaseTransaction {
        &self.orm
    }

    /// Runs a statement of fixed text; the number of rows that it changed.
    pub(crate) async fn execute(&self, text: &str, args: Vec<Arg>) -> Result<u64, DbError> {
        Ok(self.orm.execute_raw(statement(self.backend(), text, args)).await?.rows_affected())
    }
}
