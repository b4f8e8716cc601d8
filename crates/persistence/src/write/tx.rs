//! The writing transaction.
use super::conn::statement;
use crate::{
    Db, DbError,
    cache_log::Kind,
    changes::{Changed, Changes, NOTIFY, Topic, notifications},
    sql::Arg,
};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use std::{
    collections::BTreeSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};
use uuid::Uuid;

const BULK_SQLITE: [&str; 3] = [
    "DELETE FROM cache_log WHERE tag IN (SELECT value || ':*' FROM json_each($1))",
    "INSERT INTO cache_log (tag) SELECT DISTINCT value || ':*' FROM json_each($1)",
    "INSERT INTO cache_log_bulk (kind) SELECT DISTINCT value FROM json_each($1) WHERE true ON CONFLICT DO NOTHING",
];

/// A transaction that may write. Dropped without [`commit`](Self::commit), it undoes everything.
#[derive(Debug)]
pub struct WriteTx {
    orm: DatabaseTransaction,
    products: Noted,
    /// Variants.
    stock: Noted,
    /// SQLite: kinds of the cache's log are silent until the end.
    is_bulk: AtomicBool,
}

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

impl WriteTx {
    /// Begins. On SQLite the write lock is taken at once (waiting for another writer): a transaction that reads first
    /// and asks for the lock later would fail instead of waiting.
    pub async fn begin(db: &Db) -> Result<Self, DbError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let orm = db.orm().begin_with_options(options).await?;
        Ok(Self {
            orm,
            products: Noted::new(db, Topic::Product),
            stock: Noted::new(db, Topic::Stock),
            is_bulk: AtomicBool::new(false),
        })
    }

    /// Makes everything visible at once, and then tells which products, and of which variants the stock, changed.
    pub async fn commit(self) -> Result<(), DbError> {
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
