//! Making an account. The answer is the same whether or not the address has one: its owner is told by mail.
use super::{
    AccountError, Accounts, Client, Moment, Outcome, Token, checks,
    refusal::{Checks, codes, too_many},
    throttle::Action,
};
use crate::mail::Language;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tradewind_domain::{email::Email, password::PasswordErrorCode};
use tradewind_persistence::write::{NewAccount, Purpose, WriteTx, end_tokens, insert_account, lock_account_by_email};
use uuid::Uuid;

/// What somebody filled in.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields of a form")]
pub struct Input {
    pub email: String,
    pub password: SecretString,
    pub given_name: String,
    pub family_name: String,
    /// In international form, or empty.
    pub phone: String,
    pub accepts_marketing: bool,
}

codes! {
    /// Why an account is not made.
    Code {
        /// The e-mail address is empty, too long or does not have the form of one.
        InvalidEmail = "INVALID_EMAIL",
        /// The password has fewer than 8 characters.
        PasswordTooShort = "PASSWORD_TOO_SHORT",
        /// The password has more than 256 bytes.
        PasswordTooLong = "PASSWORD_TOO_LONG",
        /// The password is widely used, one character repeated, or made of the e-mail address.
        PasswordTooWeak = "PASSWORD_TOO_WEAK",
        /// A name is too long or has a control character.
        InvalidName = "INVALID_NAME",
        /// The telephone number is not international.
        InvalidPhone = "INVALID_PHONE",
        /// There were too many registrations from this address or for this e-mail address.
        TooManyAttempts = "TOO_MANY_ATTEMPTS",
    }
}

impl From<PasswordErrorCode> for Code {
    fn from(code: PasswordErrorCode) -> Self {
        match code {
            PasswordErrorCode::TooShort => Self::PasswordTooShort,
            PasswordErrorCode::TooLong => Self::PasswordTooLong,
            PasswordErrorCode::TooWeak => Self::PasswordTooWeak,
        }
    }
}

/// Whatever happened: a mail is on its way, to confirm the address or to say that it has an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted;

/// A registration whose password is hashed.
#[derive(Debug)]
pub struct Prepared {
    email: Email,
    new: NewAccount,
    language: Language,
}

/// Checks the input, counts the attempt and hashes the password.
pub async fn prepare(
    accounts: &Accounts,
    input: &Input,
    client: &Client,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Prepared, Code>, AccountError> {
    let mut checks = Checks::new();
    let email = checks.take("email", checks::email(&input.email).map_err(|why| (Code::InvalidEmail, why)));
    let password = email.as_ref().and_then(|email| {
        let checked = checks::new_password(&input.password, email);
        checks.take("password", checked.map_err(|(code, why)| (Code::from(code), why)))
    });
    let given = checks.take("givenName", checks::name(&input.given_name).map_err(|why| (Code::InvalidName, why)));
    let family = checks.take("familyName", checks::name(&input.family_name).map_err(|why| (Code::InvalidName, why)));
    let phone = checks.take("phone", checks::phone(&input.phone).map_err(|why| (Code::InvalidPhone, why)));
    let (Some(email), Some(password), Some(given_name), Some(family_name), Some(phone)) =
        (email, password, given, family, phone)
    else {
        return Ok(Err(checks.refused()));
    };
    if let Err(after) = accounts.throttle.admit(Action::Registration, email.as_str(), client.address).await {
        return Ok(Err(too_many(Code::TooManyAttempts, after)));
    }
    let password_hash = accounts.hasher.hash(&password, moment.bytes()).await?;
    let new = NewAccount {
        id: moment.id(),
        email: email.as_str().to_owned(),
        display_name: checks::display_name(&given_name, &family_name),
        given_name,
        family_name,
        phone: phone.map(String::from).unwrap_or_default(),
        accepts_marketing: input.accepts_marketing,
        password_hash,
        created_at: moment.now(),
    };
    Ok(Ok(Prepared { email, new, language: Language::of(&client.locale) }))
}

/// Makes the account, or leaves that of the address as it is; either way a mail is written, with as many statements.
pub async fn apply(
    accounts: &Accounts,
    tx: &WriteTx,
    prepared: &Prepared,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Accepted, Code>, AccountError> {
    let is_new = insert_account(tx, &prepared.new).await?;
    let account = lock_account_by_email(tx, prepared.email.as_str()).await?;
    // A disabled account gets no mail: nobody has the nil id.
    let id = account.filter(|account| account.disabled_at.is_none()).map_or(Uuid::nil(), |account| account.id);
    // An earlier link would confirm an address together with a password that somebody else may have chosen.
    end_tokens(tx, id, &[Purpose::VerifyEmail], moment.now()).await?;
    let token = Token::new(moment);
    let purpose = if is_new { Purpose::VerifyEmail } else { Purpose::ResetPassword };
    accounts.issue(tx, purpose, id, "", &token, moment).await?;
    let (to, life, post) = (prepared.email.as_str(), accounts.life(purpose), &accounts.post);
    let message = match is_new {
        true => post.verify_email(prepared.language, to, token.expose(), life),
        false => post.known_address(prepared.language, to, token.expose(), life),
    };
    accounts.mail(tx, id, message, moment).await?;
    Ok(Ok(Accepted))
}
