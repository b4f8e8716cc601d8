//! Sessions: the database has only the hash of a session's token. A session is ended by a time, so that it can still be
//! told which it was, and deleted later.
use super::{Conn, WriteTx, bulk::delete_found, micros};
use crate::{DbError, sql::Arg};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

/// A session as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Session {
    /// Row id; it stays when the token changes.
    pub id: Uuid,
    /// SHA-256 of its token, hexadecimal.
    pub token_hash: String,
    /// Who is logged in.
    pub customer_id: Uuid,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was ended.
    pub revoked_at: Option<DateTime<Utc>>,
    /// What the client said of itself.
    pub user_agent: String,
    /// What the customer calls the device.
    pub label: String,
}

impl Session {
    /// Whether its token is good at this time.
    pub fn lives_at(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

const INSERT: &str = "INSERT INTO sessions (id, token_hash, customer_id, created_at, expires_at, user_agent, label)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// Inserts a session that lives; its customer must be there.
pub async fn insert_session(tx: &WriteTx, session: &Session) -> Result<(), DbError> {
    let args = vec![
        Arg::Id(session.id),
        Arg::Text(session.token_hash.clone()),
        Arg::Id(session.customer_id),
        Arg::Time(micros(session.created_at)),
        Arg::Time(micros(session.expires_at)),
        Arg::Text(session.user_agent.clone()),
        Arg::Text(session.label.clone()),
    ];
    tx.execute(INSERT, args).await?;
    Ok(())
}

/// The session that the token belongs to, whether or not it has ended, locked until the end of the transaction.
pub async fn lock_session(tx: &WriteTx, token_hash: &str) -> Result<Option<Session>, DbError> {
    let text = "SELECT * FROM sessions WHERE token_hash = $1";
    let rows = Conn::from(tx).all_locked(text, vec![Arg::Text(token_hash.to_owned())]).await?;
    Ok(rows.into_iter().next())
}

/// Gives a locked session another token and end: the old token is nobody's from now on.
pub async fn rotate_session(
    tx: &WriteTx,
    id: Uuid,
    token_hash: &str,
    expires_at: DateTime<Utc>,
) -> Result<(), DbError> {
    let text = "UPDATE sessions SET token_hash = $2, expires_at = $3 WHERE id = $1";
    tx.execute(text, vec![Arg::Id(id), Arg::Text(token_hash.to_owned()), Arg::Time(micros(expires_at))]).await?;
    Ok(())
}

/// A session as the customer may see it, ended or not.
#[derive(Clone, Debug, FromQueryResult)]
#[allow(missing_docs, reason = "as in `Session`")]
pub struct KeptSession {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub user_agent: String,
    pub label: String,
    pub last_seen_at: Option<DateTime<Utc>>,
}

const KEPT: &str = "SELECT s.id, s.created_at, s.expires_at, s.revoked_at, s.user_agent, s.label, u.last_seen_at
    FROM sessions s LEFT JOIN session_uses u ON u.session_id = s.id WHERE s.customer_id = $1 ORDER BY s.created_at, s.id";

/// All sessions of a customer that are still kept, ended ones too, the oldest first.
pub async fn sessions_of(conn: Conn<'_>, customer_id: Uuid) -> Result<Vec<KeptSession>, DbError> {
    conn.all(KEPT, vec![Arg::Id(customer_id)]).await
}

/// Which of a customer's sessions end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All of them.
    All,
    /// All but this one.
    AllBut(Uuid),
    /// This one.
    One(Uuid),
}

const REVOKE: &str = "UPDATE sessions SET revoked_at = $2 WHERE customer_id = $1 AND revoked_at IS NULL";

/// Ends sessions of a customer that have not ended yet; how many.
pub async fn revoke_sessions(
    tx: &WriteTx,
    customer_id: Uuid,
    ending: Ending,
    now: DateTime<Utc>,
) -> Result<u64, DbError> {
    let mut args = vec![Arg::Id(customer_id), Arg::Time(micros(now))];
    let which = match ending {
        Ending::All => "",
        Ending::AllBut(_) => " AND id <> $3",
        Ending::One(_) => " AND id = $3",
    };
    if let Ending::AllBut(id) | Ending::One(id) = ending {
        args.push(Arg::Id(id));
    }
    tx.execute(&format!("{REVOKE}{which}"), args).await
}

/// Deletes all sessions of a customer.
pub async fn delete_sessions_of(tx: &WriteTx, customer_id: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM sessions WHERE customer_id = $1", vec![Arg::Id(customer_id)]).await?;
    Ok(())
}

/// When a session was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionUse {
    /// The session.
    pub session_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

const USES: [&str; 2] = [
    "INSERT INTO session_uses (session_id, last_seen_at)
     SELECT s.id, max((u.row ->> 1)::timestamptz) FROM json_array_elements($1::json) AS u (row)
     JOIN sessions s ON s.id = (u.row ->> 0)::uuid GROUP BY s.id ORDER BY s.id
     ON CONFLICT (session_id) DO UPDATE SET last_seen_at = excluded.last_seen_at
       WHERE session_uses.last_seen_at < excluded.last_seen_at",
    "INSERT INTO session_uses (session_id, last_seen_at)
     SELECT s.id, max(u.value ->> 1) FROM json_each($1) u JOIN sessions s ON s.id = unhex(u.value ->> 0) GROUP BY s.id
     ON CONFLICT (session_id) DO UPDATE SET last_seen_at = excluded.last_seen_at
       WHERE session_uses.last_seen_at < excluded.last_seen_at",
];

/// Notes when sessions were last used; an earlier use than the one noted changes nothing, nor does one of a session that
/// is gone.
pub async fn note_session_uses(tx: &WriteTx, uses: &[SessionUse]) -> Result<(), DbError> {
    // As SQLite stores times, so that texts compare as times do.
    let text = |time: DateTime<Utc>| micros(time).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false);
    let rows: Vec<_> = uses.iter().map(|used| (used.session_id.simple().to_string(), text(used.at))).collect();
    let own = if tx.postgres() { 0 } else { 1 };
    tx.execute(USES[own], vec![Arg::Text(serde_json::json!(rows).to_string())]).await?;
    Ok(())
}

const ENDED: &str = "SELECT id FROM sessions WHERE expires_at < $1 ORDER BY expires_at, id LIMIT $2";

/// Deletes the sessions whose time ended before this, at most so many; how many. Revoked ones go when their time ends.
pub async fn delete_ended_sessions(tx: &WriteTx, before: DateTime<Utc>, limit: u32) -> Result<u64, DbError> {
    let args = vec![Arg::Time(micros(before)), Arg::Int(limit.into())];
    delete_found(tx, (ENDED, args), "DELETE FROM sessions WHERE id {ids 1}").await
}
