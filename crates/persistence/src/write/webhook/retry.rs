//! One delivery again, now.
use super::{
    super::{Conn, WriteTx, micros},
    replay::{Replay, Which, replay},
};
use crate::{DbError, sql::Arg, work::Queue};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

/// A delivery that is sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retried {
    /// To whom.
    pub endpoint_id: Uuid,
    /// What.
    pub event_id: Uuid,
    /// It had ended: delivered, or given up.
    pub had_ended: bool,
}

#[derive(FromQueryResult)]
struct Row {
    endpoint_id: Uuid,
    event_id: Uuid,
    aggregate: String,
    state: String,
}

const DELIVERY: &str = "SELECT d.endpoint_id, o.id AS event_id, d.aggregate, d.state FROM webhook_deliveries d
    JOIN outbox o ON o.position = d.position WHERE d.id = $1";
/// A lane that is being worked on goes on by itself.
const HURRY: &str = "UPDATE webhook_lanes SET due_at = $3
    WHERE endpoint_id = $1 AND aggregate = $2 AND holder IS NULL AND due_at > $3";

/// Opens a delivery that has ended again; one that waits for its next attempt need not wait longer. None: there is no such
/// delivery.
pub async fn retry_delivery(
    tx: &WriteTx,
    id: Uuid,
    new_id: &(dyn Fn() -> Uuid + Send + Sync),
    now: DateTime<Utc>,
) -> Result<Option<Retried>, DbError> {
    let rows: Vec<Row> = Conn::from(tx).all(DELIVERY, vec![Arg::Id(id)]).await?;
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    let had_ended = row.state != "open";
    if had_ended {
        let which = Which::Events(vec![row.event_id]);
        let again = Replay { endpoint_id: row.endpoint_id, which, after: 0, most: 1 };
        replay(tx, &again, new_id, now).await?;
    } else {
        let args = vec![Arg::Id(row.endpoint_id), Arg::Text(row.aggregate), Arg::Time(micros(now))];
        tx.execute(HURRY, args).await?;
        tx.has_work(Queue::Events);
    }
    Ok(Some(Retried { endpoint_id: row.endpoint_id, event_id: row.event_id, had_ended }))
}
