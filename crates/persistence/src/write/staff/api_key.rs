//! API keys: how programs change the shop.
use super::super::{Conn, WriteTx, micros};
use crate::{DbError, sql::Arg, write::checkout::damaged};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use tradewind_domain::staff::Permissions;
use uuid::Uuid;

/// An API key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Row id.
    pub id: Uuid,
    /// For people.
    pub name: String,
    /// The end of the secret, to tell keys apart.
    pub last_four: String,
    /// What it may do, as long as who made it may.
    pub scopes: Permissions,
    /// The member who made it.
    pub created_by: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself; None: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was ended.
    pub revoked_at: Option<DateTime<Utc>>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    name: String,
    last_four: String,
    permissions: String,
    created_by: Uuid,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl Row {
    fn key(self) -> Result<ApiKey, DbError> {
        let scopes = serde_json::from_str(&self.permissions).map_err(|_| damaged("api_keys.permissions"))?;
        let Self { id, name, last_four, created_by, created_at, expires_at, revoked_at, .. } = self;
        Ok(ApiKey { id, name, last_four, scopes, created_by, created_at, expires_at, revoked_at })
    }
}

const COLUMNS: &str =
    "SELECT id, name, last_four, permissions, created_by, created_at, expires_at, revoked_at FROM api_keys";

/// Every key, ended ones too, in the order in which they were made; a shop has few.
pub async fn api_keys(conn: Conn<'_>) -> Result<Vec<ApiKey>, DbError> {
    let rows: Vec<Row> = conn.all(&format!("{COLUMNS} ORDER BY id"), vec![]).await?;
    rows.into_iter().map(Row::key).collect()
}

/// A key, which does not change before the transaction ends.
pub async fn lock_api_key(tx: &WriteTx, id: Uuid) -> Result<Option<ApiKey>, DbError> {
    let rows: Vec<Row> = Conn::from(tx).all_locked(&format!("{COLUMNS} WHERE id = $1"), vec![Arg::Id(id)]).await?;
    rows.into_iter().next().map(Row::key).transpose()
}

const INSERT: &str =
    "INSERT INTO api_keys (id, name, key_hash, last_four, permissions, created_by, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, NULLIF($8, $7))";

/// Stores a key by the hash of its secret (SHA-256, hexadecimal).
pub async fn insert_api_key(tx: &WriteTx, key: &ApiKey, hash: String) -> Result<(), DbError> {
    let scopes = serde_json::to_string(&key.scopes).map_err(|_| damaged("api_keys.permissions"))?;
    let args = vec![
        Arg::Id(key.id),
        Arg::Text(key.name.clone()),
        Arg::Text(hash),
        Arg::Text(key.last_four.clone()),
        Arg::Text(scopes),
        Arg::Id(key.created_by),
        Arg::Time(micros(key.created_at)),
        Arg::Time(micros(key.expires_at.unwrap_or(key.created_at))),
    ];
    tx.execute(INSERT, args).await?;
    Ok(())
}

/// Ends a key.
pub async fn revoke_api_key(tx: &WriteTx, id: Uuid, now: DateTime<Utc>) -> Result<(), DbError> {
    let text = "UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    tx.execute(text, vec![Arg::Id(id), Arg::Time(micros(now))]).await?;
    Ok(())
}
