//! How work on a job ends. Each does nothing, and says so, where the job is another holder's by now.
use super::super::{WriteTx, micros};
use crate::{Db, DbError, sql::Arg, work::Queue};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// It was asked for again while it ran.
const AGAIN: &str = "UPDATE jobs SET runs_again = 0 = 1, holder = NULL, attempts = 0, error = NULL, due_at = $3
    WHERE id = $1 AND holder = $2 AND runs_again";
const DELETE: &str = "DELETE FROM jobs WHERE id = $1 AND holder = $2";
const LOCK: &str = "UPDATE jobs SET holder = holder WHERE id = $1 AND holder = $2";
const POSTPONE: &str = "UPDATE jobs SET holder = NULL, error = $3, due_at = $4 WHERE id = $1 AND holder = $2";
const BURY: &str = "UPDATE jobs SET holder = NULL, error = $3, dead_at = $4, runs_again = 0 = 1
    WHERE id = $1 AND holder = $2";
const RELEASE: &str = "UPDATE jobs SET holder = NULL, due_at = $3, attempts = attempts - 1
    WHERE id {ids 1} AND holder = $2";

/// The job is done. Given the transaction of its effects, both happen or neither: a job that ends so is done exactly once.
/// False: it is not the holder's any more, and the effects must not be committed.
pub async fn finish_job(tx: &WriteTx, id: Uuid, holder: Uuid, now: DateTime<Utc>) -> Result<bool, DbError> {
    let own = || vec![Arg::Id(id), Arg::Id(holder)];
    // Whoever asks for it again waits from here on, and then finds it waiting or gone.
    if tx.execute(LOCK, own()).await? == 0 {
        return Ok(false);
    }
    let mut args = own();
    args.push(Arg::Time(micros(now)));
    if tx.execute(AGAIN, args).await? > 0 {
        tx.has_work(Queue::Jobs);
    } else {
        tx.execute(DELETE, own()).await?;
    }
    Ok(true)
}

/// The job failed, and is tried again then.
pub async fn postpone_job(
    db: &Db,
    id: Uuid,
    holder: Uuid,
    error: &str,
    due_at: DateTime<Utc>,
) -> Result<bool, DbError> {
    alone(db, POSTPONE, vec![Arg::Id(id), Arg::Id(holder), Arg::Text(error.to_owned()), Arg::Time(micros(due_at))])
        .await
}

/// The job failed, and is not tried again by itself.
pub async fn bury_job(db: &Db, id: Uuid, holder: Uuid, error: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
    alone(db, BURY, vec![Arg::Id(id), Arg::Id(holder), Arg::Text(error.to_owned()), Arg::Time(micros(now))]).await
}

/// Gives back jobs that were not finished, because their runner ends: they are due at once, and this was no attempt.
pub async fn release_jobs(db: &Db, ids: Vec<Uuid>, holder: Uuid, now: DateTime<Utc>) -> Result<u64, DbError> {
    let tx = db.begin_write().await?;
    let released = tx.execute(RELEASE, vec![Arg::Ids(ids), Arg::Id(holder), Arg::Time(micros(now))]).await?;
    tx.has_work(Queue::Jobs);
    tx.commit().await?;
    Ok(released)
}

async fn alone(db: &Db, text: &str, args: Vec<Arg>) -> Result<bool, DbError> {
    let tx = db.begin_write().await?;
    let changed = tx.execute(text, args).await?;
    tx.commit().await?;
    Ok(changed > 0)
}
