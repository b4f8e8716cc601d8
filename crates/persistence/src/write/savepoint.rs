//! A statement that a unique constraint may refuse without ending the transaction.
use super::WriteTx;
use crate::{DbError, sql::Arg};

impl WriteTx {
    /// The number of rows that it changed; None where a constraint refused it, and then nothing has changed. On PostgreSQL
    /// a failed statement would end the whole transaction: it runs behind a savepoint.
    pub(crate) async fn attempt(&self, text: &str, args: Vec<Arg>) -> Result<Option<u64>, DbError> {
        self.execute("SAVEPOINT attempt", vec![]).await?;
        match self.execute(text, args).await {
            Ok(rows) => {
                self.execute("RELEASE SAVEPOINT attempt", vec![]).await?;
                Ok(Some(rows))
            }
            Err(DbError::Constraint(_)) => {
                self.execute("ROLLBACK TO SAVEPOINT attempt", vec![]).await?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
