//! What people type, checked.
use super::AccountError;
use secrecy::{ExposeSecret, SecretString};
use tradewind_domain::{
    email::Email,
    password::{Password, PasswordError, PasswordErrorCode},
    phone::Phone,
    refusal::Refusal,
};

/// Characters of a name.
const LONGEST_NAME: usize = 100;

/// A password that is to be set for the account of the address.
pub(crate) fn new_password(password: &SecretString, email: &Email) -> Result<Password, (PasswordErrorCode, String)> {
    let told = |error: PasswordError| (error.code(), error.to_string());
    Password::check(password.expose_secret(), email).map_err(told)
}

/// A password as somebody typed it to prove who they are; None where it can be nobody's.
pub(crate) fn tried_password(password: &SecretString) -> Option<Password> {
    Password::attempt(password.expose_secret()).ok()
}

/// The address of an account, to check a new password with. One that an import wrote may not be readable: then it makes no
/// rule.
pub(crate) fn email_of(account_email: &str) -> Result<Email, AccountError> {
    let nobody = || Email::parse("nobody@example.com");
    Email::parse(account_email).or_else(|_| nobody()).map_err(|error| AccountError::Failed(error.to_string()))
}

pub(crate) fn email(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|error| error.to_string())
}

/// Trimmed; may be empty.
pub(crate) fn name(text: &str) -> Result<String, String> {
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
    fn names_are_one_line() {
        assert_eq!(name("  Jo "), Ok("Jo".to_owned()));
        assert!(name("Jo\nBcc: all").is_err() && name(&"x".repeat(101)).is_err() && name(&"x".repeat(100)).is_ok());
    }

    #[test]
    fn display_names_tell_no_family_name() {
        let names = [("Jo", "Doe"), ("Jo", ""), ("", "Doe"), ("", "")].map(|(g, f)| display_name(g, f));
        assert_eq!(names, ["Jo D.", "Jo", "D.", "Customer"]);
    }
}
