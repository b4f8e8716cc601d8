//! The writing transaction.
use super::conn::statement;
use crate::{Db, DbError, sql::Arg};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

/// A transaction that may write. Dropped without [`commit`](Self::commit), it undoes everything.
#[derive(Debug)]
pub struct WriteTx {
    orm: DatabaseTransaction,
}

impl WriteTx {
    /// Begins. On SQLite the write lock is taken at once (waiting for another writer): a transaction that reads first
    /// and asks for the lock later would fail instead of waiting.
    pub async fn begin(db: &Db) -> Result<Self, DbError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(Self { orm: db.orm().begin_with_options(options).await? })
    }

    /// Makes everything visible at once.
    pub async fn commit(self) -> Result<(), DbError> {
        Ok(self.orm.commit().await?)
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
