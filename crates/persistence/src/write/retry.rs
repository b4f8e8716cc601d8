//! Whole transactions again, where another one was in the way.
use super::WriteTx;
use crate::{Db, DbError};
use std::time::Duration;

/// How often a transaction is done again.
const RETRIES: u32 = 3;
/// The longest wait before the first time; it doubles each time.
const PAUSE_MILLIS: u64 = 10;

/// How the body of a transaction ends.
#[derive(Debug)]
pub enum End<T> {
    /// What was written is to stay.
    Commit(WriteTx, T),
    /// What was written is to be undone.
    RollBack(WriteTx, T),
}

/// What a transaction came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done<T> {
    /// The body's answer.
    pub value: T,
    /// How often it was done again.
    pub retries: u32,
}

/// Runs a transaction, and runs it again from its beginning, at most three times, where another one was in the way (a
/// deadlock or a serialization failure: [`DbError::Conflict`]). Each time comes after a random pause, of at most 10, 20 and
/// 40 ms, so that those who met do not meet again. The body must do nothing that cannot be repeated.
///
/// A conflict that lasts, or that comes when there were too many of late (3 a second and a tenth of the transactions), is
/// [`DbError::Unavailable`]: nothing was written, and it is worth to be tried later. Every retry
/// is counted in [`PoolMetrics`](crate::PoolMetrics) and in the answer.
pub async fn transact<T, F>(db: &Db, body: impl Fn(WriteTx) -> F) -> Result<Done<T>, DbError>
where
    F: Future<Output = Result<End<T>, DbError>>,
{
    let mut tries = db.writes().retries().begin();
    let mut retries = 0;
    loop {
        match once(db, &body).await {
            Err(DbError::Conflict(cause)) if retries < RETRIES => {
                if !tries.again() {
                    return Err(DbError::Unavailable(cause));
                }
                retries += 1;
                db.observe_retry();
                tracing::debug!(%cause, retries, "a transaction begins again");
                tokio::time::sleep(Duration::from_millis(fastrand::u64(1..=PAUSE_MILLIS << (retries - 1)))).await;
            }
            Err(DbError::Conflict(cause)) => return Err(DbError::Unavailable(cause)),
            Err(error) => {
                db.writes().note(&error);
                return Err(error);
            }
            Ok(value) => {
                tries.succeeded();
                return Ok(Done { value, retries });
            }
        }
    }
}

async fn once<T, F>(db: &Db, body: &impl Fn(WriteTx) -> F) -> Result<T, DbError>
where
    F: Future<Output = Result<End<T>, DbError>>,
{
    match body(db.begin_write().await?).await? {
        End::Commit(tx, value) => {
            tx.commit().await?;
            Ok(value)
        }
        End::RollBack(tx, value) => {
            // If the server cannot be told, it undoes the transaction by itself.
            let _ = tx.roll_back().await;
            Ok(value)
        }
    }
}
