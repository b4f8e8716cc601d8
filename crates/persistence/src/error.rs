//! What can go wrong below. The text is for the log; a client sees only the kind.
use deadpool_postgres::PoolError;
use sea_orm::{DbErr, RuntimeErr, sqlx};
use std::sync::Arc;

/// A failed statement or connection. Cheap to clone, because each waiter of a batch gets it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DbError {
    /// No connection within the acquire timeout, or the server is gone. Trying again later may help.
    #[error("database unavailable: {0}")]
    Unavailable(Arc<dyn std::error::Error + Send + Sync>),
    /// The statement ran longer than the statement timeout.
    #[error("statement timeout: {0}")]
    Timeout(Arc<dyn std::error::Error + Send + Sync>),
    /// Another transaction was in the way (a deadlock, a serialization failure): nothing was written, and the whole
    /// transaction may be done again, as [`transact`](crate::write::transact) does.
    #[error("conflict with another transaction: {0}")]
    Conflict(Arc<dyn std::error::Error + Send + Sync>),
    /// Another transaction held a lock for longer than the statement was to wait.
    #[error("lock timeout: {0}")]
    LockTimeout(Arc<dyn std::error::Error + Send + Sync>),
    /// A unique or foreign key refused the write.
    #[error("constraint violated: {0}")]
    Constraint(Arc<dyn std::error::Error + Send + Sync>),
    /// The connection string or the server does not fit; the text says the way out.
    #[error("{0}")]
    Setup(String),
    /// Anything else: a bug or damaged data.
    #[error("database error: {0}")]
    Other(Arc<dyn std::error::Error + Send + Sync>),
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        kind_of(&error)(Arc::new(error))
    }
}

impl From<tokio_postgres::Error> for DbError {
    fn from(error: tokio_postgres::Error) -> Self {
        let kind: fn(Arc<dyn std::error::Error + Send + Sync>) -> Self = match error.code() {
            Some(code) => kind_of_state(code.code()),
            None if error.is_closed() => Self::Unavailable,
            // Reading or writing the socket, or connecting; what is left is a row that does not fit.
            None if std::error::Error::source(&error).is_some_and(|cause| cause.is::<std::io::Error>()) => {
                Self::Unavailable
            }
            None => Self::Other,
        };
        kind(Arc::new(error))
    }
}

impl From<PoolError> for DbError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(cause) => match Self::from(cause) {
                // Whatever keeps us from connecting may be over in a moment; wrong passwords were found at the start.
                Self::Other(cause) => Self::Unavailable(cause),
                known => known,
            },
            other => Self::Unavailable(Arc::new(other)),
        }
    }
}

impl From<DbErr> for DbError {
    fn from(error: DbErr) -> Self {
        let kind: fn(Arc<dyn std::error::Error + Send + Sync>) -> Self = match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Unavailable,
            DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => kind_of(inner),
            _ => Self::Other,
        };
        kind(Arc::new(error))
    }
}

fn kind_of(error: &sqlx::Error) -> fn(Arc<dyn std::error::Error + Send + Sync>) -> DbError {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => {
            DbError::Unavailable
        }
        sqlx::Error::Database(database) => match database.code().as_deref() {
            // SQLITE_INTERRUPT
            Some("9") => DbError::Timeout,
            // SQLITE_BUSY
            Some("5") => DbError::Unavailable,
            // serialization_failure, deadlock_detected: sqlx has the writers' connections
            Some("40001" | "40P01") => DbError::Conflict,
            _ if database.is_unique_violation()
                || database.is_foreign_key_violation()
                || database.is_check_violation() =>
            {
                DbError::Constraint
            }
            code => kind_of_state(code.unwrap_or_default()),
        },
        _ => DbError::Other,
    }
}

/// By PostgreSQL's code of an error (`SQLSTATE`).
fn kind_of_state(code: &str) -> fn(Arc<dyn std::error::Error + Send + Sync>) -> DbError {
    match code {
        // query_canceled
        "57014" => DbError::Timeout,
        // lock_not_available
        "55P03" => DbError::LockTimeout,
        // What a replica ends a statement with that is in the way of what it has to replay: readers have no transactions.
        "40001" => DbError::Unavailable,
        // admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections
        "57P01" | "57P02" | "57P03" | "53300" => DbError::Unavailable,
        _ => DbError::Other,
    }
}
