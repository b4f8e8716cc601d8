//! The form of every mail, as text and as HTML; both have the same words.
use super::{MailMessage, language::Language};
use askama::Template;

/// What a mail says.
pub(super) struct Words {
    pub(super) subject: String,
    /// Paragraphs.
    pub(super) before: Vec<String>,
    /// What the link is called.
    pub(super) link: &'static str,
    /// Paragraphs behind the link.
    pub(super) after: Vec<String>,
}

/// `templates/mail/letter.txt`.
#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Text<'a> {
    shop: &'a str,
    words: &'a Words,
    url: &'a str,
}

/// `templates/mail/letter.html`, which escapes every value.
#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    language: &'a str,
    shop: &'a str,
    words: &'a Words,
    url: &'a str,
}

/// The mail to somebody; an empty address of a link leaves it out.
pub(super) fn letter(
    language: Language,
    shop: &str,
    to: &str,
    words: &Words,
    url: &str,
) -> Result<MailMessage, askama::Error> {
    Ok(MailMessage {
        to: to.to_owned(),
        subject: words.subject.clone(),
        text: Text { shop, words, url }.render()?,
        html: Html { language: language.tag(), shop, words, url }.render()?,
    })
}
