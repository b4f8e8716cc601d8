//! Members of staff that are made at the machine: the first owner, and whoever locked themselves out.
use super::{
    Actor, Granter, keep_changes,
    members::{self, Code, NewMember, kept},
};
use crate::account::{
    AccountError, Accounts, Moment, Outcome, Token, checks,
    refusal::{Checks, refused_field},
};
use secrecy::SecretString;
use serde_json::json;
use tradewind_domain::{
    audit::{Change, Subject},
    email::Email,
    staff::BuiltInRole,
};
use tradewind_persistence::write::staff::{
    end_staff_tokens, lock_staff_member, revoke_staff_sessions, save_staff_member, staff_member_by_email, staff_roles,
};
use uuid::Uuid;

/// A member whom a command makes, or gives a new password.
#[derive(Clone, Debug)]
pub struct CommandMember {
    /// The address to log in with.
    pub email: String,
    /// For people; of a member who is there already, unused.
    pub name: String,
    /// The role of a new member.
    pub role: BuiltInRole,
    /// None: one is made.
    pub password: Option<SecretString>,
}

/// What a command made.
#[derive(Clone, Debug)]
pub struct MadeMember {
    /// Row id.
    pub id: Uuid,
    /// The password, where the command chose it; it is shown once.
    pub password: Option<Token>,
}

/// The address, the hash of the password, and the password where it is made here.
async fn hashed(
    accounts: &Accounts,
    input: &CommandMember,
    moment: &mut Moment<'_>,
) -> Result<Outcome<(Email, String, Option<Token>), Code>, AccountError> {
    let mut refusals = Checks::new();
    let email = refusals.take("email", checks::email(&input.email).map_err(|why| (Code::InvalidEmail, why)));
    let Some(email) = email else { return Ok(Err(refusals.refused())) };
    let made = input.password.is_none().then(|| Token::new(moment));
    let chosen = match (&input.password, &made) {
        (Some(password), _) => password.clone(),
        (None, Some(token)) => SecretString::from(token.expose()),
        (None, None) => SecretString::default(),
    };
    match checks::new_password(&chosen, &email) {
        Ok(password) => {
            let hash = accounts.hasher.hash(&password, moment.bytes()).await?;
            Ok(Ok((email, hash, made)))
        }
        Err((_, why)) => Ok(Err(refused_field(Code::InvalidEmail, "password", &why))),
    }
}

/// Adds a member who can log in at once.
pub async fn create(
    accounts: &Accounts,
    input: &CommandMember,
    moment: &mut Moment<'_>,
) -> Result<Outcome<MadeMember, Code>, AccountError> {
    let (_, hash, password) = match hashed(accounts, input, moment).await? {
        Ok(hashed) => hashed,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let tx = accounts.db.begin_write().await?;
    let role = staff_roles((&tx).into()).await?.into_iter().find(|role| role.built_in == Some(input.role));
    let roles = role.map(|role| role.id).into_iter().collect();
    let new = NewMember { email: input.email.clone(), name: input.name.clone(), roles };
    let member = match members::add(&tx, &new, Some(hash), Granter::owner(), moment).await? {
        Ok(member) => member,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let change = Change::created("staff create", Subject::StaffMember, member.id, kept(&member));
    keep_changes(&tx, Actor::Command, vec![change], moment).await?;
    tx.commit().await?;
    Ok(Ok(MadeMember { id: member.id, password }))
}

/// Gives a member another password, lets them in again, and ends their sessions.
pub async fn reset_password(
    accounts: &Accounts,
    input: &CommandMember,
    moment: &mut Moment<'_>,
) -> Result<Outcome<MadeMember, Code>, AccountError> {
    let (email, hash, password) = match hashed(accounts, input, moment).await? {
        Ok(hashed) => hashed,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let tx = accounts.db.begin_write().await?;
    let found = match staff_member_by_email((&tx).into(), email.as_str()).await? {
        Some(member) => lock_staff_member(&tx, member.id).await?,
        None => None,
    };
    let Some(mut member) = found else {
        let message = "No member of staff has this e-mail address: `tradewind staff create` makes one.";
        return Ok(Err(refused_field(Code::NotFound, "email", message)));
    };
    let before = json!({ "disabled": member.disabled_at.is_some() });
    (member.password_hash, member.disabled_at) = (Some(hash), None);
    save_staff_member(&tx, &member, moment.now()).await?;
    revoke_staff_sessions(&tx, member.id, None, moment.now()).await?;
    end_staff_tokens(&tx, member.id, moment.now()).await?;
    let after = json!({ "disabled": false });
    let change = Change::updated("staff reset-password", Subject::StaffMember, member.id, before, after);
    keep_changes(&tx, Actor::Command, vec![change], moment).await?;
    tx.commit().await?;
    Ok(Ok(MadeMember { id: member.id, password }))
}
