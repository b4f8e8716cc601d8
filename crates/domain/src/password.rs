//! Passwords: what is accepted. Hashing is not done here.
use crate::email::Email;
use crate::refusal::Refusal;
use crate::word::words;
use std::fmt;
use unicode_normalization::UnicodeNormalization as _;

/// The fewest characters (NIST SP 800-63B, 3.1.1.2, for passwords beside which there may be a second factor).
pub const FEWEST_CHARACTERS: usize = 8;

/// The most bytes: hashing takes time by length, so a longer text is refused before it is hashed.
pub const MOST_BYTES: usize = 256;

/// Of the most used passwords, those that the other rules let pass.
const COMMON: &[&str] = &[
    "password",
    "password1",
    "password12",
    "password123",
    "passw0rd",
    "p@ssw0rd",
    "12345678",
    "123456789",
    "1234567890",
    "87654321",
    "123123123",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "qwertyui",
    "qwertyuiop",
    "qwerty123",
    "asdfghjk",
    "asdfghjkl",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "trustno1",
    "welcome1",
    "letmein1",
    "abcd1234",
    "abc12345",
    "changeme",
    "starwars",
    "computer",
    "whatever",
    "michelle",
    "jennifer",
];

/// A password that may be set, in the form that is hashed (NFKC, so that it does not matter which keyboard typed it).
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

words! {
    /// Why a password is not accepted.
    PasswordErrorCode {
        /// It has fewer than 8 characters.
        TooShort = "PASSWORD_TOO_SHORT",
        /// It has more than 256 bytes.
        TooLong = "PASSWORD_TOO_LONG",
        /// It is easily guessed: it is widely used, one character repeated, or made of the e-mail address.
        TooWeak = "PASSWORD_TOO_WEAK",
    }
}

/// Why a password is not accepted. None of them repeats the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too few characters.
    #[error("the password has {0} characters: it needs at least {FEWEST_CHARACTERS}")]
    TooShort(usize),
    /// Too many bytes.
    #[error("the password has {0} bytes: at most {MOST_BYTES} are possible")]
    TooLong(usize),
    /// On every attacker's list.
    #[error(
        "the password is one of the most used: choose one that nobody else has, such as four words that do not belong together"
    )]
    Common,
    /// One character, again and again.
    #[error("the password is one character repeated: choose one that is harder to guess")]
    Repeated,
    /// The address or its first part.
    #[error("the password is the e-mail address or a part of it: choose one that is harder to guess")]
    IsEmail,
}

impl Refusal for PasswordError {
    type Code = PasswordErrorCode;
    fn code(&self) -> PasswordErrorCode {
        match self {
            Self::TooShort(_) => PasswordErrorCode::TooShort,
            Self::TooLong(_) => PasswordErrorCode::TooLong,
            Self::Common | Self::Repeated | Self::IsEmail => PasswordErrorCode::TooWeak,
        }
    }
    fn field(&self) -> Option<&'static str> {
        Some("password")
    }
}

impl Password {
    /// Checks a password that is to be set for the account of `email`.
    pub fn check(text: &str, email: &Email) -> Result<Self, PasswordError> {
        let password = Self::attempt(text)?;
        let characters = password.0.chars().count();
        if characters < FEWEST_CHARACTERS {
            return Err(PasswordError::TooShort(characters));
        }
        let lower = password.0.to_lowercase();
        if lower == email.as_str() || lower == email.local_part() {
            return Err(PasswordError::IsEmail);
        }
        if lower.chars().all(|c| lower.starts_with(c)) {
            return Err(PasswordError::Repeated);
        }
        if COMMON.contains(&lower.as_str()) { Err(PasswordError::Common) } else { Ok(password) }
    }

    /// What somebody typed to log in: only its size is checked, because older passwords had other rules.
    pub fn attempt(text: &str) -> Result<Self, PasswordError> {
        // Before normalising, which makes some texts many times longer, and after.
        if text.len() > MOST_BYTES {
            return Err(PasswordError::TooLong(text.len()));
        }
        let normal: String = text.nfkc().collect();
        if normal.len() > MOST_BYTES { Err(PasswordError::TooLong(normal.len())) } else { Ok(Self(normal)) }
    }

    /// What is hashed.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Shows nothing.
impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<Password, PasswordError> {
        Password::check(text, &Email::parse("jo.doe1@example.com").unwrap())
    }

    #[test]
    fn what_is_guessed_first_is_refused() {
        assert!(check("correct horse battery").is_ok());
        assert!(check("        x").is_ok(), "spaces are characters");
        assert!(check("ÄÖÜäöüßé").is_ok(), "characters count, not bytes");
        assert_eq!(check("1234567"), Err(PasswordError::TooShort(7)));
        assert_eq!(check(&"x1".repeat(129)), Err(PasswordError::TooLong(258)));
        assert_eq!(check("PassWord123"), Err(PasswordError::Common));
        assert_eq!(check("zzzzzzzzzz"), Err(PasswordError::Repeated));
        assert_eq!(check("Jo.Doe1@Example.com"), Err(PasswordError::IsEmail));
        assert!(matches!(check("jo.doe1"), Err(PasswordError::TooShort(_))));
        let long_name = Email::parse("jonathan.doe@example.com").unwrap();
        assert_eq!(Password::check("Jonathan.Doe", &long_name), Err(PasswordError::IsEmail));
    }

    #[test]
    fn keyboards_that_compose_differently_log_in_alike() {
        let (composed, decomposed) = (Password::attempt("caf\u{e9}"), Password::attempt("cafe\u{301}"));
        assert_eq!(composed, decomposed);
        assert!(Password::attempt("x").is_ok(), "an older password");
        // One character of three bytes that NFKC makes 33 bytes of.
        assert_eq!(Password::attempt(&"\u{fdfa}".repeat(80)), Err(PasswordError::TooLong(80 * 33)));
        assert_eq!(format!("{:?}", composed.unwrap()), "Password(…)");
    }
}
