//! What can go wrong without anybody's doing.
use tradewind_persistence::DbError;

/// A failure; an expected refusal is an [`Outcome`](crate::account::Outcome) instead.
#[derive(Clone, Debug, thiserror::Error)]
pub enum BuyError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// A bug, or damaged data.
    #[error("{0}")]
    Failed(String),
}

impl From<askama::Error> for BuyError {
    fn from(error: askama::Error) -> Self {
        Self::Failed(format!("a mail could not be written: {error}"))
    }
}

impl From<serde_json::Error> for BuyError {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(format!("a stored quote cannot be read: {error}"))
    }
}
