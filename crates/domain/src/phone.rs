//! Telephone numbers in the form of ITU-T E.164: a plus, and at most 15 digits.
use crate::refusal::shown;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A number such as `+4930123456`. Only its form is known, not whether it rings anywhere.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

/// A text that is no international number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an international telephone number: write + and the country code, such as +49 30 123456")]
pub struct BadPhone(pub String);

impl Phone {
    /// Reads `+49 (30) 123-456` or `0049 30 123456`; spaces, hyphens, points, slashes and brackets are dropped.
    pub fn parse(text: &str) -> Result<Self, BadPhone> {
        let bad = || BadPhone(shown(text));
        let plain: String =
            text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '-' | '.' | '/' | '(' | ')')).collect();
        let digits = plain.strip_prefix('+').or_else(|| plain.strip_prefix("00")).ok_or_else(bad)?;
        // The shortest numbers with a country code in use have seven digits (Niue, Saint Helena).
        let fits = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        // No country code begins with zero.
        if fits && !digits.starts_with('0') { Ok(Self(format!("+{digits}"))) } else { Err(bad()) }
    }

    /// The number: `+4930123456`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Hides all but the last two digits: numbers are personal.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone(…{})", &self.0[self.0.len() - 2..])
    }
}
impl TryFrom<String> for Phone {
    type Error = BadPhone;
    fn try_from(text: String) -> Result<Self, BadPhone> {
        Self::parse(&text)
    }
}
impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for text in ["+49 30 123456", "0049 30/123456", "+49 (30) 123-456"] {
            assert_eq!(Phone::parse(text).unwrap().as_str(), "+4930123456");
        }
        for text in ["", "030123456", "+0301234567", "+49", "+49301234567890123", "+49 30 CALL", "+４９30123456"] {
            assert!(Phone::parse(text).is_err(), "{text}");
        }
        assert_eq!(format!("{:?}", Phone::parse("+4930123456").unwrap()), "Phone(…56)");
    }
}
