//! Events, written in the transaction of what they tell: the outbox. docs/webhooks.md says why their order holds.
use super::{WriteTx, micros};
use crate::{
    DbError,
    sql::{id_value, rows, time_value},
};
use chrono::{DateTime, Utc};
use std::{collections::BTreeSet, fmt};
use uuid::Uuid;

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Given by the writer (UUIDv7); receivers know repeats by it.
    pub id: Uuid,
    /// What kind, as endpoints ask for it: `order.placed`.
    pub topic: String,
    /// What it happened to. Events of one aggregate keep their order.
    pub aggregate: Aggregate,
    /// What receivers get as `data`.
    pub payload: serde_json::Value,
    /// When.
    pub at: DateTime<Utc>,
}

/// A thing whose events keep their order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Aggregate {
    /// The type's name in the API: `Order`.
    pub kind: String,
    /// Which one.
    pub id: Uuid,
}

impl Aggregate {
    /// A thing by its type and id.
    pub fn new(kind: impl Into<String>, id: Uuid) -> Self {
        Self { kind: kind.into(), id }
    }
}

impl fmt::Display for Aggregate {
    /// `Order:018f…`, as it is stored.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}

/// Locks the aggregates until the commit, in one order. A conflicting row is locked also where `WHERE` forbids its
/// update: <https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT>
const LOCK: &str = "INSERT INTO outbox_aggregates (aggregate) SELECT (u.value ->> 0) FROM {rows 1} ORDER BY 1
    ON CONFLICT (aggregate) DO UPDATE SET aggregate = excluded.aggregate WHERE false";
const INSERT: &str = "INSERT INTO outbox (id, topic, aggregate, payload, created_at)
    SELECT {uuid 0}, {text 1}, {text 2}, {text 3}, {time 4} FROM {rows 1} ORDER BY u.key";

/// Writes events, in two statements (one on SQLite) for any number. The caller commits next.
pub(super) async fn insert_events(tx: &WriteTx, events: &[Event]) -> Result<(), DbError> {
    if tx.postgres() {
        let aggregates: BTreeSet<String> = events.iter().map(|event| event.aggregate.to_string()).collect();
        tx.execute(LOCK, vec![rows(aggregates.into_iter().map(|aggregate| [aggregate]))]).await?;
    }
    let row = |event: &Event| {
        let (topic, payload) = (event.topic.clone(), event.payload.to_string());
        [id_value(event.id), topic, event.aggregate.to_string(), payload, time_value(micros(event.at))]
    };
    tx.execute(INSERT, vec![rows(events.iter().map(row))]).await?;
    Ok(())
}
