//! Endpoints: where events are sent, and the secrets that sign them.
use super::super::{Conn, WriteTx, micros};
use crate::{DbError, sql::Arg};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

/// The topic that stands for all.
pub const ALL_TOPICS: &str = "*";

/// Where events are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Given by the writer (UUIDv7).
    pub id: Uuid,
    /// An absolute `https` address; what may be reached is decided when it is called.
    pub url: String,
    /// For people.
    pub description: String,
    /// Topics that it wants, or [`ALL_TOPICS`].
    pub topics: Vec<String>,
    /// Whether events are sent. Those that happen while it is off are not queued; those that are queued wait.
    pub is_enabled: bool,
}

impl WebhookEndpoint {
    /// Whether it asks for the topic.
    pub fn wants(&self, topic: &str) -> bool {
        self.topics.iter().any(|wanted| wanted == topic || wanted == ALL_TOPICS)
    }
}

#[derive(FromQueryResult)]
struct EndpointRow {
    id: Uuid,
    url: String,
    description: String,
    topics: String,
    is_enabled: bool,
}

const COLUMNS: &str = "SELECT id, url, description, topics, is_enabled FROM webhook_endpoints";

impl EndpointRow {
    fn read(self) -> Result<WebhookEndpoint, DbError> {
        let Self { id, url, description, topics, is_enabled } = self;
        let topics = read_topics(&topics)?;
        Ok(WebhookEndpoint { id, url, description, topics, is_enabled })
    }
}

pub(crate) fn read_topics(text: &str) -> Result<Vec<String>, DbError> {
    let unreadable = |error| DbError::Setup(format!("webhook_endpoints.topics is no JSON list: {error}"));
    serde_json::from_str(text).map_err(unreadable)
}

/// Those that are on; on PostgreSQL none of them goes before the transaction ends.
pub(super) async fn enabled_endpoints(tx: &WriteTx) -> Result<Vec<WebhookEndpoint>, DbError> {
    read_endpoints(tx, "WHERE is_enabled", vec![]).await
}

/// One, which does not go before the transaction ends.
pub(super) async fn endpoint_by_id(tx: &WriteTx, id: Uuid) -> Result<Option<WebhookEndpoint>, DbError> {
    Ok(read_endpoints(tx, "WHERE id = $1", vec![Arg::Id(id)]).await?.pop())
}

/// One, locked until the end of the transaction.
pub async fn lock_webhook_endpoint(tx: &WriteTx, id: Uuid) -> Result<Option<WebhookEndpoint>, DbError> {
    let text = format!("{COLUMNS} WHERE id = $1");
    let rows: Vec<EndpointRow> = Conn::from(tx).all_locked(&text, vec![Arg::Id(id)]).await?;
    rows.into_iter().next().map(EndpointRow::read).transpose()
}

async fn read_endpoints(tx: &WriteTx, which: &str, args: Vec<Arg>) -> Result<Vec<WebhookEndpoint>, DbError> {
    let lock = if tx.postgres() { "FOR KEY SHARE" } else { "" };
    let rows: Vec<EndpointRow> = Conn::from(tx).all(&format!("{COLUMNS} {which} ORDER BY id {lock}"), args).await?;
    rows.into_iter().map(EndpointRow::read).collect()
}

fn row_of(endpoint: &WebhookEndpoint) -> [Arg; 5] {
    [
        Arg::Id(endpoint.id),
        Arg::Text(endpoint.url.clone()),
        Arg::Text(endpoint.description.clone()),
        Arg::Text(serde_json::Value::from(endpoint.topics.clone()).to_string()),
        Arg::Int(endpoint.is_enabled.into()),
    ]
}

const INSERT: &str = "INSERT INTO webhook_endpoints
    (id, url, description, topics, is_enabled, secret, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5 = 1, $6, $7, $7)";
const UPDATE: &str = "UPDATE webhook_endpoints SET url = $2, description = $3, topics = $4, is_enabled = $5 = 1,
    updated_at = $6 WHERE id = $1";
const ROTATE: &str = "UPDATE webhook_endpoints SET previous_secret = secret, previous_secret_until = $3, secret = $2,
    updated_at = $4 WHERE id = $1";

/// Adds an endpoint, whose deliveries are signed with the secret. The secret is stored as it is: signing needs it.
pub async fn insert_webhook_endpoint(
    tx: &WriteTx,
    endpoint: &WebhookEndpoint,
    secret: &str,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let mut args = row_of(endpoint).to_vec();
    args.extend([Arg::Text(secret.to_owned()), Arg::Time(micros(now))]);
    tx.execute(INSERT, args).await?;
    Ok(())
}

/// Changes everything but the secrets; false: there is none with the id.
pub async fn update_webhook_endpoint(
    tx: &WriteTx,
    endpoint: &WebhookEndpoint,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let mut args = row_of(endpoint).to_vec();
    args.push(Arg::Time(micros(now)));
    Ok(tx.execute(UPDATE, args).await? > 0)
}

/// Signs with a new secret from now on, and with the old one too until `old_until`; one that was older is forgotten.
/// False: there is no endpoint with the id.
pub async fn rotate_webhook_secret(
    tx: &WriteTx,
    id: Uuid,
    secret: &str,
    old_until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let args = vec![Arg::Id(id), Arg::Text(secret.to_owned()), Arg::Time(micros(old_until)), Arg::Time(micros(now))];
    Ok(tx.execute(ROTATE, args).await? > 0)
}

/// Deletes an endpoint with its deliveries; false: there is none with the id.
pub async fn delete_webhook_endpoint(tx: &WriteTx, id: Uuid) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM webhook_endpoints WHERE id = $1", vec![Arg::Id(id)]).await? > 0)
}
