//! What can go wrong below. The text is for the log; a client sees only the kind.
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
            // query_canceled (PostgreSQL); SQLITE_INTERRUPT
            Some("57014" | "9") => DbError::Timeout,
            // admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections; SQLITE_BUSY
            Some("57P01" | "57P02" | "57P03" | "53300" | "5") => DbError::Unavailable,
            _ if database.is_unique_violation()
                || database.is_foreign_key_violation()
                || database.is_check_violation() =>
            {
                DbError::Constraint
            }
            _ => DbError::Other,
        },
        _ => DbError::Other,
    }
}
