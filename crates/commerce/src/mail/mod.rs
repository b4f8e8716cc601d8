//! Mail: what is said ([`Post`]), the queue that survives a crash ([`enqueue_mail`], [`send_due_mails`]), and those who
//! deliver ([`Mailer`]).
//!
//! A mail is written into the database in the transaction that it tells of, and sent after the commit, at least once.
mod folder;
mod language;
mod letter;
mod mailer;
mod message;
mod post;
mod queue;
mod sender;
mod smtp;
mod words;

pub use folder::FolderMailer;
pub use language::Language;
pub use mailer::{MailError, Mailer};
pub use message::MailMessage;
pub use post::{BadLink, Links, Post};
pub use queue::{Sent, enqueue_mail, send_due_mails};
pub use sender::{BadSender, Sender};
pub use smtp::{SmtpConfig, SmtpMailer, SmtpTls};
pub(crate) use words::{OrderNews, OrderNewsKind};
