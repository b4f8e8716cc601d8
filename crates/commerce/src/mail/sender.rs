//! Who mails come from, and the mail as it travels.
use super::{MailError, MailMessage};
use chrono::{DateTime, Utc};
use lettre::{
    Address, Message,
    message::{Mailbox, MultiPart, header},
};
use uuid::Uuid;

/// Who mails come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(Mailbox);

/// A text that no mail can come from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is nobody that mails can come from: write Shop Name <mail@shop.example>")]
pub struct BadSender(pub String);

impl Sender {
    /// Reads `Shop Name <mail@shop.example>`.
    ///
    /// # Errors
    /// [`BadSender`] where it is something else.
    pub fn parse(text: &str) -> Result<Self, BadSender> {
        text.parse().map(Self).map_err(|_| BadSender(text.to_owned()))
    }
}

/// Answers nobody reads, and no machine should send (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The mail as it travels. Its id is the same each time, so that a receiver can tell that it has it already.
pub(super) fn written(
    sender: &Sender,
    id: Uuid,
    written_at: DateTime<Utc>,
    message: &MailMessage,
) -> Result<Message, MailError> {
    let permanent = |what: &str| MailError::Permanent(what.to_owned());
    let to: Address = message.to.parse().map_err(|_| permanent("its address cannot be read"))?;
    let domain = sender.0.email.domain();
    Message::builder()
        .from(sender.0.clone())
        .to(Mailbox::new(None, to))
        .subject(message.subject.clone())
        .date(written_at.into())
        .message_id(Some(format!("<{id}@{domain}>")))
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(message.text.clone(), message.html.clone()))
        .map_err(|_| permanent("it cannot be written down"))
}
