//! Passwords of members of staff: set with a token that was mailed, or changed by who knows the old one.
use super::{Audited, log_in::may_log_in, log_in::throttled};
use crate::{
    account::{
        AccountError, Accounts, Client, Moment, Outcome, Token, checks,
        refusal::{codes, refused, refused_field, too_many},
        throttle::Action,
    },
    mail::{Language, enqueue_mail},
};
use chrono::TimeDelta;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_domain::{
    audit::{Change, Subject},
    password::PasswordErrorCode,
};
use tradewind_persistence::write::{
    WriteTx,
    staff::{
        StaffMember, end_staff_tokens, insert_staff_token, lock_staff_member, owner_of_staff_token,
        revoke_staff_sessions, save_staff_member, staff_member_by_email, staff_member_by_id, use_staff_token,
    },
};
use uuid::Uuid;

/// An invitation: people are on leave.
pub(super) const INVITATION: TimeDelta = TimeDelta::days(7);
/// A link for who forgot the password.
const RESET: TimeDelta = TimeDelta::hours(1);

codes! {
    /// Why no password is set.
    Code {
        /// The token is unknown, was used, or has expired: ask for a new link.
        InvalidToken = "INVALID_TOKEN",
        /// The current password is wrong.
        WrongPassword = "WRONG_PASSWORD",
        /// The password has fewer than 8 characters.
        PasswordTooShort = "PASSWORD_TOO_SHORT",
        /// The password has more than 256 bytes.
        PasswordTooLong = "PASSWORD_TOO_LONG",
        /// The password is widely used, one character repeated, or made of the e-mail address.
        PasswordTooWeak = "PASSWORD_TOO_WEAK",
        /// The e-mail address is empty, too long or does not have the form of one.
        InvalidEmail = "INVALID_EMAIL",
        /// There were too many attempts, from this address or for this member.
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

/// A password that was set. Every other session of the member has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordSet {
    /// Whose.
    pub member_id: Uuid,
}

/// A link is on its way, if the address is a member's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requested;

/// Who wants a link.
#[derive(Debug)]
pub struct Request {
    email: String,
    language: Language,
}

/// Checks the address and counts the attempt.
pub async fn prepare_request(
    accounts: &Accounts,
    email: &str,
    client: &Client,
) -> Result<Outcome<Request, Code>, AccountError> {
    let email = match checks::email(email) {
        Ok(email) => email,
        Err(why) => return Ok(Err(refused_field(Code::InvalidEmail, "email", &why))),
    };
    if let Err(after) = accounts.throttle.admit(Action::Mail, &throttled(email.as_str()), client.address).await {
        return Ok(Err(too_many(Code::TooManyAttempts, after)));
    }
    Ok(Ok(Request { email: email.as_str().to_owned(), language: Language::of(&client.locale) }))
}

/// Mails a link where the address is a member's; answers the same where not.
pub async fn request(
    accounts: &Accounts,
    tx: &WriteTx,
    request: &Request,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Requested, Code>, AccountError> {
    let (token, now, language) = (Token::new(moment), moment.now(), request.language);
    let member = staff_member_by_email(tx.into(), &request.email).await?.filter(may_log_in);
    // As many statements for who is no member: the token belongs to nobody then, and is not stored.
    let member_id = member.as_ref().map_or(Uuid::nil(), |member| member.id);
    insert_staff_token(tx, (moment.id(), token.hash()), member_id, now, now + RESET).await?;
    if member.is_some() {
        let life = RESET.to_std().unwrap_or_default();
        let letter = accounts.post.staff_password(language, &request.email, token.expose(), life)?;
        enqueue_mail(tx, moment.id(), None, &letter, now).await?;
    }
    Ok(Ok(Requested))
}

/// A new password, hashed.
#[derive(Debug)]
pub struct Prepared {
    /// Of the token, or of the password that it replaces.
    proof: Proof,
    password_hash: String,
}

#[derive(Debug)]
enum Proof {
    Token(String),
    Password { member_id: Uuid, session: Uuid, hash: String },
}

/// Checks the token and the password, and hashes it: without a token that is good nothing is computed.
pub async fn prepare_set(
    accounts: &Accounts,
    token: &Token,
    password: &SecretString,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Prepared, Code>, AccountError> {
    let (conn, hash) = ((&accounts.db).into(), token.hash());
    let member = match owner_of_staff_token(conn, &hash, moment.now()).await? {
        Some(id) => staff_member_by_id(conn, id).await?,
        None => None,
    };
    let Some(member) = member else { return Ok(Err(invalid_token())) };
    let password_hash = match hashed(accounts, &member, password, "password", moment).await? {
        Ok(hash) => hash,
        Err(refused) => return Ok(Err(refused)),
    };
    Ok(Ok(Prepared { proof: Proof::Token(hash), password_hash }))
}

/// Who is logged in, and changes their password.
#[derive(Clone, Debug)]
pub struct ChangeInput {
    /// Who.
    pub member_id: Uuid,
    /// The session that asks: the only one that goes on.
    pub session: Uuid,
    /// The old one.
    pub current_password: SecretString,
    /// The one from now on.
    pub new_password: SecretString,
}

/// Counts the attempt, verifies the old password, checks the new one and hashes it.
pub async fn prepare_change(
    accounts: &Accounts,
    input: &ChangeInput,
    client: &Client,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Prepared, Code>, AccountError> {
    let wrong = || refused_field(Code::WrongPassword, "currentPassword", "The password is wrong.");
    let who = throttled(&input.member_id.simple().to_string());
    if let Err(after) = accounts.throttle.admit(Action::Password, &who, client.address).await {
        return Ok(Err(too_many(Code::TooManyAttempts, after)));
    }
    let Some(current) = checks::tried_password(&input.current_password) else { return Ok(Err(wrong())) };
    let member = staff_member_by_id((&accounts.db).into(), input.member_id).await?.filter(may_log_in);
    let hash = member.as_ref().and_then(|member| member.password_hash.clone());
    let is_right = accounts.hasher.verify(&current, hash.as_deref()).await?;
    let (Some(member), Some(hash)) = (member.filter(|_| is_right), hash) else { return Ok(Err(wrong())) };
    let password_hash = match hashed(accounts, &member, &input.new_password, "newPassword", moment).await? {
        Ok(hash) => hash,
        Err(refused) => return Ok(Err(refused)),
    };
    let proof = Proof::Password { member_id: member.id, session: input.session, hash };
    Ok(Ok(Prepared { proof, password_hash }))
}

async fn hashed(
    accounts: &Accounts,
    member: &StaffMember,
    password: &SecretString,
    field: &str,
    moment: &mut Moment<'_>,
) -> Result<Outcome<String, Code>, AccountError> {
    match checks::new_password(password, &checks::email_of(&member.email)?) {
        Ok(password) => Ok(Ok(accounts.hasher.hash(&password, moment.bytes()).await?)),
        Err((code, why)) => Ok(Err(refused_field(Code::from(code), field, &why))),
    }
}

fn invalid_token() -> Vec<crate::account::Refused<Code>> {
    refused(Code::InvalidToken, "The link is not good any more: ask for a new one, or to be invited again.")
}

/// Sets the password, and ends every other session and every link.
pub async fn apply(
    tx: &WriteTx,
    prepared: &Prepared,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Audited<PasswordSet>, Code>, AccountError> {
    let now = moment.now();
    let (id, kept, action) = match &prepared.proof {
        Proof::Token(hash) => match owner_of_staff_token(tx.into(), hash, now).await? {
            Some(id) => (id, None, "staffPasswordSet"),
            None => return Ok(Err(invalid_token())),
        },
        Proof::Password { member_id, session, .. } => (*member_id, Some(*session), "staffPasswordChange"),
    };
    let member = lock_staff_member(tx, id).await?.filter(may_log_in);
    let is_proven = match &prepared.proof {
        Proof::Token(hash) => use_staff_token(tx, hash, now).await? == Some(id),
        Proof::Password { hash, .. } => member.as_ref().is_some_and(|it| it.password_hash.as_ref() == Some(hash)),
    };
    let (Some(mut member), true) = (member, is_proven) else { return Ok(Err(invalid_token())) };
    member.password_hash = Some(prepared.password_hash.clone());
    save_staff_member(tx, &member, now).await?;
    revoke_staff_sessions(tx, id, kept, now).await?;
    end_staff_tokens(tx, id, now).await?;
    let change = Change::updated(action, Subject::StaffMember, id, json!({}), json!({}));
    Ok(Ok(Audited::new(PasswordSet { member_id: id }, change)))
}
