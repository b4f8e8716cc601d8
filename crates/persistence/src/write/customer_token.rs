//! Tokens that are mailed: whoever brings one reads the mail of an address. The database has only their hashes.
use super::{Conn, WriteTx, bulk::delete_found, micros};
use crate::{DbError, sql::Arg};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

/// What a token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To say that the account's address is the owner's.
    VerifyEmail,
    /// To set a password.
    ResetPassword,
    /// To take a new address.
    ChangeEmail,
}

impl Purpose {
    /// Every purpose.
    pub const EACH: [Self; 3] = [Self::VerifyEmail, Self::ResetPassword, Self::ChangeEmail];

    const fn word(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::ChangeEmail => "change_email",
        }
    }
}

/// A token to store.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Row id.
    pub id: Uuid,
    /// What it allows.
    pub purpose: Purpose,
    /// SHA-256 of the token, hexadecimal.
    pub token_hash: String,
    /// Whose account.
    pub customer_id: Uuid,
    /// The new address of [`Purpose::ChangeEmail`], else empty.
    pub new_email: String,
    /// Now.
    pub created_at: DateTime<Utc>,
    /// It allows nothing from then on.
    pub expires_at: DateTime<Utc>,
}

const INSERT: &str =
    "INSERT INTO customer_tokens (id, purpose, token_hash, customer_id, new_email, created_at, expires_at)
     SELECT $1, $2, $3, id, NULLIF($5, ''), $6, $7 FROM customers WHERE id = $4";

/// Stores a token, where there is such a customer.
pub async fn insert_token(tx: &WriteTx, token: &NewToken) -> Result<(), DbError> {
    let args = vec![
        Arg::Id(token.id),
        Arg::Text(token.purpose.word().to_owned()),
        Arg::Text(token.token_hash.clone()),
        Arg::Id(token.customer_id),
        Arg::Text(token.new_email.clone()),
        Arg::Time(micros(token.created_at)),
        Arg::Time(micros(token.expires_at)),
    ];
    tx.execute(INSERT, args).await?;
    Ok(())
}

const END: &str =
    "UPDATE customer_tokens SET used_at = $3 WHERE customer_id = $1 AND purpose {texts 2} AND used_at IS NULL";

/// Ends a customer's tokens of these purposes: none of them allows anything any more.
pub async fn end_tokens(
    tx: &WriteTx,
    customer_id: Uuid,
    purposes: &[Purpose],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let words = purposes.iter().map(|purpose| purpose.word().to_owned()).collect();
    tx.execute(END, vec![Arg::Id(customer_id), Arg::Texts(words), Arg::Time(micros(now))]).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Owner {
    customer_id: Uuid,
}

const OWNER: &str = "SELECT customer_id FROM customer_tokens
    WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3";

/// Whose token it is, as long as it can be used: the account to lock before [`use_token`].
pub async fn owner_of_token(
    conn: Conn<'_>,
    token_hash: &str,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, DbError> {
    let rows: Vec<Owner> = conn.all(OWNER, args_of(token_hash, purpose, now)).await?;
    Ok(rows.into_iter().next().map(|row| row.customer_id))
}

fn args_of(token_hash: &str, purpose: Purpose, now: DateTime<Utc>) -> Vec<Arg> {
    vec![Arg::Text(token_hash.to_owned()), Arg::Text(purpose.word().to_owned()), Arg::Time(micros(now))]
}

/// A token that was used.
#[derive(Debug, FromQueryResult)]
pub struct Used {
    /// Whose account.
    pub customer_id: Uuid,
    /// The new address of [`Purpose::ChangeEmail`].
    pub new_email: Option<String>,
}

const USE: &str = "UPDATE customer_tokens SET used_at = $3
    WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3 RETURNING customer_id, new_email";

/// Uses a token up; None where it is unknown, used or expired. Of several that try at once, one has it.
pub async fn use_token(
    tx: &WriteTx,
    token_hash: &str,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<Option<Used>, DbError> {
    let rows = Conn::from(tx).all(USE, args_of(token_hash, purpose, now)).await?;
    Ok(rows.into_iter().next())
}

/// Deletes all tokens of a customer.
pub async fn delete_tokens_of(tx: &WriteTx, customer_id: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM customer_tokens WHERE customer_id = $1", vec![Arg::Id(customer_id)]).await?;
    Ok(())
}

const OLD: &str = "SELECT id FROM customer_tokens WHERE expires_at < $1 ORDER BY expires_at, id LIMIT $2";

/// Deletes tokens that expired before this, used or not, at most so many; how many.
pub async fn delete_old_tokens(tx: &WriteTx, before: DateTime<Utc>, limit: u32) -> Result<u64, DbError> {
    let args = vec![Arg::Time(micros(before)), Arg::Int(limit.into())];
    delete_found(tx, (OLD, args), "DELETE FROM customer_tokens WHERE id {ids 1}").await
}
