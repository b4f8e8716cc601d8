//! Adding jobs.
use super::super::{WriteTx, micros};
use crate::{
    DbError,
    sql::{Arg, id_value, rows, time_value},
    work::Queue,
};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A job to do.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Given by the writer (UUIDv7).
    pub id: Uuid,
    /// Which kind.
    pub name: String,
    /// What it needs to know.
    pub arguments: serde_json::Value,
    /// There is one job of the name and key at a time. Where it waits, another one makes it due no later; where it runs,
    /// it runs again, because it may have read what changed since.
    pub unique_key: Option<String>,
    /// Not before.
    pub due_at: DateTime<Utc>,
}

const ADD: &str = "INSERT INTO jobs (id, name, arguments, unique_key, due_at, attempts, runs_again, created_at)
    SELECT {uuid 0}, {text 1}, {text 2}, {text 3}, {time 4}, 0, 0 = 1, $2 FROM {rows 1} WHERE true ORDER BY u.key
    ON CONFLICT (name, unique_key) WHERE unique_key IS NOT NULL AND dead_at IS NULL DO UPDATE SET
      runs_again = jobs.holder IS NOT NULL,
      due_at = CASE WHEN jobs.holder IS NULL AND jobs.due_at > excluded.due_at THEN excluded.due_at
        ELSE jobs.due_at END";
const REVIVE: &str = "UPDATE jobs SET dead_at = NULL, holder = NULL, attempts = 0, due_at = $2
    WHERE id {ids 1} AND dead_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM jobs other
      WHERE other.name = jobs.name AND other.unique_key = jobs.unique_key AND other.dead_at IS NULL)";

/// Adds jobs to the transaction, in one statement for any number. They can be taken once it is committed.
pub async fn add_jobs(tx: &WriteTx, jobs: Vec<NewJob>, now: DateTime<Utc>) -> Result<(), DbError> {
    if jobs.is_empty() {
        return Ok(());
    }
    // In one order, and each unique one once.
    let mut sorted: BTreeMap<(String, Option<String>, Uuid), NewJob> = BTreeMap::new();
    for job in jobs {
        let id = if job.unique_key.is_some() { Uuid::nil() } else { job.id };
        let same = (job.name.clone(), job.unique_key.clone(), id);
        let earlier = sorted.get(&same).is_none_or(|known| job.due_at < known.due_at);
        if earlier {
            sorted.insert(same, job);
        }
    }
    let row = |job: NewJob| {
        (id_value(job.id), job.name, job.arguments.to_string(), job.unique_key, time_value(micros(job.due_at)))
    };
    tx.execute(ADD, vec![rows(sorted.into_values().map(row)), Arg::Time(micros(now))]).await?;
    tx.has_work(Queue::Jobs);
    Ok(())
}

/// Lets dead jobs run again, except where another one of their name and key is there already; how many. Two dead ones of
/// the same name and key are a [`DbError::Constraint`]: revive one of them.
pub async fn revive_jobs(tx: &WriteTx, ids: Vec<Uuid>, now: DateTime<Utc>) -> Result<u64, DbError> {
    let revived = tx.execute(REVIVE, vec![Arg::Ids(ids), Arg::Time(micros(now))]).await?;
    tx.has_work(Queue::Jobs);
    Ok(revived)
}
