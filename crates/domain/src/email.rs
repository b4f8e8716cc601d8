//! E-mail addresses, in the one form in which they are stored and compared.
use crate::refusal::{Refusal, shown};
use crate::word::words;
use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest address that SMTP carries (RFC 5321, 4.5.3.1.3, less the angle brackets).
pub const LONGEST: usize = 254;

/// A trimmed address in lower case, its domain in ASCII (IDNA): `jo@xn--mller-kva.example`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

words! {
    /// Why a text is no e-mail address.
    EmailErrorCode {
        /// The text is empty.
        Required = "REQUIRED",
        /// The address is longer than 254 bytes.
        TooLong = "TOO_LONG",
        /// The text does not have the form of an e-mail address that mail can be sent to.
        Invalid = "INVALID",
    }
}

/// Why a text is no e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadEmail {
    /// Nothing there.
    #[error("the e-mail address is empty: write one such as jo@example.com")]
    Empty,
    /// Longer than [`LONGEST`].
    #[error("the e-mail address has {0} bytes: at most {LONGEST} are possible")]
    TooLong(usize),
    /// Not `name@domain` with a domain of at least two labels.
    #[error("`{0}` is not an e-mail address: write one such as jo@example.com")]
    Malformed(String),
    /// Few servers deliver these, and letters that look alike make two accounts of one address.
    #[error("`{0}` has a letter before the @ that is not of a-z: write the address that your mail provider gave you")]
    ForeignLocalPart(String),
}

impl Email {
    /// Reads and normalises an address. Capitals before the @ become small, as practically every mail server treats
    /// them; quoted names, address literals and comments are refused.
    pub fn parse(text: &str) -> Result<Self, BadEmail> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BadEmail::Empty);
        }
        if text.len() > LONGEST {
            return Err(BadEmail::TooLong(text.len()));
        }
        let bad = || BadEmail::Malformed(shown(text));
        let (local, domain) = text.rsplit_once('@').ok_or_else(bad)?;
        if !local.is_ascii() {
            return Err(BadEmail::ForeignLocalPart(shown(text)));
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| bad())?;
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        if address.len() > LONGEST {
            return Err(BadEmail::TooLong(address.len()));
        }
        let options = Options::default().with_required_tld().without_domain_literal().without_display_text();
        let plain = !local.contains('"') && !domain.ends_with('.');
        match EmailAddress::parse_with_options(&address, options) {
            Ok(_) if plain => Ok(Self(address)),
            _ => Err(bad()),
        }
    }

    /// The normalised address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the @.
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }
}

impl Refusal for BadEmail {
    type Code = EmailErrorCode;
    fn code(&self) -> EmailErrorCode {
        match self {
            Self::Empty => EmailErrorCode::Required,
            Self::TooLong(_) => EmailErrorCode::TooLong,
            Self::Malformed(_) | Self::ForeignLocalPart(_) => EmailErrorCode::Invalid,
        }
    }
    fn field(&self) -> Option<&'static str> {
        Some("email")
    }
}

/// Hides the name: addresses are personal, and logs are not.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email(…@{})", self.0.rsplit_once('@').map_or("", |(_, domain)| domain))
    }
}
impl TryFrom<String> for Email {
    type Error = BadEmail;
    fn try_from(text: String) -> Result<Self, BadEmail> {
        Self::parse(&text)
    }
}
impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mailbox_has_one_spelling() {
        for (text, stored) in [
            (" Jo.Doe+shop@Example.COM ", "jo.doe+shop@example.com"),
            ("jo@MÜLLER.example", "jo@xn--mller-kva.example"),
            ("jo@mu\u{308}ller.example", "jo@xn--mller-kva.example"),
            ("jo@xn--mller-kva.example", "jo@xn--mller-kva.example"),
        ] {
            assert_eq!(Email::parse(text).unwrap().as_str(), stored);
        }
        assert_eq!(Email::parse("a@b.example").unwrap().local_part(), "a");
    }

    #[test]
    fn what_mail_cannot_be_sent_to_is_refused() {
        for text in [
            "jo",
            "@example.com",
            "jo@",
            "jo@localhost",
            "jo@[127.0.0.1]",
            "Jo <jo@example.com>",
            "jo@example.com.",
            "jo doe@example.com",
            "\"jo doe\"@example.com",
            "jo@exa mple.com",
            "jo@@example.com",
            "jo..doe@example.com",
            "jo@-example.com",
            "jo@example.com\nbcc: all@example.com",
            "jo@example.com\0",
        ] {
            assert!(matches!(Email::parse(text), Err(BadEmail::Malformed(_))), "{text:?}: {:?}", Email::parse(text));
        }
        assert_eq!(Email::parse("  "), Err(BadEmail::Empty));
        assert!(matches!(Email::parse("jоe@example.com"), Err(BadEmail::ForeignLocalPart(_))));
        assert!(matches!(Email::parse(&format!("{}@example.com", "a".repeat(250))), Err(BadEmail::TooLong(_))));
        assert!(!format!("{:?}", Email::parse("secret@example.com")).contains("secret"));
    }
}
