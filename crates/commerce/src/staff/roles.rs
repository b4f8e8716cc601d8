//! Roles of the shop's own.
use super::{Audited, Granter, grant::somebody_manages};
use crate::account::{
    AccountError, Moment, Outcome, checks,
    refusal::{codes, refused, refused_field},
};
use serde_json::{Value, json};
use tradewind_domain::{
    audit::{Change, Subject},
    staff::Permissions,
};
use tradewind_persistence::write::{
    WriteTx,
    staff::{StaffRole, delete_staff_role, lock_staff, save_staff_role, staff_members, staff_roles},
};
use uuid::Uuid;

codes! {
    /// Why a role is not changed.
    Code {
        /// There is no such role.
        NotFound = "ROLE_NOT_FOUND",
        /// The name is empty, too long, or has a line break.
        InvalidName = "INVALID_NAME",
        /// Another role has the name.
        NameTaken = "NAME_TAKEN",
        /// Every shop has the role as it is.
        BuiltIn = "ROLE_BUILT_IN",
        /// Members have the role: take it from them first.
        InUse = "ROLE_IN_USE",
        /// It would give, or take, what you may not do yourself.
        NotYours = "BEYOND_OWN_PERMISSIONS",
        /// Nobody would be left who may manage staff.
        LastOwner = "LAST_OWNER",
    }
}

type Answer = Result<Outcome<Audited<Uuid>, Code>, AccountError>;

fn kept(role: &StaffRole) -> Value {
    json!({ "name": role.name, "permissions": role.permissions })
}

/// Makes a role, or changes the one with the id; None of a text or of permissions: they stay.
pub async fn save(
    tx: &WriteTx,
    id: Option<Uuid>,
    name: Option<&str>,
    permissions: Option<Permissions>,
    granter: Granter,
    moment: &mut Moment<'_>,
) -> Answer {
    lock_staff(tx).await?;
    let roles = staff_roles(tx.into()).await?;
    let before = match id.map(|id| find(&roles, id, granter)) {
        Some(Ok(role)) => Some(role.clone()),
        Some(Err(refusals)) => return Ok(Err(refusals)),
        None => None,
    };
    let permissions = permissions.or(before.as_ref().map(|role| role.permissions)).unwrap_or_default();
    if !granter.may_give(permissions) {
        let message = "These are permissions that you do not have: ask an owner.";
        return Ok(Err(refused_field(Code::NotYours, "permissions", message)));
    }
    let name = match name.map(checks::name) {
        None => before.as_ref().map(|role| role.name.clone()).unwrap_or_default(),
        Some(Ok(name)) => name,
        Some(Err(why)) => return Ok(Err(refused_field(Code::InvalidName, "name", &why))),
    };
    if name.is_empty() {
        return Ok(Err(refused_field(Code::InvalidName, "name", "The name is empty: say what the role is for.")));
    }
    let role = StaffRole { id: id.unwrap_or_else(|| moment.id()), name, built_in: None, permissions };
    let same = |other: &StaffRole| other.id != role.id && other.name.to_lowercase() == role.name.to_lowercase();
    if roles.iter().any(same) {
        return Ok(Err(refused_field(Code::NameTaken, "name", "Another role has this name: choose another one.")));
    }
    save_staff_role(tx, &role, moment.now()).await?;
    if !somebody_manages(&staff_members(tx.into()).await?) {
        return Ok(Err(refused(Code::LastOwner, "Nobody would be left who may manage staff.")));
    }
    let change = match before {
        None => Change::created("staffRoleCreate", Subject::Role, role.id, kept(&role)),
        Some(before) => Change::updated("staffRoleUpdate", Subject::Role, role.id, kept(&before), kept(&role)),
    };
    Ok(Ok(Audited::new(role.id, change)))
}

/// The role of the id that may be changed.
fn find(roles: &[StaffRole], id: Uuid, granter: Granter) -> Outcome<&StaffRole, Code> {
    let Some(role) = roles.iter().find(|role| role.id == id) else {
        return Err(refused_field(Code::NotFound, "id", "There is no such role: look at `staffRoles`."));
    };
    if role.built_in.is_some() {
        return Err(refused_field(Code::BuiltIn, "id", "Every shop has this role as it is: make one of your own."));
    }
    if !granter.may_give(role.permissions) {
        return Err(refused_field(Code::NotYours, "id", "The role may do what you may not: ask an owner."));
    }
    Ok(role)
}

/// Deletes a role that nobody has.
pub async fn delete(tx: &WriteTx, id: Uuid, granter: Granter) -> Answer {
    lock_staff(tx).await?;
    let roles = staff_roles(tx.into()).await?;
    let role = match find(&roles, id, granter) {
        Ok(role) => role,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let with_it = staff_members(tx.into()).await?.iter().filter(|member| member.roles.contains(&id)).count();
    if with_it > 0 {
        let message = format!("{with_it} members have the role: take it from them first.");
        return Ok(Err(refused_field(Code::InUse, "id", &message)));
    }
    delete_staff_role(tx, id).await?;
    Ok(Ok(Audited::new(id, Change::deleted("staffRoleDelete", Subject::Role, id, kept(role)))))
}
