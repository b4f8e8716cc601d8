//! Promising jobs.
use super::Job;
use crate::Sources;
use chrono::{DateTime, Utc};
use tradewind_persistence::{
    DbError,
    write::{
        WriteTx,
        job::{NewJob, add_jobs},
    },
};
use uuid::Uuid;

/// Promises a job in the transaction: it can be done as soon as that is committed, and never where it is not.
pub async fn enqueue<J: Job>(tx: &WriteTx, job: &J, sources: &Sources) -> Result<(), DbError> {
    let now = sources.now();
    add_jobs(tx, vec![new_job(job, sources.id(), now)?], now).await
}

/// A row to add, for several at once and for later.
pub fn new_job<J: Job>(job: &J, id: Uuid, due_at: DateTime<Utc>) -> Result<NewJob, DbError> {
    let unwritable = |error| DbError::Setup(format!("the arguments of job {} are no JSON: {error}", J::NAME));
    let arguments = serde_json::to_value(job).map_err(unwritable)?;
    Ok(NewJob { id, name: J::NAME.to_owned(), arguments, unique_key: job.unique_key(), due_at })
}
