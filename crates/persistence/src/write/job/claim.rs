//! Taking jobs, and keeping them.
use super::super::{Conn, micros};
use crate::{
    Db, DbError,
    sql::{Arg, id_value, rows, time_value},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

/// How many jobs of a kind a runner has room for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobSlots {
    /// The kind.
    pub name: &'static str,
    /// At most so many; none are taken where it is 0.
    pub free: u32,
    /// Until when those that are taken are the runner's own.
    pub lease_until: DateTime<Utc>,
}

/// A job that was taken.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ClaimedJob {
    /// Which one.
    pub id: Uuid,
    /// Its kind.
    pub name: String,
    /// Its arguments, as JSON.
    pub arguments: String,
    /// With this one.
    pub attempts: i32,
    /// The lease ends then.
    pub due_at: DateTime<Utc>,
}

/// By kind, so that many jobs of one keep none of the others waiting. In an array, the subquery runs once, and the planner
/// does not expect it to find a tenth of all jobs.
const CLAIM_POSTGRES: &str = "UPDATE jobs SET holder = $3, attempts = attempts + 1,
      due_at = (SELECT {time 2} FROM {rows 1} WHERE {text 0} = jobs.name)
    WHERE id = ANY (ARRAY(SELECT j.id FROM {rows 1} CROSS JOIN LATERAL (
        SELECT id FROM jobs WHERE name = {text 0} AND dead_at IS NULL AND due_at <= $2
        ORDER BY due_at LIMIT {bigint 1} FOR NO KEY UPDATE SKIP LOCKED) j
      LIMIT $4))
    RETURNING id, name, arguments, attempts, due_at";
const CLAIM_SQLITE: &str = "UPDATE jobs SET holder = $3, attempts = attempts + 1,
      due_at = (SELECT {time 2} FROM {rows 1} WHERE {text 0} = jobs.name)
    WHERE id IN (SELECT id FROM (
        SELECT j.id, j.due_at, {bigint 1} AS free,
          row_number() OVER (PARTITION BY j.name ORDER BY j.due_at) AS number
        FROM {rows 1} JOIN jobs j ON j.name = {text 0} AND j.dead_at IS NULL AND j.due_at <= $2)
      WHERE number <= free ORDER BY due_at LIMIT $4)
    RETURNING id, name, arguments, attempts, due_at";

/// Takes jobs that are due, or whose holder let its lease end, in one statement; at most `most` in all.
pub async fn claim_jobs(
    db: &Db,
    slots: &[JobSlots],
    holder: Uuid,
    most: u32,
    now: DateTime<Utc>,
) -> Result<Vec<ClaimedJob>, DbError> {
    let row = |slots: &JobSlots| (slots.name, slots.free, time_value(micros(slots.lease_until)));
    let args = vec![
        rows(slots.iter().filter(|slots| slots.free > 0).map(row)),
        Arg::Time(micros(now)),
        Arg::Id(holder),
        Arg::Int(most.into()),
    ];
    let tx = db.begin_write().await?;
    let text = if tx.postgres() { CLAIM_POSTGRES } else { CLAIM_SQLITE };
    let claimed = Conn::from(&tx).all(text, args).await?;
    tx.commit().await?;
    Ok(claimed)
}

#[derive(FromQueryResult)]
struct DueRow {
    due_at: Option<DateTime<Utc>>,
}

const NEXT: &str =
    "SELECT min((SELECT min(j.due_at) FROM jobs j WHERE j.name = {text 0} AND j.dead_at IS NULL)) AS due_at
    FROM {rows 1}";

/// When the next job of these kinds may be taken; None: there is none.
pub async fn next_job_due(db: &Db, names: &[&str]) -> Result<Option<DateTime<Utc>>, DbError> {
    let rows: Vec<DueRow> = Conn::from(db).all(NEXT, vec![rows(names.iter().map(|name| [*name]))]).await?;
    Ok(rows.into_iter().next().and_then(|row| row.due_at))
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

const RENEW: &str = "UPDATE jobs SET due_at = {time 1} FROM {rows 1}
    WHERE jobs.id = {uuid 0} AND jobs.holder = $2 RETURNING jobs.id";

/// Renews leases, as (job, end of the lease), in one statement; which jobs are still the holder's. Work on the others must
/// end: somebody else does it.
pub async fn renew_jobs(db: &Db, leases: &[(Uuid, DateTime<Utc>)], holder: Uuid) -> Result<Vec<Uuid>, DbError> {
    let row = |(id, until): &(Uuid, DateTime<Utc>)| (id_value(*id), time_value(micros(*until)));
    let tx = db.begin_write().await?;
    let args = vec![rows(leases.iter().map(row)), Arg::Id(holder)];
    let renewed: Vec<IdRow> = Conn::from(&tx).all(RENEW, args).await?;
    tx.commit().await?;
    Ok(renewed.into_iter().map(|row| row.id).collect())
}
