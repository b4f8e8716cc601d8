//! Logging in. One refusal for everything that can be wrong, after the same work.
use super::{
    AccountError, Accounts, Client, Moment, Outcome, Token, checks,
    refusal::{Refused, codes, refused, too_many},
    throttle::Action,
};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tradewind_persistence::write::{
    Account, Session, WriteTx, account_by_email, insert_session, lock_account, save_account,
};
use uuid::Uuid;

/// What somebody filled in.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields of a form")]
pub struct Input {
    pub email: String,
    pub password: SecretString,
}

codes! {
    /// Why nobody is logged in.
    Code {
        /// The e-mail address or the password is wrong, or the address was not confirmed yet.
        InvalidCredentials = "INVALID_CREDENTIALS",
        /// There were too many attempts, from this address or for this e-mail address.
        TooManyAttempts = "TOO_MANY_ATTEMPTS",
    }
}

/// A new session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoggedIn {
    /// Who.
    pub customer_id: Uuid,
    /// The session, for the list of devices.
    pub session_id: Uuid,
    /// What the client sends from now on.
    pub token: Token,
    /// When the token ends unless it is refreshed.
    pub expires_at: DateTime<Utc>,
}

/// A password that was right.
#[derive(Debug)]
pub struct Prepared {
    customer_id: Uuid,
    /// The hash that it was compared with.
    password_hash: String,
    /// The hash to keep from now on, where the costs were changed.
    rehashed: Option<String>,
    user_agent: String,
    label: String,
}

/// Counts the attempt and verifies the password. An unknown address costs the same work.
pub async fn prepare(
    accounts: &Accounts,
    input: &Input,
    client: &Client,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Prepared, Code>, AccountError> {
    // What cannot be an address or a password is nobody's.
    let (Ok(email), Some(password)) = (checks::email(&input.email), checks::tried_password(&input.password)) else {
        return Ok(Err(invalid()));
    };
    if let Err(after) = accounts.throttle.admit(Action::Password, email.as_str(), client.address).await {
        return Ok(Err(too_many(Code::TooManyAttempts, after)));
    }
    let account = account_by_email((&accounts.db).into(), email.as_str()).await?.filter(may_log_in);
    let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
    let is_right = accounts.hasher.verify(&password, hash).await?;
    let (true, Some(account)) = (is_right, account) else { return Ok(Err(invalid())) };
    let password_hash = account.password_hash.unwrap_or_default();
    let rehashed = match accounts.hasher.is_outdated(&password_hash) {
        true => Some(accounts.hasher.hash(&password, moment.bytes()).await?),
        false => None,
    };
    let (user_agent, label) = (client.kept_user_agent(), client.kept_label());
    Ok(Ok(Prepared { customer_id: account.id, password_hash, rehashed, user_agent, label }))
}

/// Were it enough to know the password, registering an address and logging in would tell whether it had an account.
fn may_log_in(account: &Account) -> bool {
    account.email_verified_at.is_some() && account.disabled_at.is_none()
}

fn invalid() -> Vec<Refused<Code>> {
    refused(
        Code::InvalidCredentials,
        "The e-mail address or the password is wrong, or the address is not confirmed yet: look for our mail.",
    )
}

/// Begins a session, unless the password was changed or the account disabled since it was verified.
pub async fn apply(
    accounts: &Accounts,
    tx: &WriteTx,
    prepared: &Prepared,
    moment: &mut Moment<'_>,
) -> Result<Outcome<LoggedIn, Code>, AccountError> {
    let account = lock_account(tx, prepared.customer_id).await?.filter(may_log_in);
    let same = |account: &Account| account.password_hash.as_ref() == Some(&prepared.password_hash);
    let Some(mut account) = account.filter(same) else { return Ok(Err(invalid())) };
    let token = Token::new(moment);
    let session = Session {
        id: moment.id(),
        token_hash: token.hash(),
        customer_id: account.id,
        created_at: moment.now(),
        expires_at: moment.now() + accounts.config.session_life.min(accounts.config.session_longest),
        revoked_at: None,
        user_agent: prepared.user_agent.clone(),
        label: prepared.label.clone(),
    };
    insert_session(tx, &session).await?;
    if let Some(hash) = &prepared.rehashed {
        account.password_hash = Some(hash.clone());
        save_account(tx, &account).await?;
    }
    let Session { id, expires_at, .. } = session;
    Ok(Ok(LoggedIn { customer_id: account.id, session_id: id, token, expires_at }))
}
