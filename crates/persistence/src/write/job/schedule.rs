//! Jobs that come again and again.
use super::super::{Conn, WriteTx, micros};
use crate::{
    Db, DbError,
    sql::{Arg, rows, time_value},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

/// When a schedule is due after this time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The kind of its jobs.
    pub name: &'static str,
    /// The next time but one.
    pub then_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct NameRow {
    name: String,
}

#[derive(FromQueryResult)]
struct DueRow {
    next_at: Option<DateTime<Utc>>,
}

const PLAN: &str = "INSERT INTO job_schedules (name, next_at) SELECT {text 0}, $2 FROM {rows 1} WHERE true ORDER BY 1
    ON CONFLICT (name) DO NOTHING";
const NEXT: &str = "SELECT min(next_at) AS next_at FROM job_schedules WHERE name {texts 1}";
/// Of several processes one finds the row as it was.
const TAKE: &str = "UPDATE job_schedules SET next_at = {time 1} FROM {rows 1}
    WHERE name = {text 0} AND next_at <= $2 RETURNING name";

/// Adds schedules that the database does not know; they are due at once.
pub async fn plan_schedules(db: &Db, names: &[&str], now: DateTime<Utc>) -> Result<(), DbError> {
    let tx = db.begin_write().await?;
    tx.execute(PLAN, vec![rows(names.iter().map(|name| [*name])), Arg::Time(micros(now))]).await?;
    tx.commit().await
}

/// When the next of them is due.
pub async fn next_schedule_due(db: &Db, names: &[&str]) -> Result<Option<DateTime<Utc>>, DbError> {
    let names = Arg::Texts(names.iter().map(|name| (*name).to_owned()).collect());
    let rows: Vec<DueRow> = Conn::from(db).all(NEXT, vec![names]).await?;
    Ok(rows.into_iter().next().and_then(|row| row.next_at))
}

/// Moves those that are due to their next time; which ones those were. Their jobs are added in the same transaction, so
/// each time is one job, whoever looks.
pub async fn take_due_schedules(
    tx: &WriteTx,
    schedules: &[Schedule],
    now: DateTime<Utc>,
) -> Result<Vec<String>, DbError> {
    let row = |schedule: &Schedule| (schedule.name, time_value(micros(schedule.then_at)));
    let args = vec![rows(schedules.iter().map(row)), Arg::Time(micros(now))];
    let taken: Vec<NameRow> = Conn::from(tx).all(TAKE, args).await?;
    Ok(taken.into_iter().map(|row| row.name).collect())
}
