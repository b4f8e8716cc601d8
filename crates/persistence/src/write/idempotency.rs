//! Requests that may come twice: the first one runs, the others get its outcome. docs/idempotency.md is the contract.
use super::{Conn, WriteTx, micros};
use crate::{Db, DbError, sql::Arg};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::FromQueryResult;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How long an outcome is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(24);
/// The longest key, in bytes.
pub const LONGEST_KEY: usize = 255;
/// The longest answer that is kept, in bytes; a longer one is made again from the outcomes.
pub const LONGEST_ANSWER: usize = 64 * 1024;
/// Rows that a statement forgets. It stands in the text as it is: of a limit that is an argument the planner expects a tenth
/// of all rows.
const PAGE: u64 = 1000;

/// A client's name for one request: 1 to 255 printable ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// The text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key is 1 to 255 printable ASCII characters, such as a UUID")]
pub struct InvalidKey;

impl IdempotencyKey {
    /// Takes the text as it is.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        let fits = (1..=LONGEST_KEY).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidKey) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A request with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyedRequest {
    /// Given by the client.
    pub key: IdempotencyKey,
    /// Who sends it, and to which channel: keys of others never meet.
    pub scope: String,
    /// [`request_hash`] of what it asks for.
    pub hash: String,
}

/// SHA-256, in hexadecimal, of the operation (its document, and its name where it has one) and its variables. The order
/// of the variables' fields does not matter.
pub fn request_hash(document: &str, operation: Option<&str>, variables: &serde_json::Value) -> String {
    let mut hash = Sha256::new();
    for part in [document, operation.unwrap_or_default()] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash_value(&mut hash, variables);
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As JSON with sorted fields: whether `serde_json` sorts them depends on who else uses it in the same build.
fn hash_value(hash: &mut Sha256, value: &serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            hash.update(b"{");
            for (name, value) in fields {
                hash.update(serde_json::Value::from(name.as_str()).to_string());
                hash.update(b":");
                hash_value(hash, value);
                hash.update(b",");
            }
            hash.update(b"}");
        }
        serde_json::Value::Array(values) => {
            hash.update(b"[");
            for value in values {
                hash_value(hash, value);
                hash.update(b",");
            }
            hash.update(b"]");
        }
        scalar => hash.update(scalar.to_string()),
    }
}

/// What is known of a root field of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// Nothing: it is the caller's, who does it in this transaction and ends with [`finish`].
    First,
    /// It is done, with this outcome.
    Done(serde_json::Value),
    /// The key was used for another request.
    Differs,
    /// Another transaction does it at this moment, and did not end in time. This transaction must be dropped.
    InProgress,
}

#[derive(FromQueryResult)]
struct Taken {
    is_taken: bool,
}

#[derive(FromQueryResult)]
struct Known {
    request_hash: String,
    outcome: Option<String>,
}

/// A new key, or one that has expired, is taken; a known row is locked. Another transaction that holds it is waited for,
/// no longer than `$6`, and then what it committed decides. A row is locked also where `WHERE` forbids its update.
const TAKE: &str = "INSERT INTO idempotency_keys (scope, key, request_hash, claimed_at)
    SELECT $1, $2, $3, $4 {from}
    ON CONFLICT (scope, key) DO UPDATE
      SET request_hash = excluded.request_hash, claimed_at = excluded.claimed_at, answer = NULL
      WHERE idempotency_keys.claimed_at <= $5
    RETURNING true AS is_taken";
/// The bound is that of this statement alone. Its first part is read by the second, and the last one by nothing before
/// it: so the setting is changed, the lock is awaited, and the setting is put back, in this order.
const BOUNDED: [&str; 2] = [
    "WITH bound AS MATERIALIZED (
      SELECT current_setting('lock_timeout') AS before, set_config('lock_timeout', $6, true) AS during), taken AS (",
    ") SELECT coalesce(taken.is_taken, false) AS is_taken, set_config('lock_timeout', bound.before, true) AS after
      FROM bound LEFT JOIN taken ON true",
];
/// In a statement after the one that waited: only that sees what was committed meanwhile.
const KNOWN: &str = "SELECT k.request_hash, o.outcome FROM idempotency_keys k
    LEFT JOIN idempotency_outcomes o ON o.scope = k.scope AND o.key = k.key AND o.field = $3
      AND o.claimed_at = k.claimed_at
    WHERE k.scope = $1 AND k.key = $2";
/// An outcome of a request that has expired may be there still.
const FINISH: &str = "INSERT INTO idempotency_outcomes (scope, key, field, claimed_at, outcome)
    SELECT scope, key, $3, claimed_at, $4 FROM idempotency_keys WHERE scope = $1 AND key = $2
    ON CONFLICT (scope, key, field) DO UPDATE SET claimed_at = excluded.claimed_at, outcome = excluded.outcome";

/// Claims a root field, named by its response key, as the first thing of the transaction that has its effects. While
/// another transaction has the key, this waits for its end: up to `wait` on PostgreSQL; on SQLite beginning to write has
/// waited already.
pub async fn claim(
    tx: &WriteTx,
    request: &KeyedRequest,
    field: &str,
    wait: Duration,
    now: DateTime<Utc>,
) -> Result<Claim, DbError> {
    match take(tx, request, wait, now).await {
        Ok(true) => return Ok(Claim::First),
        Ok(false) => {}
        Err(DbError::LockTimeout(_)) => return Ok(Claim::InProgress),
        Err(error) => return Err(error),
    }
    let [scope, key] = row_of(request);
    let known: Vec<Known> = Conn::from(tx).all(KNOWN, vec![scope, key, Arg::Text(field.to_owned())]).await?;
    let Some(Known { request_hash, outcome }) = known.into_iter().next() else {
        return Err(DbError::Setup("an idempotency key vanished while it was locked".to_owned()));
    };
    match outcome {
        _ if request_hash != request.hash => Ok(Claim::Differs),
        None => Ok(Claim::First),
        Some(outcome) => Ok(Claim::Done(read_outcome(&outcome)?)),
    }
}

async fn take(tx: &WriteTx, request: &KeyedRequest, wait: Duration, now: DateTime<Utc>) -> Result<bool, DbError> {
    let [scope, key] = row_of(request);
    let expired = Arg::Time(micros(now - KEPT));
    let mut args = vec![scope, key, Arg::Text(request.hash.clone()), Arg::Time(micros(now)), expired];
    let text = if tx.postgres() {
        // 0 would mean for ever.
        args.push(Arg::Text(format!("{}ms", wait.as_millis().max(1))));
        format!("{}{}{}", BOUNDED[0], TAKE.replace("{from}", "FROM bound"), BOUNDED[1])
    } else {
        TAKE.replace("{from}", "WHERE true")
    };
    let taken: Vec<Taken> = Conn::from(tx).all(&text, args).await?;
    Ok(taken.first().is_some_and(|taken| taken.is_taken))
}

/// The database has the hash of a key: what is sealed with the key stays so for who reads the database.
fn row_of(request: &KeyedRequest) -> [Arg; 2] {
    [Arg::Text(request.scope.clone()), Arg::Text(hex(&Sha256::digest(request.key.as_str())))]
}

const OUTCOME: &str = "SELECT k.request_hash, o.outcome FROM idempotency_keys k
    JOIN idempotency_outcomes o ON o.scope = k.scope AND o.key = k.key AND o.field = $3 AND o.claimed_at = k.claimed_at
    WHERE k.scope = $1 AND k.key = $2 AND k.claimed_at > $4";

/// What a root field came to, where that is known: to be asked before what takes long, and without waiting for anybody.
/// [`claim`] decides. None also where the key was used for another request.
pub async fn outcome_of(
    db: &Db,
    request: &KeyedRequest,
    field: &str,
    now: DateTime<Utc>,
) -> Result<Option<serde_json::Value>, DbError> {
    let [scope, key] = row_of(request);
    let args = vec![scope, key, Arg::Text(field.to_owned()), Arg::Time(micros(now - KEPT))];
    let rows: Vec<Known> = Conn::from(db).all(OUTCOME, args).await?;
    let known = rows.into_iter().next().filter(|known| known.request_hash == request.hash);
    known.and_then(|known| known.outcome).map(|outcome| read_outcome(&outcome)).transpose()
}

fn read_outcome(text: &str) -> Result<serde_json::Value, DbError> {
    serde_json::from_str(text)
        .map_err(|error| DbError::Setup(format!("idempotency_outcomes.outcome is no JSON: {error}")))
}

/// Stores what came of a field that was [`Claim::First`], also a refusal: its effects are undone first
/// ([`WriteTx::rollback_to`] a savepoint behind the claim). The outcome is what the answer can be made of again: ids and
/// codes. It becomes known with the commit, together with the effects.
pub async fn finish(
    tx: &WriteTx,
    request: &KeyedRequest,
    field: &str,
    outcome: &serde_json::Value,
) -> Result<(), DbError> {
    let [scope, key] = row_of(request);
    let args = vec![scope, key, Arg::Text(field.to_owned()), Arg::Text(outcome.to_string())];
    match tx.execute(FINISH, args).await? {
        0 => Err(DbError::Setup("the outcome of a request that was not claimed".to_owned())),
        _ => Ok(()),
    }
}

/// What is known of a request as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownAnswer {
    /// No answer is kept: run the request, whose fields find their outcomes.
    None,
    /// The text of its answer.
    Kept(String),
    /// The key was used for another request.
    Differs,
}

#[derive(FromQueryResult)]
struct AnswerRow {
    request_hash: String,
    answer: Option<String>,
}

const KEEP: &str = "UPDATE idempotency_keys SET answer = $4
    WHERE scope = $1 AND key = $2 AND request_hash = $3 AND claimed_at > $5";
const ANSWER: &str =
    "SELECT request_hash, answer FROM idempotency_keys WHERE scope = $1 AND key = $2 AND claimed_at > $3";

/// Keeps the text of a finished answer, so that a replay is the same to the byte. Called after the commit: where it does
/// not get so far, a replay is made from the outcomes. False: it is too long, or its key has expired.
pub async fn keep_answer(db: &Db, request: &KeyedRequest, answer: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
    if answer.len() > LONGEST_ANSWER {
        return Ok(false);
    }
    let [scope, key] = row_of(request);
    let answer = Arg::Text(answer.to_owned());
    let tx = db.begin_write().await?;
    let args = vec![scope, key, Arg::Text(request.hash.clone()), answer, Arg::Time(micros(now - KEPT))];
    let kept = tx.execute(KEEP, args).await?;
    tx.commit().await?;
    Ok(kept > 0)
}

/// The kept answer, to be looked for before anything of the request runs.
pub async fn answer_of(db: &Db, request: &KeyedRequest, now: DateTime<Utc>) -> Result<KnownAnswer, DbError> {
    let [scope, key] = row_of(request);
    let rows: Vec<AnswerRow> = Conn::from(db).all(ANSWER, vec![scope, key, Arg::Time(micros(now - KEPT))]).await?;
    Ok(match rows.into_iter().next() {
        None => KnownAnswer::None,
        Some(row) if row.request_hash != request.hash => KnownAnswer::Differs,
        Some(row) => row.answer.map_or(KnownAnswer::None, KnownAnswer::Kept),
    })
}

const FORGET: &str = "WITH old AS MATERIALIZED (
      SELECT scope, key FROM idempotency_keys WHERE claimed_at <= $1 ORDER BY claimed_at LIMIT 1000 {skip})
    DELETE FROM idempotency_keys WHERE (scope, key) IN (SELECT scope, key FROM old)";

/// Deletes what has expired, a page in a transaction; how many keys.
pub async fn forget_keys(db: &Db, now: DateTime<Utc>) -> Result<u64, DbError> {
    let mut total = 0;
    loop {
        let tx = db.begin_write().await?;
        let text = FORGET.replace("{skip}", if tx.postgres() { "FOR UPDATE SKIP LOCKED" } else { "" });
        let deleted = tx.execute(&text, vec![Arg::Time(micros(now - KEPT))]).await?;
        tx.commit().await?;
        total += deleted;
        if deleted < PAGE {
            return Ok(total);
        }
    }
}
