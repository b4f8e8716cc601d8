//! API keys: how programs change the shop.
use super::{Audited, Granter, secret};
use crate::account::{
    AccountError, Moment, Outcome, Token, checks,
    refusal::{codes, refused_field},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tradewind_domain::{
    audit::{Change, Subject},
    staff::{Area, Permissions},
};
use tradewind_persistence::write::{
    WriteTx,
    staff::{ApiKey, insert_api_key, lock_api_key, revoke_api_key},
};
use uuid::Uuid;

codes! {
    /// Why an API key is not made or ended.
    Code {
        /// There is no such key.
        NotFound = "API_KEY_NOT_FOUND",
        /// The name is empty, too long, or has a line break.
        InvalidName = "INVALID_NAME",
        /// A key needs something that it may do.
        NoScopes = "NO_SCOPES",
        /// It would give what you may not do yourself.
        NotYours = "BEYOND_OWN_PERMISSIONS",
        /// Keys cannot manage staff, nor make keys: a person must.
        StaffScope = "STAFF_SCOPE",
        /// It would have ended already.
        InvalidExpiry = "INVALID_EXPIRY",
    }
}

/// A key to make.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// For people.
    pub name: String,
    /// What it may do.
    pub scopes: Permissions,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key, with its secret, which is shown once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MadeKey {
    /// Row id.
    pub id: Uuid,
    /// To be sent as `Authorization: Bearer …`.
    pub secret: Token,
}

fn kept(key: &ApiKey) -> Value {
    json!({
        "name": key.name,
        "lastFour": key.last_four,
        "scopes": key.scopes,
        "expiresAt": key.expires_at,
        "revoked": key.revoked_at.is_some(),
    })
}

/// Makes a key in the name of a member.
pub async fn create(
    tx: &WriteTx,
    input: &NewKey,
    member: Uuid,
    granter: Granter,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Audited<MadeKey>, Code>, AccountError> {
    let name = match checks::name(&input.name) {
        Ok(name) if name.is_empty() => return refuse(Code::InvalidName, "name", "The name is empty: say who uses it."),
        Ok(name) => name,
        Err(why) => return refuse(Code::InvalidName, "name", &why),
    };
    if input.scopes == Permissions::NONE {
        return refuse(Code::NoScopes, "scopes", "The key may do nothing: give it the scopes that its program needs.");
    }
    if input.scopes.iter().any(|permission| permission.area == Area::Staff) {
        return refuse(
            Code::StaffScope,
            "scopes",
            "A key cannot manage staff, nor make keys: leave out the scopes of staff.",
        );
    }
    if !granter.may_give(input.scopes) {
        return refuse(Code::NotYours, "scopes", "These are permissions that you do not have: ask an owner.");
    }
    if input.expires_at.is_some_and(|at| at <= moment.now()) {
        return refuse(Code::InvalidExpiry, "expiresAt", "The time is over already: choose a later one, or none.");
    }
    let secret = secret::api_key(moment);
    let text = secret.expose();
    let key = ApiKey {
        id: moment.id(),
        name,
        last_four: text.chars().skip(text.len().saturating_sub(4)).collect(),
        scopes: input.scopes,
        created_by: member,
        created_at: moment.now(),
        expires_at: input.expires_at,
        revoked_at: None,
    };
    insert_api_key(tx, &key, secret.hash()).await?;
    let change = Change::created("apiKeyCreate", Subject::ApiKey, key.id, kept(&key));
    Ok(Ok(Audited::new(MadeKey { id: key.id, secret }, change)))
}

fn refuse<T>(code: Code, field: &str, message: &str) -> Result<Outcome<T, Code>, AccountError> {
    Ok(Err(refused_field(code, field, message)))
}

/// Ends a key; one that has ended stays so.
pub async fn revoke(
    tx: &WriteTx,
    id: Uuid,
    granter: Granter,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Audited<Uuid>, Code>, AccountError> {
    let Some(before) = lock_api_key(tx, id).await? else {
        return refuse(Code::NotFound, "id", "There is no such key: look at `apiKeys`.");
    };
    if !granter.may_give(before.scopes) {
        return refuse(Code::NotYours, "id", "The key may do what you may not: ask an owner.");
    }
    if before.revoked_at.is_some() {
        return Ok(Ok(Audited::unchanged(id)));
    }
    revoke_api_key(tx, id, moment.now()).await?;
    let after = ApiKey { revoked_at: Some(moment.now()), ..before.clone() };
    Ok(Ok(Audited::new(id, Change::updated("apiKeyRevoke", Subject::ApiKey, id, kept(&before), kept(&after)))))
}
