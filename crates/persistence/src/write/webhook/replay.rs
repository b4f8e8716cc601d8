//! Sending events again, or for the first time to an endpoint that was made later.
use super::{
    super::{Conn, WriteTx, micros},
    endpoint::{WebhookEndpoint, endpoint_by_id},
    fan_out::{Addition, add_deliveries, lock_lanes},
};
use crate::{DbError, sql::Arg, work::Queue};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

/// Which events.
#[derive(Clone, Debug)]
pub enum Which {
    /// These, whatever their topic.
    Events(Vec<Uuid>),
    /// Those of the endpoint's topics that happened from the first time on, and before the second one.
    Between(DateTime<Utc>, DateTime<Utc>),
    /// The dead ones.
    Dead,
}

/// What to send again.
#[derive(Clone, Debug)]
pub struct Replay {
    /// To whom.
    pub endpoint_id: Uuid,
    /// What.
    pub which: Which,
    /// Only what is behind this position: where the last call ended.
    pub after: i64,
    /// At most so many events in this call.
    pub most: u32,
}

/// What will be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Deliveries that are open now, and were not.
    pub deliveries: usize,
    /// The position up to which all was seen, where there may be more.
    pub more_after: Option<i64>,
}

#[derive(FromQueryResult)]
struct EventRow {
    position: i64,
    topic: String,
    aggregate: String,
    delivery_id: Option<Uuid>,
    state: Option<String>,
}

/// What was not fanned out yet comes by itself, and must not overtake what is before it.
const EVENTS: &str = "SELECT o.position, o.topic, o.aggregate, d.id AS delivery_id, d.state FROM outbox o
    LEFT JOIN webhook_deliveries d ON d.position = o.position AND d.endpoint_id = $1
    WHERE o.fanned_out_at IS NOT NULL AND o.position > $2";
const DEAD: &str = "SELECT o.position, o.topic, o.aggregate, d.id AS delivery_id, d.state FROM webhook_deliveries d
    JOIN outbox o ON o.position = d.position WHERE d.endpoint_id = $1 AND d.state = 'dead' AND d.position > $2";
/// A lane that waits for the next attempt need not wait longer; one that is being worked on goes on by itself.
const LANES: &str = "INSERT INTO webhook_lanes (endpoint_id, aggregate, due_at)
    SELECT {uuid 0}, {text 1}, $2 FROM {rows 1} WHERE true ORDER BY 1, 2
    ON CONFLICT (endpoint_id, aggregate) DO UPDATE SET due_at =
      CASE WHEN webhook_lanes.holder IS NULL THEN excluded.due_at ELSE webhook_lanes.due_at END";
const REOPEN: &str = "UPDATE webhook_deliveries SET state = 'open', failures = 0, ended_at = NULL
    WHERE id {ids 1} AND state <> 'open'";

/// Opens the deliveries again, and adds those that are missing. The events of an aggregate are sent in their order, before
/// what is open behind them. None: there is no such endpoint.
pub async fn replay(
    tx: &WriteTx,
    replay: &Replay,
    new_id: &(dyn Fn() -> Uuid + Send + Sync),
    now: DateTime<Utc>,
) -> Result<Option<Replayed>, DbError> {
    let Some(endpoint) = endpoint_by_id(tx, replay.endpoint_id).await? else { return Ok(None) };
    let events = events(tx, replay).await?;
    let is_full = events.len() >= usize::try_from(replay.most).unwrap_or(usize::MAX);
    let more_after = events.last().filter(|_| is_full).map(|event| event.position);
    let wanted = events.into_iter().filter(|event| is_wanted(event, replay, &endpoint));
    let (known, missing): (Vec<_>, Vec<_>) = wanted.partition(|event| event.delivery_id.is_some());
    let mut deliveries = missing.len();
    let closed: Vec<&EventRow> = known.iter().filter(|event| event.state.as_deref() != Some("open")).collect();
    if !closed.is_empty() {
        let lanes = closed
            .iter()
            .chain(&missing.iter().collect::<Vec<_>>())
            .map(|event| event.aggregate.clone())
            .collect::<Vec<_>>();
        lock_lanes(tx, LANES, lanes.into_iter().map(|aggregate| (endpoint.id, aggregate)), now).await?;
        let ids = closed.iter().filter_map(|event| event.delivery_id).collect();
        deliveries += usize::try_from(tx.execute(REOPEN, vec![Arg::Ids(ids)]).await?).unwrap_or(usize::MAX);
        tx.has_work(Queue::Events);
    }
    let addition =
        |event: EventRow| Addition { endpoint_id: endpoint.id, position: event.position, aggregate: event.aggregate };
    add_deliveries(tx, LANES, missing.into_iter().map(addition).collect(), new_id, now).await?;
    Ok(Some(Replayed { deliveries, more_after }))
}

fn is_wanted(event: &EventRow, replay: &Replay, endpoint: &WebhookEndpoint) -> bool {
    match replay.which {
        Which::Events(_) | Which::Dead => true,
        Which::Between(..) => endpoint.wants(&event.topic),
    }
}

async fn events(tx: &WriteTx, replay: &Replay) -> Result<Vec<EventRow>, DbError> {
    let mut args = vec![Arg::Id(replay.endpoint_id), Arg::Int(replay.after), Arg::Int(replay.most.into())];
    let text = match &replay.which {
        Which::Events(ids) => {
            args.push(Arg::Ids(ids.clone()));
            format!("{EVENTS} AND o.id {{ids 4}}")
        }
        Which::Between(from, to) => {
            args.extend([Arg::Time(micros(*from)), Arg::Time(micros(*to))]);
            format!("{EVENTS} AND o.created_at >= $4 AND o.created_at < $5")
        }
        Which::Dead => DEAD.to_owned(),
    };
    Conn::from(tx).all(&format!("{text} ORDER BY o.position LIMIT $3"), args).await
}
