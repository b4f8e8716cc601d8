//! From events to deliveries: one for each endpoint that wants the event.
use super::{
    super::{Conn, WriteTx, micros},
    endpoint::{WebhookEndpoint, enabled_endpoints},
};
use crate::{
    Db, DbError,
    sql::{Arg, id_value, rows},
    work::Queue,
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FannedOut {
    /// Events that have their deliveries now.
    pub events: usize,
    /// Deliveries that were added.
    pub deliveries: usize,
}

#[derive(FromQueryResult)]
struct EventRow {
    position: i64,
    topic: String,
    aggregate: String,
}

#[derive(FromQueryResult)]
struct Gate {
    is_ours: bool,
}

/// Several at a time would do the same, and wait for each other.
const GATE: &str = "SELECT pg_try_advisory_xact_lock(7310579617461747270) AS is_ours";
/// By what has not been fanned out, not by the position that was read last: of two transactions the later position may
/// be committed first. Within an aggregate it never is, see docs/webhooks.md.
const WAITING: &str =
    "SELECT position, topic, aggregate FROM outbox WHERE fanned_out_at IS NULL ORDER BY position LIMIT $1";
/// A lane that is there is locked, and stays as it is.
const LANES: &str = "INSERT INTO webhook_lanes (endpoint_id, aggregate, due_at)
    SELECT {uuid 0}, {text 1}, $2 FROM {rows 1} WHERE true ORDER BY 1, 2
    ON CONFLICT (endpoint_id, aggregate) DO UPDATE SET aggregate = excluded.aggregate WHERE false";
const DELIVERIES: &str = "INSERT INTO webhook_deliveries
      (id, endpoint_id, position, aggregate, state, attempts, failures, created_at)
    SELECT {uuid 0}, {uuid 1}, {bigint 2}, {text 3}, 'open', 0, 0, $2 FROM {rows 1} WHERE true
    ON CONFLICT (endpoint_id, position) DO NOTHING";
const DONE: &str = "UPDATE outbox SET fanned_out_at = $2
    WHERE position IN (SELECT {bigint 0} FROM {rows 1})";

/// Gives the oldest events their deliveries, at most `most`, in as many statements for any number.
/// Of several processes that do it at the
/// same time, one does it; none does anything where another one is at it.
pub async fn fan_out(
    db: &Db,
    most: u32,
    new_id: &(dyn Fn() -> Uuid + Send + Sync),
    now: DateTime<Utc>,
) -> Result<FannedOut, DbError> {
    let tx = db.begin_write().await?;
    if tx.postgres() {
        let gate: Vec<Gate> = Conn::from(&tx).all(GATE, vec![]).await?;
        if !gate.first().is_some_and(|gate| gate.is_ours) {
            return Ok(FannedOut::default());
        }
    }
    let events: Vec<EventRow> = Conn::from(&tx).all(WAITING, vec![Arg::Int(most.into())]).await?;
    if events.is_empty() {
        return Ok(FannedOut::default());
    }
    let endpoints = enabled_endpoints(&tx).await?;
    let wanted: Vec<(&EventRow, &WebhookEndpoint)> = events
        .iter()
        .flat_map(|event| endpoints.iter().map(move |endpoint| (event, endpoint)))
        .filter(|(event, endpoint)| endpoint.wants(&event.topic))
        .collect();
    let deliveries = wanted.iter().map(|(event, endpoint)| Addition {
        endpoint_id: endpoint.id,
        position: event.position,
        aggregate: event.aggregate.clone(),
    });
    add_deliveries(&tx, LANES, deliveries.collect(), new_id, now).await?;
    let done = rows(events.iter().map(|event| [event.position]));
    tx.execute(DONE, vec![done, Arg::Time(micros(now))]).await?;
    let fanned_out = FannedOut { events: events.len(), deliveries: wanted.len() };
    tx.commit().await?;
    Ok(fanned_out)
}

/// A delivery to add.
pub(super) struct Addition {
    pub(super) endpoint_id: Uuid,
    pub(super) position: i64,
    pub(super) aggregate: String,
}

/// Adds lanes, by a statement of the caller, and then what is delivered in them; those that are there already stay as
/// they are.
pub(super) async fn add_deliveries(
    tx: &WriteTx,
    lanes: &str,
    additions: Vec<Addition>,
    new_id: &(dyn Fn() -> Uuid + Send + Sync),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    if additions.is_empty() {
        return Ok(());
    }
    lock_lanes(tx, lanes, additions.iter().map(|row| (row.endpoint_id, row.aggregate.clone())), now).await?;
    let row = |row: Addition| (id_value(new_id()), id_value(row.endpoint_id), row.position, row.aggregate);
    tx.execute(DELIVERIES, vec![rows(additions.into_iter().map(row)), Arg::Time(micros(now))]).await?;
    tx.has_work(Queue::Events);
    Ok(())
}

/// Locks the lanes in their order, and adds those that are missing.
pub(super) async fn lock_lanes(
    tx: &WriteTx,
    text: &str,
    lanes: impl Iterator<Item = (Uuid, String)>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let lanes: BTreeSet<(Uuid, String)> = lanes.collect();
    let lanes = rows(lanes.into_iter().map(|(endpoint, aggregate)| (id_value(endpoint), aggregate)));
    tx.execute(text, vec![lanes, Arg::Time(micros(now))]).await?;
    Ok(())
}
