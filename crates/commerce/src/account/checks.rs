//! What people type, checked.
use secrecy::{ExposeSecret, SecretString};
use tradewind_domain::{email::Email, phone::Phone};

/// Characters of a password. The longest is far above what anybody types, and keeps nobody from sending megabytes to hash.
const SHORTEST_PASSWORD: usize = 8;
const LONGEST_PASSWORD: usize = 256;
/// Characters of a name.
const LONGEST_NAME: usize = 100;

/// What is wrong with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WeakPassword {
    TooShort,
    TooLong,
    IsTheAddress,
}

impl WeakPassword {
    pub(super) fn message(self) -> String {
        match self {
            Self::TooShort => format!("The password is too short: use at least {SHORTEST_PASSWORD} characters."),
            Self::TooLong => format!("The password is too long: use at most {LONGEST_PASSWORD} characters."),
            Self::IsTheAddress => "The password is the e-mail address: use another one.".to_owned(),
        }
    }
}

/// A new password. As NIST SP 800-63B has it: a length, and no rules about its characters.
pub(super) fn new_password(password: &SecretString, email: Option<&Email>) -> Result<(), WeakPassword> {
    let text = password.expose_secret();
    let is_address = |email: &Email| text.eq_ignore_ascii_case(email.as_str()) || text == email.local_part();
    match text.chars().count() {
        ..SHORTEST_PASSWORD => Err(WeakPassword::TooShort),
        0..=LONGEST_PASSWORD if email.is_some_and(is_address) => Err(WeakPassword::IsTheAddress),
        0..=LONGEST_PASSWORD => Ok(()),
        _ => Err(WeakPassword::TooLong),
    }
}

/// Whether a password is worth hashing: no account can have a longer one.
pub(super) fn may_be_password(password: &SecretString) -> bool {
    // A character has at most four bytes.
    password.expose_secret().len() <= LONGEST_PASSWORD * 4
}

pub(super) fn email(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|error| error.to_string())
}

/// Trimmed; may be empty.
pub(super) fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.chars().count() > LONGEST_NAME {
        return Err(format!("The name is too long: use at most {LONGEST_NAME} characters."));
    }
    if text.chars().any(char::is_control) {
        return Err("The name has a line break or another control character: write it on one line.".to_owned());
    }
    Ok(text.to_owned())
}

/// Empty for none.
pub(super) fn phone(text: &str) -> Result<Option<Phone>, String> {
    match text.trim() {
        "" => Ok(None),
        text => Phone::parse(text).map(Some).map_err(|error| error.to_string()),
    }
}

/// What other shoppers see of a customer who chose nothing else: `Jo D.`
pub(super) fn display_name(given: &str, family: &str) -> String {
    match (given, family.chars().next()) {
        ("", None) => "Customer".to_owned(),
        ("", Some(initial)) => format!("{initial}."),
        (given, None) => given.to_owned(),
        (given, Some(initial)) => format!("{given} {initial}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_have_a_length_and_are_not_the_address() {
        let email = Email::parse("jo.doe.long@shop.example").unwrap();
        let check = |text: &str| new_password(&text.into(), Some(&email));
        assert_eq!(check("1234567"), Err(WeakPassword::TooShort));
        assert_eq!(check("äöüÄÖÜßé"), Ok(()));
        assert_eq!(check(&"x".repeat(256)), Ok(()));
        assert_eq!(check(&"x".repeat(257)), Err(WeakPassword::TooLong));
        for text in ["jo.doe.long", "Jo.Doe.Long@shop.example"] {
            assert_eq!(check(text), Err(WeakPassword::IsTheAddress));
        }
        assert!(may_be_password(&"ß".repeat(256).into()) && !may_be_password(&"x".repeat(1025).into()));
    }

    #[test]
    fn display_names_tell_no_family_name() {
        let names = [("Jo", "Doe"), ("Jo", ""), ("", "Doe"), ("", "")].map(|(g, f)| display_name(g, f));
        assert_eq!(names, ["Jo D.", "Jo", "D.", "Customer"]);
    }
}
