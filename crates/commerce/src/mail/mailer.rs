//! Who delivers mail: an outside party.
use super::MailMessage;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use uuid::Uuid;

/// Why a mail was not taken. The texts name no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Later it may be taken.
    #[error("the mail was not taken: {0}")]
    Temporary(String),
    /// It never will be: there is no such mailbox, or the mail cannot be written down.
    #[error("the mail was refused for good: {0}")]
    Permanent(String),
}

/// Takes mails. A mail with an id that it has taken before is the same mail.
pub trait Mailer: Send + Sync {
    /// Hands one mail over; `written_at` is its date. Ends within a time of its own.
    fn send<'a>(
        &'a self,
        id: Uuid,
        written_at: DateTime<Utc>,
        message: &'a MailMessage,
    ) -> BoxFuture<'a, Result<(), MailError>>;
}
