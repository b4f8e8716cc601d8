//! Logging in and out, for members of staff.
use super::secret;
use crate::account::{
    AccountError, Accounts, Client, Moment, Outcome, Token, checks,
    refusal::{Refused, codes, refused, too_many},
    throttle::Action,
};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tradewind_persistence::write::{
    WriteTx,
    staff::{
        StaffMember, StaffSession, insert_staff_session, lock_staff_member, revoke_staff_session, save_staff_member,
        staff_member_by_email,
    },
};
use uuid::Uuid;

/// A working day: staff can do more harm than a customer, and log in again in the morning.
const LIFE: TimeDelta = TimeDelta::hours(12);

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
        /// The e-mail address or the password is wrong, or the member was disabled.
        InvalidCredentials = "INVALID_CREDENTIALS",
        /// There were too many attempts, from this address or for this e-mail address.
        TooManyAttempts = "TOO_MANY_ATTEMPTS",
    }
}

/// A new session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StaffLoggedIn {
    /// Who.
    pub member_id: Uuid,
    /// What the client sends from now on.
    pub token: Token,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// A password that was right.
#[derive(Debug)]
pub struct Prepared {
    member_id: Uuid,
    password_hash: String,
    rehashed: Option<String>,
    user_agent: String,
}

/// Under which attempts are counted: apart from those for a customer of the same address.
pub(super) fn throttled(email: &str) -> String {
    format!("staff:{email}")
}

/// Counts the attempt and verifies the password. An unknown address costs the same work.
pub async fn prepare(
    accounts: &Accounts,
    input: &Input,
    client: &Client,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Prepared, Code>, AccountError> {
    let (Ok(email), Some(password)) = (checks::email(&input.email), checks::tried_password(&input.password)) else {
        return Ok(Err(invalid()));
    };
    let who = throttled(email.as_str());
    if let Err(after) = accounts.throttle.admit(Action::Password, &who, client.address).await {
        return Ok(Err(too_many(Code::TooManyAttempts, after)));
    }
    let member = staff_member_by_email((&accounts.db).into(), email.as_str()).await?.filter(may_log_in);
    let hash = member.as_ref().and_then(|member| member.password_hash.as_deref());
    let is_right = accounts.hasher.verify(&password, hash).await?;
    let Some(StaffMember { id: member_id, password_hash: Some(password_hash), .. }) = member.filter(|_| is_right)
    else {
        return Ok(Err(invalid()));
    };
    let rehashed = match accounts.hasher.is_outdated(&password_hash) {
        true => Some(accounts.hasher.hash(&password, moment.bytes()).await?),
        false => None,
    };
    Ok(Ok(Prepared { member_id, password_hash, rehashed, user_agent: client.kept_user_agent() }))
}

pub(super) fn may_log_in(member: &StaffMember) -> bool {
    member.disabled_at.is_none()
}

fn invalid() -> Vec<Refused<Code>> {
    refused(
        Code::InvalidCredentials,
        "The e-mail address or the password is wrong, or you were disabled: ask an owner.",
    )
}

/// Begins a session, unless the password was changed or the member disabled since it was verified.
pub async fn apply(
    tx: &WriteTx,
    prepared: &Prepared,
    moment: &mut Moment<'_>,
) -> Result<Outcome<StaffLoggedIn, Code>, AccountError> {
    let member = lock_staff_member(tx, prepared.member_id).await?.filter(may_log_in);
    let same = |member: &StaffMember| member.password_hash.as_ref() == Some(&prepared.password_hash);
    let Some(mut member) = member.filter(same) else { return Ok(Err(invalid())) };
    let (token, now) = (secret::session(moment), moment.now());
    let session = StaffSession {
        id: moment.id(),
        token_hash: token.hash(),
        member_id: member.id,
        created_at: now,
        expires_at: now + LIFE,
        user_agent: prepared.user_agent.clone(),
    };
    insert_staff_session(tx, &session).await?;
    if let Some(hash) = &prepared.rehashed {
        member.password_hash = Some(hash.clone());
        save_staff_member(tx, &member, now).await?;
    }
    Ok(Ok(StaffLoggedIn { member_id: member.id, token, expires_at: session.expires_at }))
}

/// Ends the session; whether it lived.
pub async fn log_out(tx: &WriteTx, session: Uuid, moment: &mut Moment<'_>) -> Result<bool, AccountError> {
    Ok(revoke_staff_session(tx, session, moment.now()).await?)
}
