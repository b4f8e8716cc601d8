//! A new password for who forgot the old one, by a link in a mail.
use super::{
    AccountError, Accounts, Client, Moment, Outcome, Token, checks,
    password_change::set_password,
    refusal::{codes, refused, refused_field, too_many},
    register::Accepted,
    throttle::Action,
};
use crate::mail::Language;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tradewind_domain::{email::Email, password::PasswordErrorCode};
use tradewind_persistence::write::{
    Ending, Purpose, WriteTx, account_by_id, lock_account, lock_account_by_email, owner_of_token, use_token,
};
use uuid::Uuid;

codes! {
    /// Why no link is sent.
    RequestCode {
        /// The e-mail address is empty, too long or does not have the form of one.
        InvalidEmail = "INVALID_EMAIL",
        /// Too many mails were asked for, from this address or for this e-mail address.
        TooManyAttempts = "TOO_MANY_ATTEMPTS",
    }
}

/// Who wants a link.
#[derive(Debug)]
pub struct Request {
    email: Email,
    language: Language,
}

/// Checks the address and counts the attempt.
pub async fn prepare_request(
    accounts: &Accounts,
    email: &str,
    client: &Client,
) -> Result<Outcome<Request, RequestCode>, AccountError> {
    let email = match checks::email(email) {
        Ok(email) => email,
        Err(why) => return Ok(Err(refused_field(RequestCode::InvalidEmail, "email", &why))),
    };
    if let Err(after) = accounts.throttle.admit(Action::Mail, email.as_str(), client.address).await {
        return Ok(Err(too_many(RequestCode::TooManyAttempts, after)));
    }
    Ok(Ok(Request { email, language: Language::of(&client.locale) }))
}

/// Mails a link where the address has an account; answers the same where not, after as many statements.
pub async fn request(
    accounts: &Accounts,
    tx: &WriteTx,
    request: &Request,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Accepted, RequestCode>, AccountError> {
    let account = lock_account_by_email(tx, request.email.as_str()).await?;
    let id = account.filter(|account| account.disabled_at.is_none()).map_or(Uuid::nil(), |account| account.id);
    let (token, purpose) = (Token::new(moment), Purpose::ResetPassword);
    accounts.issue(tx, purpose, id, "", &token, moment).await?;
    let message =
        accounts.post.reset_password(request.language, request.email.as_str(), token.expose(), accounts.life(purpose));
    accounts.mail(tx, id, message, moment).await?;
    Ok(Ok(Accepted))
}

codes! {
    /// Why no password is set.
    Code {
        /// The token is unknown, was used, or has expired: ask for a new link.
        InvalidToken = "INVALID_TOKEN",
        /// The password has fewer than 8 characters.
        PasswordTooShort = "PASSWORD_TOO_SHORT",
        /// The password has more than 256 bytes.
        PasswordTooLong = "PASSWORD_TOO_LONG",
        /// The password is widely used, one character repeated, or made of the e-mail address.
        PasswordTooWeak = "PASSWORD_TOO_WEAK",
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

/// A password that was set. Everybody was logged out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reset {
    /// Whose.
    pub customer_id: Uuid,
}

/// A new password, hashed.
#[derive(Debug)]
pub struct Prepared {
    token_hash: String,
    password_hash: String,
    language: Language,
}

/// Checks the token and the password, and hashes it: without a token that is good nothing is computed.
pub async fn prepare(
    accounts: &Accounts,
    token: &Token,
    password: &SecretString,
    client: &Client,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Prepared, Code>, AccountError> {
    let (conn, token_hash) = ((&accounts.db).into(), token.hash());
    let owner = owner_of_token(conn, &token_hash, Purpose::ResetPassword, moment.now()).await?;
    let account = match owner {
        Some(id) => account_by_id(conn, id).await?,
        None => None,
    };
    let Some(account) = account else { return invalid() };
    let password = match checks::new_password(password, &checks::email_of(&account.email)?) {
        Ok(password) => password,
        Err((code, why)) => return Ok(Err(refused_field(Code::from(code), "password", &why))),
    };
    let password_hash = accounts.hasher.hash(&password, moment.bytes()).await?;
    Ok(Ok(Prepared { token_hash, password_hash, language: Language::of(&client.locale) }))
}

fn invalid<T>() -> Result<Outcome<T, Code>, AccountError> {
    Ok(Err(refused(Code::InvalidToken, "The link is not good any more: ask for a new one.")))
}

/// Sets the password, ends every session and every other link, and tells the owner. The address is confirmed by it: the
/// link was mailed there.
pub async fn apply(
    accounts: &Accounts,
    tx: &WriteTx,
    prepared: &Prepared,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Reset, Code>, AccountError> {
    let (hash, purpose, now) = (&prepared.token_hash, Purpose::ResetPassword, moment.now());
    let Some(id) = owner_of_token(tx.into(), hash, purpose, now).await? else { return invalid() };
    let account = lock_account(tx, id).await?.filter(|account| account.disabled_at.is_none());
    let (Some(mut account), Some(_)) = (account, use_token(tx, hash, purpose, now).await?) else { return invalid() };
    account.email_verified_at.get_or_insert(now);
    account.password_hash = Some(prepared.password_hash.clone());
    set_password(accounts, tx, account, Ending::All, prepared.language, moment).await?;
    Ok(Ok(Reset { customer_id: id }))
}
