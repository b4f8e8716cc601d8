//! How attempts ended, and what follows in their lanes.
use super::{
    super::{Conn, WriteTx, micros},
    lane::{ENDED, Head, heads},
};
use crate::{
    Db, DbError,
    sql::{id_value, rows, time_value},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use uuid::Uuid;

/// What becomes of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The receiver has it.
    Delivered,
    /// It is sent again then; the lane waits.
    Retry(DateTime<Utc>),
    /// It is not sent again by itself; the lane goes on.
    Dead,
}

/// An attempt that has ended.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// What was sent.
    pub head: Head,
    /// When.
    pub started_at: DateTime<Utc>,
    /// For how long.
    pub latency: Duration,
    /// The status of the answer, where there was one.
    pub status: Option<u16>,
    /// Why there was none.
    pub error: Option<String>,
    /// The beginning of the answer's body.
    pub response: String,
    /// What follows.
    pub verdict: Verdict,
}

/// What was stored.
#[derive(Debug, Default)]
pub struct Finished {
    /// What is to be sent next, in the same lanes.
    pub next: Vec<Head>,
    /// Attempts whose lane somebody else has taken meanwhile: nothing of them is stored.
    pub lost: usize,
}

type Lane = (Uuid, String);

#[derive(FromQueryResult)]
struct LaneRow {
    endpoint_id: Uuid,
    aggregate: String,
}

const LOCK: &str = "SELECT l.endpoint_id, l.aggregate FROM {rows 1} JOIN webhook_lanes l
    ON l.endpoint_id = {uuid 0} AND l.aggregate = {text 1} AND l.holder = {uuid 2} ORDER BY 1, 2";
const DELIVERIES: &str = "UPDATE webhook_deliveries SET state = {text 1}, attempts = attempts + 1,
      failures = failures + {failed}, ended_at = {time 3} FROM {rows 1}
    WHERE webhook_deliveries.id = {uuid 0}";
const ATTEMPTS: &str = "INSERT INTO webhook_attempts
      (delivery_id, number, started_at, latency_ms, status, error, response)
    SELECT {uuid 0}, {number}, {time 2}, {bigint 3}, {status}, {text 5}, {text 6} FROM {rows 1} WHERE true
    ON CONFLICT DO NOTHING";
const LANES: &str = "UPDATE webhook_lanes SET due_at = {time 2}, holder = {uuid 3} FROM {rows 1}
    WHERE endpoint_id = {uuid 0} AND aggregate = {text 1}";
/// Stores attempts of lanes that are still their holder's, in six statements for any number. Lanes whose delivery
/// succeeded or died are kept until `lease_until`, and their next deliveries are given back; with None they are let go.
pub async fn finish_deliveries(
    db: &Db,
    attempts: Vec<Attempt>,
    lease_until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Finished, DbError> {
    if attempts.is_empty() {
        return Ok(Finished::default());
    }
    let tx = db.begin_write().await?;
    let ours = lock(&tx, &attempts).await?;
    let (attempts, lost): (Vec<_>, Vec<_>) = attempts.into_iter().partition(|attempt| ours.contains(&lane_of(attempt)));
    store_attempts(&tx, &attempts, now).await?;
    let lanes: BTreeMap<Lane, &Attempt> = attempts.iter().map(|attempt| (lane_of(attempt), attempt)).collect();
    let next = move_lanes(&tx, &lanes, lease_until.map(micros), now).await?;
    tx.commit().await?;
    Ok(Finished { next, lost: lost.len() })
}

fn lane_of(attempt: &Attempt) -> Lane {
    (attempt.head.endpoint_id, attempt.head.aggregate.clone())
}

async fn lock(tx: &WriteTx, attempts: &[Attempt]) -> Result<BTreeSet<Lane>, DbError> {
    let row = |attempt: &Attempt| {
        let (endpoint, aggregate) = lane_of(attempt);
        (id_value(endpoint), aggregate, id_value(attempt.head.holder))
    };
    let rows: Vec<LaneRow> = Conn::from(tx).all_locked(LOCK, vec![rows(attempts.iter().map(row))]).await?;
    Ok(rows.into_iter().map(|row| (row.endpoint_id, row.aggregate)).collect())
}

async fn store_attempts(tx: &WriteTx, attempts: &[Attempt], now: DateTime<Utc>) -> Result<(), DbError> {
    let integer = |number: &str| match tx.postgres() {
        true => format!("{{bigint {number}}}::integer"),
        false => format!("{{bigint {number}}}"),
    };
    let delivery = |attempt: &Attempt| {
        let (state, failed, is_open) = match attempt.verdict {
            Verdict::Delivered => ("delivered", 0, false),
            Verdict::Retry(_) => ("open", 1, true),
            Verdict::Dead => ("dead", 1, false),
        };
        (id_value(attempt.head.delivery_id), state, failed, (!is_open).then(|| time_value(micros(now))))
    };
    let text = DELIVERIES.replace("{failed}", &integer("2"));
    tx.execute(&text, vec![rows(attempts.iter().map(delivery))]).await?;
    let attempt = |attempt: &Attempt| {
        let (id, number) = (id_value(attempt.head.delivery_id), attempt.head.attempts + 1);
        let latency = i64::try_from(attempt.latency.as_millis()).unwrap_or(i64::MAX);
        let started_at = time_value(micros(attempt.started_at));
        (id, number, started_at, latency, attempt.status, attempt.error.clone(), attempt.response.clone())
    };
    let text = ATTEMPTS.replace("{number}", &integer("1")).replace("{status}", &integer("4"));
    tx.execute(&text, vec![rows(attempts.iter().map(attempt))]).await?;
    Ok(())
}

async fn move_lanes(
    tx: &WriteTx,
    lanes: &BTreeMap<Lane, &Attempt>,
    lease_until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Vec<Head>, DbError> {
    let row = |((endpoint, aggregate), attempt): (&Lane, &&Attempt)| {
        let (due_at, holder) = match (attempt.verdict, lease_until) {
            (Verdict::Retry(at), _) => (micros(at), None),
            (_, Some(lease_until)) => (lease_until, Some(attempt.head.holder)),
            (_, None) => (micros(now), None),
        };
        (id_value(*endpoint), aggregate.clone(), time_value(due_at), holder.map(id_value))
    };
    let all = rows(lanes.iter().map(row));
    tx.execute(LANES, vec![all.clone()]).await?;
    tx.execute(ENDED, vec![all]).await?;
    if lease_until.is_none() {
        return Ok(Vec::new());
    }
    let goes_on = |attempt: &Attempt| !matches!(attempt.verdict, Verdict::Retry(_));
    let next: Vec<Lane> = lanes.iter().filter(|(_, attempt)| goes_on(attempt)).map(|(lane, _)| lane.clone()).collect();
    heads(tx, &next).await
}
