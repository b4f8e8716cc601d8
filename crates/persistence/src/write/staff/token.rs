//! Tokens that are mailed to members of staff: whoever brings one may set the member's password.
use super::super::{Conn, WriteTx, bulk::delete_found, micros};
use crate::{DbError, sql::Arg};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

const INSERT: &str = "INSERT INTO staff_tokens (id, token_hash, member_id, created_at, expires_at)
    SELECT $1, $2, id, $4, $5 FROM staff_members WHERE id = $3";

/// Stores a token by its hash, where there is such a member.
pub async fn insert_staff_token(
    tx: &WriteTx,
    (id, hash): (Uuid, String),
    member_id: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), DbError> {
    let (now, expires_at) = (Arg::Time(micros(now)), Arg::Time(micros(expires_at)));
    tx.execute(INSERT, vec![Arg::Id(id), Arg::Text(hash), Arg::Id(member_id), now, expires_at]).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Owner {
    member_id: Uuid,
}

const OWNER: &str = "SELECT member_id FROM staff_tokens WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
const USE: &str = "UPDATE staff_tokens SET used_at = $2
    WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING member_id";

/// Whose token it is, as long as it can be used.
pub async fn owner_of_staff_token(conn: Conn<'_>, hash: &str, now: DateTime<Utc>) -> Result<Option<Uuid>, DbError> {
    let rows: Vec<Owner> = conn.all(OWNER, vec![Arg::Text(hash.to_owned()), Arg::Time(micros(now))]).await?;
    Ok(rows.into_iter().next().map(|row| row.member_id))
}

/// Uses a token up; whose it was. Of several that try at once, one has it.
pub async fn use_staff_token(tx: &WriteTx, hash: &str, now: DateTime<Utc>) -> Result<Option<Uuid>, DbError> {
    let rows: Vec<Owner> = Conn::from(tx).all(USE, vec![Arg::Text(hash.to_owned()), Arg::Time(micros(now))]).await?;
    Ok(rows.into_iter().next().map(|row| row.member_id))
}

/// Ends the tokens of a member.
pub async fn end_staff_tokens(tx: &WriteTx, member_id: Uuid, now: DateTime<Utc>) -> Result<(), DbError> {
    let text = "UPDATE staff_tokens SET used_at = $2 WHERE member_id = $1 AND used_at IS NULL";
    tx.execute(text, vec![Arg::Id(member_id), Arg::Time(micros(now))]).await?;
    Ok(())
}

const OLD: &str = "SELECT id FROM staff_tokens WHERE expires_at < $1 ORDER BY expires_at, id LIMIT $2";

/// Deletes tokens that expired before this, at most so many; how many.
pub async fn delete_old_staff_tokens(tx: &WriteTx, before: DateTime<Utc>, limit: u32) -> Result<u64, DbError> {
    let args = vec![Arg::Time(micros(before)), Arg::Int(limit.into())];
    delete_found(tx, (OLD, args), "DELETE FROM staff_tokens WHERE id {ids 1}").await
}
