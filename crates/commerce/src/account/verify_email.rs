//! Confirming the address of an account, and asking for the link again.
use super::{
    AccountError, Accounts, Client, Moment, Outcome, Token, checks,
    refusal::{codes, refused, refused_field, too_many},
    register::Accepted,
    throttle::Action,
};
use crate::mail::Language;
use serde::{Deserialize, Serialize};
use tradewind_domain::email::Email;
use tradewind_persistence::write::{
    Purpose, WriteTx, end_tokens, lock_account, lock_account_by_email, owner_of_token, save_account, use_token,
};
use uuid::Uuid;

codes! {
    /// Why an address is not confirmed.
    Code {
        /// The token is unknown, was used, or has expired: ask for a new link.
        InvalidToken = "INVALID_TOKEN",
    }
}

/// An account whose address is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// Whose.
    pub customer_id: Uuid,
}

/// Confirms the address that the token was mailed to. It logs nobody in: the link proves who reads the mail, not who
/// chose the password.
pub async fn confirm(
    _: &Accounts,
    tx: &WriteTx,
    token: &Token,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Verified, Code>, AccountError> {
    let (hash, purpose, now) = (token.hash(), Purpose::VerifyEmail, moment.now());
    let invalid = || Ok(Err(refused(Code::InvalidToken, "The link is not good any more: ask for a new one.")));
    let Some(id) = owner_of_token(tx.into(), &hash, purpose, now).await? else { return invalid() };
    let account = lock_account(tx, id).await?.filter(|account| account.disabled_at.is_none());
    let (Some(mut account), Some(_)) = (account, use_token(tx, &hash, purpose, now).await?) else { return invalid() };
    account.email_verified_at.get_or_insert(now);
    account.version += 1;
    account.updated_at = now;
    save_account(tx, &account).await?;
    end_tokens(tx, id, &[purpose], now).await?;
    Ok(Ok(Verified { customer_id: id }))
}

codes! {
    /// Why a link is not sent again.
    ResendCode {
        /// The e-mail address is empty, too long or does not have the form of one.
        InvalidEmail = "INVALID_EMAIL",
        /// Too many mails were asked for, from this address or for this e-mail address.
        TooManyAttempts = "TOO_MANY_ATTEMPTS",
    }
}

/// Who wants the link again.
#[derive(Debug)]
pub struct Resend {
    email: Email,
    language: Language,
}

/// Checks the address and counts the attempt.
pub async fn prepare_resend(
    accounts: &Accounts,
    email: &str,
    client: &Client,
) -> Result<Outcome<Resend, ResendCode>, AccountError> {
    let email = match checks::email(email) {
        Ok(email) => email,
        Err(why) => return Ok(Err(refused_field(ResendCode::InvalidEmail, "email", &why))),
    };
    if let Err(after) = accounts.throttle.admit(Action::Mail, email.as_str(), client.address).await {
        return Ok(Err(too_many(ResendCode::TooManyAttempts, after)));
    }
    Ok(Ok(Resend { email, language: Language::of(&client.locale) }))
}

/// Mails a new link where the address has an account and is not confirmed; answers the same where not, after as many
/// statements.
pub async fn resend(
    accounts: &Accounts,
    tx: &WriteTx,
    resend: &Resend,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Accepted, ResendCode>, AccountError> {
    let account = lock_account_by_email(tx, resend.email.as_str()).await?;
    let waits = account.filter(|account| account.email_verified_at.is_none() && account.disabled_at.is_none());
    // Who has no password set none: the link to set one is what helps.
    let id = waits.filter(|account| account.password_hash.is_some()).map_or(Uuid::nil(), |account| account.id);
    let (token, purpose) = (Token::new(moment), Purpose::VerifyEmail);
    accounts.issue(tx, purpose, id, "", &token, moment).await?;
    let message =
        accounts.post.verify_email(resend.language, resend.email.as_str(), token.expose(), accounts.life(purpose));
    accounts.mail(tx, id, message, moment).await?;
    Ok(Ok(Accepted))
}
