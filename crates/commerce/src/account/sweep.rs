//! Deletes what nobody needs any more.
use super::AccountError;
use chrono::{DateTime, TimeDelta, Utc};
use tradewind_persistence::{
    Db,
    write::{
        delete_ended_sessions, delete_old_mails, delete_old_tokens,
        staff::{delete_ended_staff_sessions, delete_old_staff_tokens},
    },
};

/// How long what has ended is kept: for questions of customers.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Rows of a statement. Three tags of a session are logged for caches, and more than a thousand of a statement would make
/// them forget every session.
const CHUNK: u32 = 300;

/// What was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Sessions that ended by themselves, of customers and of staff.
    pub sessions: u64,
    /// Tokens that were mailed.
    pub tokens: u64,
    /// Mails that were sent or given up; their texts were gone already.
    pub mails: u64,
}

/// Deletes at most some hundred rows of each kind, in a transaction of its own; call it again until it has nothing to tell.
pub async fn sweep(db: &Db, now: DateTime<Utc>) -> Result<Swept, AccountError> {
    let before = now - KEPT;
    let tx = db.begin_write().await?;
    let swept = Swept {
        sessions: delete_ended_sessions(&tx, before, CHUNK).await?
            + delete_ended_staff_sessions(&tx, before, CHUNK).await?,
        tokens: delete_old_tokens(&tx, before, CHUNK).await? + delete_old_staff_tokens(&tx, before, CHUNK).await?,
        mails: delete_old_mails(&tx, before, CHUNK).await?,
    };
    tx.commit().await?;
    Ok(swept)
}
