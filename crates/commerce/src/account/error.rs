//! What can go wrong without anybody's doing.
use tradewind_persistence::DbError;

/// A failure; an expected refusal is an [`Outcome`](super::Outcome) instead.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AccountError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// More passwords wait to be hashed than there is memory for: trying again later may help.
    #[error("no turn to hash a password came up in time: raise how many are hashed at once, or add instances")]
    Busy,
    /// A password could not be hashed, or a mail not be written: a bug, or no memory.
    #[error("{0}")]
    Failed(String),
}

impl From<askama::Error> for AccountError {
    fn from(error: askama::Error) -> Self {
        Self::Failed(format!("a mail could not be written: {error}"))
    }
}
