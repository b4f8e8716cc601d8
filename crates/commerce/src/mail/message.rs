//! A mail, ready to be sent.
use serde::{Deserialize, Serialize};
use std::fmt;

/// A mail as it waits in the queue. It may hold a token and always holds an address: `Debug` shows neither.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailMessage {
    /// The address of one person.
    pub to: String,
    /// One line.
    pub subject: String,
    /// For programs that show no HTML.
    pub text: String,
    /// The same words.
    pub html: String,
}

impl fmt::Debug for MailMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailMessage").field("subject", &self.subject).finish_non_exhaustive()
    }
}
