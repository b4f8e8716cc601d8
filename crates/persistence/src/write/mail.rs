//! Mails that wait to be sent. They are written in the transaction that they tell of; the text of a mail goes once it is
//! sent or given up, because it may hold a token and always holds an address.
use super::{Conn, WriteTx, bulk::delete_found, micros};
use crate::{DbError, sql::Arg};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

/// A mail to send.
#[derive(Clone)]
pub struct QueuedMail {
    /// Row id; the same at each attempt.
    pub id: Uuid,
    /// Whose account it is about: it goes with the account, and is not stored where there is no such account.
    pub customer_id: Option<Uuid>,
    /// The mail, in the sender's own form.
    pub message: String,
    /// Now; it is due at once.
    pub created_at: DateTime<Utc>,
}

impl std::fmt::Debug for QueuedMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QueuedMail").field("id", &self.id).finish_non_exhaustive()
    }
}

const INSERT: &str = "INSERT INTO mail_queue (id, message, created_at, next_at) VALUES ($1, $2, $3, $3)";
const INSERT_OF: &str = "INSERT INTO mail_queue (id, message, created_at, next_at, customer_id)
    SELECT $1, $2, $3, $3, id FROM customers WHERE id = $4";

/// Stores a mail that is due at once.
pub async fn insert_mail(tx: &WriteTx, mail: &QueuedMail) -> Result<(), DbError> {
    let mut args = vec![Arg::Id(mail.id), Arg::Text(mail.message.clone()), Arg::Time(micros(mail.created_at))];
    let text = match mail.customer_id {
        Some(id) => {
            args.push(Arg::Id(id));
            INSERT_OF
        }
        None => INSERT,
    };
    tx.execute(text, args).await?;
    Ok(())
}

/// A mail that somebody is to send now.
#[derive(FromQueryResult)]
pub struct DueMail {
    /// Row id.
    pub id: Uuid,
    /// The mail, in the sender's own form.
    pub message: String,
    /// How often it was claimed, this time included.
    pub attempts: i32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

impl std::fmt::Debug for DueMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DueMail").field("id", &self.id).field("attempts", &self.attempts).finish_non_exhaustive()
    }
}

/// On PostgreSQL, rows that another worker is claiming are passed over; the array is made once, so that no more than the
/// limit are taken.
const CLAIM: [&str; 2] = [
    "UPDATE mail_queue SET attempts = attempts + 1, next_at = $2
     WHERE id = ANY(ARRAY(SELECT id FROM mail_queue WHERE next_at <= $1 AND message IS NOT NULL
       ORDER BY next_at, id LIMIT $3 FOR UPDATE SKIP LOCKED))
     RETURNING id, message, attempts, created_at",
    "UPDATE mail_queue SET attempts = attempts + 1, next_at = $2
     WHERE id IN (SELECT id FROM mail_queue WHERE next_at <= $1 AND message IS NOT NULL ORDER BY next_at, id LIMIT $3)
     RETURNING id, message, attempts, created_at",
];

/// Takes mails that are due, at most so many. Nobody else gets them until `until`; who has not told by then what became of
/// them is taken for dead, and they are due again.
pub async fn claim_due_mails(
    tx: &WriteTx,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<DueMail>, DbError> {
    let own = if tx.postgres() { 0 } else { 1 };
    let args = vec![Arg::Time(micros(now)), Arg::Time(micros(until)), Arg::Int(limit.into())];
    let mut mails: Vec<DueMail> = Conn::from(tx).all(CLAIM[own], args).await?;
    mails.sort_by_key(|mail| (mail.created_at, mail.id));
    Ok(mails)
}

/// A mail was sent: its text goes.
pub async fn mail_sent(tx: &WriteTx, id: Uuid, now: DateTime<Utc>) -> Result<(), DbError> {
    let text = "UPDATE mail_queue SET sent_at = $2, next_at = NULL, message = NULL WHERE id = $1";
    tx.execute(text, vec![Arg::Id(id), Arg::Time(micros(now))]).await?;
    Ok(())
}

/// A mail could not be sent: it is due again at a time, or given up, and then its text goes.
pub async fn mail_failed(tx: &WriteTx, id: Uuid, again: Option<DateTime<Utc>>) -> Result<(), DbError> {
    match again {
        Some(time) => {
            let text = "UPDATE mail_queue SET next_at = $2 WHERE id = $1 AND sent_at IS NULL";
            tx.execute(text, vec![Arg::Id(id), Arg::Time(micros(time))]).await?;
        }
        None => {
            let text = "UPDATE mail_queue SET next_at = NULL, message = NULL WHERE id = $1";
            tx.execute(text, vec![Arg::Id(id)]).await?;
        }
    }
    Ok(())
}

/// Deletes the mails about a customer, sent or not.
pub async fn delete_mails_of(tx: &WriteTx, customer_id: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM mail_queue WHERE customer_id = $1", vec![Arg::Id(customer_id)]).await?;
    Ok(())
}

const OLD: &str =
    "SELECT id FROM mail_queue WHERE created_at < $1 AND next_at IS NULL ORDER BY created_at, id LIMIT $2";

/// Deletes mails that were sent or given up and written before this, at most so many; how many.
pub async fn delete_old_mails(tx: &WriteTx, before: DateTime<Utc>, limit: u32) -> Result<u64, DbError> {
    let args = vec![Arg::Time(micros(before)), Arg::Int(limit.into())];
    delete_found(tx, (OLD, args), "DELETE FROM mail_queue WHERE id {ids 1}").await
}
