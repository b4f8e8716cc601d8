//! Taking lanes, and what is to be sent in them.
use super::super::{Conn, WriteTx, micros};
use crate::{
    Db, DbError,
    sql::{Arg, id_value, rows},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

/// The first open delivery of a lane that is taken, with all that sending it needs.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Head {
    /// Where it goes.
    pub endpoint_id: Uuid,
    /// What the lane is about, as `Order:018f…`.
    pub aggregate: String,
    /// Who has taken the lane.
    pub holder: Uuid,
    /// The lease of the lane ends then.
    pub due_at: DateTime<Utc>,
    /// The endpoint's address.
    pub url: String,
    /// Signs.
    pub secret: String,
    /// Signs too, until [`previous_secret_until`](Self::previous_secret_until).
    pub previous_secret: Option<String>,
    /// When the previous secret ends.
    pub previous_secret_until: Option<DateTime<Utc>>,
    /// The delivery.
    pub delivery_id: Uuid,
    /// Attempts that were made.
    pub attempts: i32,
    /// Those that failed, since it was opened.
    pub failures: i32,
    /// The event.
    pub event_id: Uuid,
    /// Its position among all; within its aggregate, a later event has a higher one.
    pub position: i64,
    /// Its topic.
    pub topic: String,
    /// Its data, as JSON.
    pub payload: String,
    /// When it happened.
    pub created_at: DateTime<Utc>,
}

/// What a dispatcher may take.
#[derive(Clone, Debug)]
pub struct Claims {
    /// Its name for these claims: what it ends later is its own only while the lane bears this name.
    pub holder: Uuid,
    /// Most lanes of one endpoint that it works on at once.
    pub per_endpoint: u32,
    /// How many of each endpoint it works on already.
    pub busy: Vec<(Uuid, u32)>,
    /// Until when the lanes are its own.
    pub lease_until: DateTime<Utc>,
}

const SLOTS: &str = "($3 - coalesce((SELECT {bigint 1} FROM {rows 1} WHERE {uuid 0} = e.id), 0))";
/// By endpoint, so that one with many lanes keeps none of the others waiting, and what a saturated one has is not read.
const FREE_POSTGRES: &str = "SELECT l.endpoint_id, l.aggregate FROM webhook_endpoints e CROSS JOIN LATERAL (
      SELECT endpoint_id, aggregate FROM webhook_lanes WHERE endpoint_id = e.id AND due_at <= $2
      ORDER BY due_at LIMIT greatest({slots}, 0) FOR NO KEY UPDATE SKIP LOCKED) l
    WHERE e.is_enabled";
const FREE_SQLITE: &str = "SELECT endpoint_id, aggregate FROM (
      SELECT l.endpoint_id, l.aggregate, {slots} AS slots,
        row_number() OVER (PARTITION BY l.endpoint_id ORDER BY l.due_at) AS number
      FROM webhook_lanes l JOIN webhook_endpoints e ON e.id = l.endpoint_id AND e.is_enabled WHERE l.due_at <= $2)
    WHERE number <= slots";
const TAKE: &str = "UPDATE webhook_lanes SET holder = $2, due_at = $3 FROM {rows 1}
    WHERE endpoint_id = {uuid 0} AND aggregate = {text 1}";

const HEADS: &str = "SELECT l.endpoint_id, l.aggregate, l.holder, l.due_at,
      e.url, e.secret, e.previous_secret, e.previous_secret_until,
      d.id AS delivery_id, d.attempts, d.failures,
      o.id AS event_id, o.position, o.topic, o.payload, o.created_at
    FROM {rows 1}
    JOIN webhook_lanes l ON l.endpoint_id = {uuid 0} AND l.aggregate = {text 1} AND l.holder IS NOT NULL
    JOIN webhook_endpoints e ON e.id = l.endpoint_id
    JOIN webhook_deliveries d ON d.endpoint_id = l.endpoint_id AND d.aggregate = l.aggregate AND d.state = 'open'
      AND d.position = (SELECT min(first.position) FROM webhook_deliveries first WHERE first.state = 'open'
        AND first.endpoint_id = l.endpoint_id AND first.aggregate = l.aggregate)
    JOIN outbox o ON o.position = d.position ORDER BY o.position";

#[derive(FromQueryResult)]
struct LaneRow {
    endpoint_id: Uuid,
    aggregate: String,
}

/// Takes lanes that are due: what waits, what is to be tried again, and what another dispatcher did not end within its
/// lease. Three statements.
pub async fn claim_lanes(db: &Db, claims: &Claims, now: DateTime<Utc>) -> Result<Vec<Head>, DbError> {
    let tx = db.begin_write().await?;
    let text = if tx.postgres() { FREE_POSTGRES } else { FREE_SQLITE }.replace("{slots}", SLOTS);
    let args = vec![busy(&claims.busy), Arg::Time(micros(now)), Arg::Int(claims.per_endpoint.into())];
    let lanes: Vec<LaneRow> = Conn::from(&tx).all(&text, args).await?;
    let lanes: Vec<(Uuid, String)> = lanes.into_iter().map(|lane| (lane.endpoint_id, lane.aggregate)).collect();
    if lanes.is_empty() {
        return Ok(Vec::new());
    }
    let args = vec![lane_rows(&lanes), Arg::Id(claims.holder), Arg::Time(micros(claims.lease_until))];
    tx.execute(TAKE, args).await?;
    let heads = heads(&tx, &lanes).await?;
    if heads.len() < lanes.len() {
        // Their events were forgotten in the moment in which they were to be sent again.
        tx.execute(ENDED, vec![lane_rows(&lanes)]).await?;
    }
    tx.commit().await?;
    Ok(heads)
}

/// Of lanes that are locked, those without an open delivery go.
pub(super) const ENDED: &str = "DELETE FROM webhook_lanes
    WHERE (endpoint_id, aggregate) IN (SELECT {uuid 0}, {text 1} FROM {rows 1})
      AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.state = 'open'
        AND d.endpoint_id = webhook_lanes.endpoint_id AND d.aggregate = webhook_lanes.aggregate)";

fn lane_rows(lanes: &[(Uuid, String)]) -> Arg {
    rows(lanes.iter().map(|(endpoint, aggregate)| (id_value(*endpoint), aggregate)))
}

/// What is to be sent next in lanes that are taken.
pub(super) async fn heads(tx: &WriteTx, lanes: &[(Uuid, String)]) -> Result<Vec<Head>, DbError> {
    if lanes.is_empty() {
        return Ok(Vec::new());
    }
    Conn::from(tx).all(HEADS, vec![lane_rows(lanes)]).await
}

fn busy(busy: &[(Uuid, u32)]) -> Arg {
    rows(busy.iter().map(|(endpoint, lanes)| (id_value(*endpoint), *lanes)))
}

/// What there is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Events wait for [`fan_out`](super::fan_out).
    pub has_events: bool,
    /// When the next lane of an endpoint with free slots may be taken.
    pub next_lane: Option<DateTime<Utc>>,
}

#[derive(FromQueryResult)]
struct DueRow {
    has_events: bool,
    next_lane: Option<DateTime<Utc>>,
}

const DUE: &str = "SELECT EXISTS (SELECT 1 FROM outbox WHERE fanned_out_at IS NULL) AS has_events,
    (SELECT min((SELECT min(l.due_at) FROM webhook_lanes l WHERE l.endpoint_id = e.id))
      FROM webhook_endpoints e WHERE e.is_enabled AND ({slots}) > 0) AS next_lane";

/// Looks, in one statement that locks nothing.
pub async fn due(db: &Db, busy_lanes: &[(Uuid, u32)], per_endpoint: u32) -> Result<Due, DbError> {
    let text = DUE.replace("{slots}", &SLOTS.replace("$3", "$2"));
    let rows: Vec<DueRow> = Conn::from(db).all(&text, vec![busy(busy_lanes), Arg::Int(per_endpoint.into())]).await?;
    let row = rows.into_iter().next();
    Ok(Due { has_events: row.as_ref().is_some_and(|row| row.has_events), next_lane: row.and_then(|row| row.next_lane) })
}
