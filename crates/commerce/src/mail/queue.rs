//! Mails wait in the database: written in the transaction that they tell of, sent after its commit.
use super::{MailError, MailMessage, Mailer};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, stream};
use tradewind_persistence::{
    Db, DbError,
    write::{DueMail, QueuedMail, WriteTx, claim_due_mails, insert_mail, mail_failed, mail_sent},
};
use uuid::Uuid;

/// How long a worker may take for what it has claimed; then it is taken for dead, and others send it.
const LEASE: TimeDelta = TimeDelta::minutes(15);
/// Mails claimed at once, and those of them that travel at once.
const BATCH: u32 = 20;
const AT_ONCE: usize = 4;
/// The first pause after a failure; each further one is twice as long, up to the longest.
const FIRST_PAUSE: TimeDelta = TimeDelta::minutes(1);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(6);
/// After so many attempts, a day and a half after the first, a mail is given up.
const ATTEMPTS: i32 = 14;

/// Stores a mail in the transaction; whoever runs [`send_due_mails`] sends it after the commit. `about` is the customer
/// whose account it is about: the mail goes with the account, and is not stored where there is no such account.
pub async fn enqueue_mail(
    tx: &WriteTx,
    id: Uuid,
    about: Option<Uuid>,
    message: &MailMessage,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    // Four texts: they always serialise.
    let message = serde_json::to_string(message).unwrap_or_default();
    insert_mail(tx, &QueuedMail { id, customer_id: about, message, created_at: now }).await
}

/// What became of the mails that were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Taken by the mailer.
    pub sent: usize,
    /// To be tried again later.
    pub failed: usize,
    /// Never to be tried again.
    pub given_up: usize,
}

/// Sends mails that are due, some at a time; call it again until it has nothing to tell. Any number of workers may do so at
/// once: each mail is claimed by one. A worker that dies behind the mailer's answer leaves a mail that is sent once more,
/// with the same id.
pub async fn send_due_mails(db: &Db, mailer: &dyn Mailer, now: DateTime<Utc>) -> Result<Sent, DbError> {
    let tx = db.begin_write().await?;
    let due = claim_due_mails(&tx, now, now + LEASE, BATCH).await?;
    tx.commit().await?;
    let mut results =
        stream::iter(due).map(|mail| async move { send(db, mailer, &mail, now).await }).buffer_unordered(AT_ONCE);
    let mut told = Sent::default();
    // A failure of the database ends nothing early: the others may have been sent, and must be told so.
    let mut failure = None;
    while let Some(result) = results.next().await {
        match result {
            Ok(Fate::Sent) => told.sent += 1,
            Ok(Fate::Failed) => told.failed += 1,
            Ok(Fate::GivenUp) => told.given_up += 1,
            Err(error) => failure = Some(error),
        }
    }
    failure.map_or(Ok(told), Err)
}

enum Fate {
    Sent,
    Failed,
    GivenUp,
}

async fn send(db: &Db, mailer: &dyn Mailer, mail: &DueMail, now: DateTime<Utc>) -> Result<Fate, DbError> {
    let result = match serde_json::from_str::<MailMessage>(&mail.message) {
        Ok(message) => mailer.send(mail.id, mail.created_at, &message).await,
        Err(_) => Err(MailError::Permanent("its row is damaged".to_owned())),
    };
    let tx = db.begin_write().await?;
    let fate = match result {
        Ok(()) => {
            mail_sent(&tx, mail.id, now).await?;
            Fate::Sent
        }
        Err(error) => {
            let again = matches!(error, MailError::Temporary(_)) && mail.attempts < ATTEMPTS;
            tracing::warn!(mail = %mail.id, attempts = mail.attempts, again, %error, "mail");
            mail_failed(&tx, mail.id, again.then(|| now + pause(mail.attempts))).await?;
            if again { Fate::Failed } else { Fate::GivenUp }
        }
    };
    tx.commit().await?;
    Ok(fate)
}

/// After so many attempts.
fn pause(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    (FIRST_PAUSE * 2i32.pow(doublings)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_add_up_to_more_than_a_day() {
        let minutes: Vec<i64> = (1..ATTEMPTS).map(|attempts| pause(attempts).num_minutes()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360, 360]);
        assert!((24 * 60..48 * 60).contains(&minutes.iter().sum::<i64>()));
        assert_eq!(pause(i32::MAX), LONGEST_PAUSE);
    }
}
