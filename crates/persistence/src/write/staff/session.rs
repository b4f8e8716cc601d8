//! Who a token of staff stands for: a session of a member, or an API key.
use super::{
    super::{Conn, WriteTx, bulk::delete_found, micros},
    role::allowed,
};
use crate::{Db, DbError, sql::Arg, write::checkout::damaged};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use tradewind_domain::staff::Permissions;
use uuid::Uuid;

/// A session to store.
#[derive(Clone, Debug)]
pub struct StaffSession {
    /// Row id.
    pub id: Uuid,
    /// SHA-256 of its token, hexadecimal.
    pub token_hash: String,
    /// Who is logged in.
    pub member_id: Uuid,
    /// Now.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// What the client said of itself.
    pub user_agent: String,
}

/// Somebody whose token is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaffLogin {
    /// The member; of an API key, who made it.
    pub member_id: Uuid,
    /// The session, or the API key.
    pub id: Uuid,
    /// What they may do: of an API key, what it and who made it may.
    pub permissions: Permissions,
}

const INSERT: &str = "INSERT INTO staff_sessions (id, token_hash, member_id, created_at, expires_at, user_agent)
    VALUES ($1, $2, $3, $4, $5, $6)";

/// Inserts a session; its member must be there.
pub async fn insert_staff_session(tx: &WriteTx, session: &StaffSession) -> Result<(), DbError> {
    let args = vec![
        Arg::Id(session.id),
        Arg::Text(session.token_hash.clone()),
        Arg::Id(session.member_id),
        Arg::Time(micros(session.created_at)),
        Arg::Time(micros(session.expires_at)),
        Arg::Text(session.user_agent.clone()),
    ];
    tx.execute(INSERT, args).await?;
    Ok(())
}

/// One of the roles of whoever a token stands for.
#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    member_id: Uuid,
    scopes: Option<String>,
    built_in: Option<String>,
    permissions: Option<String>,
}

const BY_SESSION: &str = "SELECT s.id, m.id AS member_id, NULL AS scopes, r.built_in, r.permissions
    FROM staff_sessions s JOIN staff_members m ON m.id = s.member_id
    LEFT JOIN staff_member_roles mr ON mr.member_id = m.id LEFT JOIN staff_roles r ON r.id = mr.role_id
    WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND m.disabled_at IS NULL";

const BY_KEY: &str = "SELECT k.id, m.id AS member_id, k.permissions AS scopes, r.built_in, r.permissions
    FROM api_keys k JOIN staff_members m ON m.id = k.created_by
    LEFT JOIN staff_member_roles mr ON mr.member_id = m.id LEFT JOIN staff_roles r ON r.id = mr.role_id
    WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)
        AND m.disabled_at IS NULL";

/// Whose session has a token of this hash, as long as it lives.
pub async fn staff_by_session(db: &Db, hash: &str, now: DateTime<Utc>) -> Result<Option<StaffLogin>, DbError> {
    login(db, BY_SESSION, hash, now).await
}

/// Which API key has this hash, as long as it lives and who made it is not disabled.
pub async fn staff_by_api_key(db: &Db, hash: &str, now: DateTime<Utc>) -> Result<Option<StaffLogin>, DbError> {
    login(db, BY_KEY, hash, now).await
}

async fn login(db: &Db, text: &str, hash: &str, now: DateTime<Utc>) -> Result<Option<StaffLogin>, DbError> {
    let args = vec![Arg::Text(hash.to_owned()), Arg::Time(micros(now))];
    let rows: Vec<Row> = Conn::from(db).all(text, args).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let mut permissions = Permissions::NONE;
    for row in &rows {
        if let Some(role) = &row.permissions {
            permissions = permissions.union(allowed(row.built_in.as_deref(), role)?);
        }
    }
    if let Some(scopes) = &first.scopes {
        let scopes = serde_json::from_str(scopes).map_err(|_| damaged("api_keys.permissions"))?;
        permissions = permissions.intersection(scopes);
    }
    Ok(Some(StaffLogin { member_id: first.member_id, id: first.id, permissions }))
}

/// Ends a session; whether it lived.
pub async fn revoke_staff_session(tx: &WriteTx, id: Uuid, now: DateTime<Utc>) -> Result<bool, DbError> {
    let text = "UPDATE staff_sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    Ok(tx.execute(text, vec![Arg::Id(id), Arg::Time(micros(now))]).await? == 1)
}

/// Ends the sessions of a member, but for one; how many.
pub async fn revoke_staff_sessions(
    tx: &WriteTx,
    member_id: Uuid,
    but: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<u64, DbError> {
    let text = "UPDATE staff_sessions SET revoked_at = $3 WHERE member_id = $1 AND id <> $2 AND revoked_at IS NULL";
    tx.execute(text, vec![Arg::Id(member_id), Arg::Id(but.unwrap_or_default()), Arg::Time(micros(now))]).await
}

const ENDED: &str = "SELECT id FROM staff_sessions WHERE expires_at < $1 ORDER BY expires_at, id LIMIT $2";

/// Deletes the sessions whose time ended before this, at most so many; how many.
pub async fn delete_ended_staff_sessions(tx: &WriteTx, before: DateTime<Utc>, limit: u32) -> Result<u64, DbError> {
    let args = vec![Arg::Time(micros(before)), Arg::Int(limit.into())];
    delete_found(tx, (ENDED, args), "DELETE FROM staff_sessions WHERE id {ids 1}").await
}
