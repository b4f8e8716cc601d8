//! Webhooks, as staff sees them: endpoints, deliveries, the log of attempts.
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
    write::webhook::read_topics,
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

row! {
    /// An endpoint, without its secrets.
    pub struct WebhookEndpointRow {
        /// Its id.
        pub id: Uuid,
        /// Its address.
        pub url: String,
        /// For people.
        pub description: String,
        /// What it wants, as a JSON list; read by [`topics`](Self::topics).
        pub topics_json: String,
        /// Whether events are sent.
        pub is_enabled: bool,
        /// Until when a second secret signs as well.
        pub previous_secret_until: Option<DateTime<Utc>>,
        /// When it was added.
        pub created_at: DateTime<Utc>,
        /// When it was changed.
        pub updated_at: DateTime<Utc>,
    }
}

impl WebhookEndpointRow {
    /// The topics that it wants.
    pub fn topics(&self) -> Result<Vec<String>, DbError> {
        read_topics(&self.topics_json)
    }
}

row! {
    /// An event on its way to an endpoint, or there.
    pub struct DeliveryRow {
        /// Its id.
        pub id: Uuid,
        /// Where it goes.
        pub endpoint_id: Uuid,
        /// The event's position; later ones are higher.
        pub position: i64,
        /// The event.
        pub event_id: Uuid,
        /// Its topic.
        pub topic: String,
        /// What it is about, as `Order:018f…`.
        pub aggregate: String,
        /// `open`, `delivered` or `dead`.
        pub state: String,
        /// Attempts that were made.
        pub attempts: i32,
        /// When it was added.
        pub created_at: DateTime<Utc>,
        /// When it was delivered, or given up.
        pub ended_at: Option<DateTime<Utc>>,
    }
}

row! {
    /// One attempt.
    pub struct AttemptRow {
        /// Of what.
        pub delivery_id: Uuid,
        /// From 1.
        pub number: i32,
        /// When it began.
        pub started_at: DateTime<Utc>,
        /// How long it took.
        pub latency_ms: i64,
        /// The answer's status, where there was an answer.
        pub status: Option<i32>,
        /// Why there was none.
        pub error: Option<String>,
        /// The beginning of the answer's body.
        pub response: String,
    }
}

/// Which deliveries of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// Those that are to be sent.
    Open,
    /// Those that arrived.
    Delivered,
    /// Those that were given up.
    Dead,
}

macro_rules! deliveries {
    ($name:literal, $where:literal) => {
        Sql::new(
            $name,
            concat!(
                "SELECT d.id, d.endpoint_id, d.position, o.id, o.topic, d.aggregate, d.state, d.attempts, d.created_at,
                 d.ended_at FROM webhook_deliveries d JOIN outbox o ON o.position = d.position WHERE ",
                $where
            ),
        )
    };
}

static ENDPOINTS: Sql = Sql::new(
    "webhook endpoints",
    "SELECT id, url, description, topics, is_enabled, previous_secret_until, created_at, updated_at
     FROM webhook_endpoints ORDER BY id",
);
static ALL: Sql =
    deliveries!("webhook deliveries", "d.endpoint_id = $1 AND d.position < $2 ORDER BY d.position DESC LIMIT $3");
static OPEN: Sql = deliveries!(
    "open webhook deliveries",
    "d.endpoint_id = $1 AND d.position < $2 AND d.state = 'open' ORDER BY d.position DESC LIMIT $3"
);
static DELIVERED: Sql = deliveries!(
    "webhook deliveries that arrived",
    "d.endpoint_id = $1 AND d.position < $2 AND d.state = 'delivered' ORDER BY d.position DESC LIMIT $3"
);
static DEAD: Sql = deliveries!(
    "dead webhook deliveries",
    "d.endpoint_id = $1 AND d.position < $2 AND d.state = 'dead' ORDER BY d.position DESC LIMIT $3"
);
static BY_IDS: Sql = deliveries!("webhook deliveries by id", "d.id {ids 1}");
static ATTEMPTS: Sql = Sql::new(
    "webhook attempts",
    "SELECT delivery_id, number, started_at, latency_ms, status, error, response FROM webhook_attempts
     WHERE delivery_id {ids 1} ORDER BY delivery_id, number",
);

/// Every endpoint; a shop has few.
pub async fn webhook_endpoints(db: &Db) -> Result<Vec<WebhookEndpointRow>, DbError> {
    ENDPOINTS.fetch(db, vec![]).await
}

/// Deliveries of an endpoint, the newest event first, of those before this position.
pub async fn webhook_deliveries(
    db: &Db,
    endpoint_id: Uuid,
    state: Option<DeliveryState>,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<DeliveryRow>, DbError> {
    let args = vec![Arg::Id(endpoint_id), Arg::Int(before.unwrap_or(i64::MAX)), Arg::Int(limit.into())];
    let statement = match state {
        None => &ALL,
        Some(DeliveryState::Open) => &OPEN,
        Some(DeliveryState::Delivered) => &DELIVERED,
        Some(DeliveryState::Dead) => &DEAD,
    };
    statement.fetch(db, args).await
}

/// Deliveries by their ids; an id without one is left out.
pub async fn webhook_deliveries_by_ids(db: &Db, ids: Vec<Uuid>) -> Result<Vec<DeliveryRow>, DbError> {
    BY_IDS.fetch(db, vec![Arg::Ids(ids)]).await
}

/// The log of deliveries, each in its order.
pub async fn webhook_attempts(db: &Db, deliveries: Vec<Uuid>) -> Result<Vec<AttemptRow>, DbError> {
    ATTEMPTS.fetch(db, vec![Arg::Ids(deliveries)]).await
}
