//! Members of staff: inviting them, giving them roles, letting them in and out.
use super::{
    Audited, Granter,
    grant::{Ungiven, somebody_manages},
    password::INVITATION,
};
use crate::{
    account::{
        AccountError, Accounts, Moment, Outcome, Token, checks,
        refusal::{Checks, Refused, codes, refused, refused_field},
    },
    mail::{Language, enqueue_mail},
};
use serde_json::{Value, json};
use tradewind_domain::audit::{Change, Subject};
use tradewind_persistence::write::{
    WriteTx,
    staff::{
        StaffMember, end_staff_tokens, insert_staff_member, insert_staff_token, lock_staff, lock_staff_member,
        revoke_staff_sessions, save_staff_member, set_staff_roles, staff_member_by_id, staff_members, staff_roles,
    },
};
use uuid::Uuid;

codes! {
    /// Why a member of staff is not added or changed.
    Code {
        /// There is no such member.
        NotFound = "STAFF_MEMBER_NOT_FOUND",
        /// The e-mail address is empty, too long or does not have the form of one.
        InvalidEmail = "INVALID_EMAIL",
        /// A member has the e-mail address already.
        EmailTaken = "EMAIL_TAKEN",
        /// The name is empty, too long, or has a line break.
        InvalidName = "INVALID_NAME",
        /// There is no such role.
        RoleNotFound = "ROLE_NOT_FOUND",
        /// It would give, or take, what you may not do yourself.
        NotYours = "BEYOND_OWN_PERMISSIONS",
        /// Nobody would be left who may manage staff.
        LastOwner = "LAST_OWNER",
    }
}

type Answer = Result<Outcome<Audited<Uuid>, Code>, AccountError>;

/// A member to invite.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields of a form")]
pub struct NewMember {
    pub email: String,
    pub name: String,
    pub roles: Vec<Uuid>,
}

/// What is to be different; None: it stays.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the fields of a form")]
pub struct MemberChanges {
    pub name: Option<String>,
    pub roles: Option<Vec<Uuid>>,
    pub disabled: Option<bool>,
}

/// What the audit log keeps: never a password.
pub(super) fn kept(member: &StaffMember) -> Value {
    json!({
        "email": member.email,
        "name": member.name,
        "roles": member.roles,
        "disabled": member.disabled_at.is_some(),
    })
}

fn name(text: &str) -> Result<String, (Code, String)> {
    match checks::name(text) {
        Ok(name) if name.is_empty() => Err((Code::InvalidName, "The name is empty: write who it is.".to_owned())),
        other => other.map_err(|why| (Code::InvalidName, why)),
    }
}

fn ungiven(why: Ungiven) -> Vec<Refused<Code>> {
    match why {
        Ungiven::Unknown(place) => refused_field(
            Code::RoleNotFound,
            &format!("roleIds.{place}"),
            "There is no such role: look at `staffRoles`.",
        ),
        Ungiven::TooMuch(place) => refused_field(
            Code::NotYours,
            &format!("roleIds.{place}"),
            "The role may do what you may not: ask an owner.",
        ),
    }
}

/// Checks a new member; the row that would be inserted.
async fn checked(
    tx: &WriteTx,
    input: &NewMember,
    granter: Granter,
    moment: &mut Moment<'_>,
) -> Result<Outcome<StaffMember, Code>, AccountError> {
    let mut checks = Checks::new();
    let email = checks.take("email", checks::email(&input.email).map_err(|why| (Code::InvalidEmail, why)));
    let name = checks.take("name", name(&input.name));
    let roles = staff_roles(tx.into()).await?;
    let mut refusals = checks.refused();
    let permissions = granter.roles(&roles, &input.roles).map_err(|why| refusals.extend(ungiven(why)));
    let (Some(email), Some(name), Ok(permissions)) = (email, name, permissions) else { return Ok(Err(refusals)) };
    Ok(Ok(StaffMember {
        id: moment.id(),
        email: email.as_str().to_owned(),
        name,
        password_hash: None,
        disabled_at: None,
        created_at: moment.now(),
        roles: input.roles.clone(),
        permissions,
    }))
}

/// Adds a member, with a password already or none yet.
pub(super) async fn add(
    tx: &WriteTx,
    input: &NewMember,
    password_hash: Option<String>,
    granter: Granter,
    moment: &mut Moment<'_>,
) -> Result<Outcome<StaffMember, Code>, AccountError> {
    lock_staff(tx).await?;
    let mut member = match checked(tx, input, granter, moment).await? {
        Ok(member) => member,
        Err(refusals) => return Ok(Err(refusals)),
    };
    member.password_hash = password_hash;
    if !insert_staff_member(tx, &member).await? {
        let message = "A member of staff has this e-mail address already: change that one.";
        return Ok(Err(refused_field(Code::EmailTaken, "email", message)));
    }
    set_staff_roles(tx, member.id, &member.roles).await?;
    Ok(Ok(member))
}

/// Adds a member, and mails a link that sets the password.
pub async fn invite(
    accounts: &Accounts,
    tx: &WriteTx,
    input: &NewMember,
    granter: Granter,
    moment: &mut Moment<'_>,
) -> Answer {
    let member = match add(tx, input, None, granter, moment).await? {
        Ok(member) => member,
        Err(refusals) => return Ok(Err(refusals)),
    };
    mail_invitation(accounts, tx, &member, moment).await?;
    let change = Change::created("staffMemberCreate", Subject::StaffMember, member.id, kept(&member));
    Ok(Ok(Audited::new(member.id, change)))
}

/// Mails the invitation once more; the links before it are good no more.
pub async fn invite_again(
    accounts: &Accounts,
    tx: &WriteTx,
    id: Uuid,
    granter: Granter,
    moment: &mut Moment<'_>,
) -> Answer {
    let member = match changeable(tx, id, granter).await? {
        Ok(member) => member,
        Err(refusals) => return Ok(Err(refusals)),
    };
    end_staff_tokens(tx, id, moment.now()).await?;
    mail_invitation(accounts, tx, &member, moment).await?;
    let change = Change::updated("staffMemberInviteAgain", Subject::StaffMember, id, json!({}), json!({}));
    Ok(Ok(Audited::new(id, change)))
}

async fn mail_invitation(
    accounts: &Accounts,
    tx: &WriteTx,
    member: &StaffMember,
    moment: &mut Moment<'_>,
) -> Result<(), AccountError> {
    let (token, now) = (Token::new(moment), moment.now());
    insert_staff_token(tx, (moment.id(), token.hash()), member.id, now, now + INVITATION).await?;
    let life = INVITATION.to_std().unwrap_or_default();
    let letter = accounts.post.staff_invitation(Language::English, &member.email, token.expose(), life)?;
    Ok(enqueue_mail(tx, moment.id(), None, &letter, now).await?)
}

/// The member, locked, whom the granter may change.
async fn changeable(tx: &WriteTx, id: Uuid, granter: Granter) -> Result<Outcome<StaffMember, Code>, AccountError> {
    let Some(member) = lock_staff_member(tx, id).await? else {
        let message = "There is no such member: look at `staffMembers`.";
        return Ok(Err(refused_field(Code::NotFound, "id", message)));
    };
    if !granter.may_give(member.permissions) {
        let message = "The member may do what you may not: ask an owner.";
        return Ok(Err(refused_field(Code::NotYours, "id", message)));
    }
    Ok(Ok(member))
}

/// Changes a member. Who is disabled is logged out everywhere, and API keys that they made do nothing meanwhile.
pub async fn update(
    tx: &WriteTx,
    id: Uuid,
    changes: &MemberChanges,
    granter: Granter,
    moment: &mut Moment<'_>,
) -> Answer {
    lock_staff(tx).await?;
    let before = match changeable(tx, id, granter).await? {
        Ok(member) => member,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let (mut after, mut refusals, now) = (before.clone(), Vec::new(), moment.now());
    if let Some(text) = &changes.name {
        let mut checks = Checks::new();
        after.name = checks.take("name", name(text)).unwrap_or_default();
        refusals.extend(checks.refused());
    }
    if let Some(roles) = &changes.roles {
        let known = staff_roles(tx.into()).await?;
        match granter.roles(&known, roles) {
            Ok(permissions) => (after.roles, after.permissions) = (roles.clone(), permissions),
            Err(why) => refusals.extend(ungiven(why)),
        }
    }
    if let Some(disabled) = changes.disabled {
        after.disabled_at = disabled.then(|| before.disabled_at.unwrap_or(now));
    }
    if !refusals.is_empty() {
        return Ok(Err(refusals));
    }
    save_staff_member(tx, &after, now).await?;
    if changes.roles.is_some() {
        set_staff_roles(tx, id, &after.roles).await?;
    }
    if after.disabled_at.is_some() {
        revoke_staff_sessions(tx, id, None, now).await?;
        end_staff_tokens(tx, id, now).await?;
    }
    if !somebody_manages(&staff_members(tx.into()).await?) {
        let message = "Nobody would be left who may manage staff: give somebody else the role first.";
        return Ok(Err(refused(Code::LastOwner, message)));
    }
    let after = staff_member_by_id(tx.into(), id).await?.unwrap_or(after);
    let change = Change::updated("staffMemberUpdate", Subject::StaffMember, id, kept(&before), kept(&after));
    Ok(Ok(Audited::new(id, change)))
}
