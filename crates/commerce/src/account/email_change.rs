//! Another e-mail address in two steps: a link to the new one, and a word to the old one.
use super::{
    AccountError, Accounts, Client, Moment, Outcome, Token, checks,
    confirmed::{Confirmed, Unconfirmed, confirm as confirm_password},
    refusal::{codes, refused, refused_field, too_many},
    register::Accepted,
    throttle::Action,
};
use crate::mail::Language;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tradewind_domain::email::Email;
use tradewind_persistence::write::{
    Purpose, WriteTx, account_by_email, end_tokens, lock_account, owner_of_token, save_account, save_account_email,
    use_token,
};
use uuid::Uuid;

/// Who wants which address.
#[derive(Clone, Debug)]
pub struct Input {
    /// Whose account.
    pub customer_id: Uuid,
    /// The password once more.
    pub password: SecretString,
    /// The address from then on.
    pub new_email: String,
}

codes! {
    /// Why no link is sent.
    RequestCode {
        /// The password is wrong.
        WrongPassword = "WRONG_PASSWORD",
        /// The e-mail address is empty, too long or does not have the form of one.
        InvalidEmail = "INVALID_EMAIL",
        /// It is the address of the account already.
        SameEmail = "SAME_EMAIL",
        /// There were too many attempts, from this address, for this account or for this e-mail address.
        TooManyAttempts = "TOO_MANY_ATTEMPTS",
    }
}

impl From<Unconfirmed> for RequestCode {
    fn from(why: Unconfirmed) -> Self {
        match why {
            Unconfirmed::WrongPassword => Self::WrongPassword,
            Unconfirmed::TooManyAttempts => Self::TooManyAttempts,
        }
    }
}

/// The owner wants another address.
#[derive(Debug)]
pub struct Prepared {
    confirmed: Confirmed,
    new_email: Email,
    language: Language,
}

/// Checks the address, counts the attempt and verifies the password.
pub async fn prepare(
    accounts: &Accounts,
    input: &Input,
    client: &Client,
) -> Result<Outcome<Prepared, RequestCode>, AccountError> {
    let new_email = match checks::email(&input.new_email) {
        Ok(email) => email,
        Err(why) => return Ok(Err(refused_field(RequestCode::InvalidEmail, "newEmail", &why))),
    };
    let confirmed = match confirm_password(accounts, input.customer_id, &input.password, "password", client).await? {
        Ok(confirmed) => confirmed,
        Err(refused) => return Ok(Err(refused)),
    };
    if confirmed.email == new_email.as_str() {
        let message = "This is the e-mail address of the account already.";
        return Ok(Err(refused_field(RequestCode::SameEmail, "newEmail", message)));
    }
    if let Err(after) = accounts.throttle.admit(Action::Mail, new_email.as_str(), client.address).await {
        return Ok(Err(too_many(RequestCode::TooManyAttempts, after)));
    }
    Ok(Ok(Prepared { confirmed, new_email, language: Language::of(&client.locale) }))
}

/// Mails a link to the new address and a word to the old one. Where the new one has an account, its owner is told instead;
/// the answer and the number of statements are the same.
pub async fn request(
    accounts: &Accounts,
    tx: &WriteTx,
    prepared: &Prepared,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Accepted, RequestCode>, AccountError> {
    let account = match prepared.confirmed.lock(tx, "password").await? {
        Ok(account) => account,
        Err(refused) => return Ok(Err(refused)),
    };
    let (language, new_email, purpose) = (prepared.language, prepared.new_email.as_str(), Purpose::ChangeEmail);
    let other = account_by_email(tx.into(), new_email).await?;
    let token = Token::new(moment);
    let owner = if other.is_none() { account.id } else { Uuid::nil() };
    accounts.issue(tx, purpose, owner, new_email, &token, moment).await?;
    let (about, message) = match other {
        None => {
            let life = accounts.life(purpose);
            (account.id, accounts.post.confirm_new_email(language, new_email, token.expose(), life))
        }
        Some(other) => {
            let about = if other.disabled_at.is_none() { other.id } else { Uuid::nil() };
            (about, accounts.post.address_wanted(language, new_email))
        }
    };
    accounts.mail(tx, about, message, moment).await?;
    let message = accounts.post.email_change_asked(language, &account.email, new_email);
    accounts.mail(tx, account.id, message, moment).await?;
    Ok(Ok(Accepted))
}

codes! {
    /// Why an account keeps its address.
    Code {
        /// The token is unknown, was used, or has expired: ask for a new link.
        InvalidToken = "INVALID_TOKEN",
        /// Another account has got the address since the link was sent. Only who reads its mail learns this.
        EmailTaken = "EMAIL_TAKEN",
    }
}

/// An account that has another address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Whose.
    pub customer_id: Uuid,
}

/// Takes the address that the token was mailed to, ends every other link, and tells the old address. Sessions go on.
pub async fn confirm(
    accounts: &Accounts,
    tx: &WriteTx,
    token: &Token,
    client: &Client,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Changed, Code>, AccountError> {
    let (hash, purpose, now) = (token.hash(), Purpose::ChangeEmail, moment.now());
    let invalid = || Ok(Err(refused(Code::InvalidToken, "The link is not good any more: ask for a new one.")));
    let Some(id) = owner_of_token(tx.into(), &hash, purpose, now).await? else { return invalid() };
    let account = lock_account(tx, id).await?.filter(|account| account.disabled_at.is_none());
    let used = use_token(tx, &hash, purpose, now).await?;
    let (Some(mut account), Some(new_email)) = (account, used.and_then(|used| used.new_email)) else {
        return invalid();
    };
    if !save_account_email(tx, id, &new_email).await? {
        return Ok(Err(refused(Code::EmailTaken, "Another account has this e-mail address now.")));
    }
    account.email_verified_at = Some(now);
    account.version += 1;
    account.updated_at = now;
    save_account(tx, &account).await?;
    end_tokens(tx, id, &Purpose::EACH, now).await?;
    let message = accounts.post.email_changed(Language::of(&client.locale), &account.email, &new_email);
    accounts.mail(tx, id, message, moment).await?;
    Ok(Ok(Changed { customer_id: id }))
}
