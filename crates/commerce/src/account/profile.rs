//! What a customer says of themselves.
use super::{
    AccountError, Moment, Outcome, checks,
    refusal::{Checks, codes, refused, refused_field},
};
use serde::{Deserialize, Serialize};
use tradewind_persistence::write::{WriteTx, lock_account, save_account};
use uuid::Uuid;

/// What is to be another; None leaves it as it is.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the fields of a form")]
pub struct Input {
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    /// Shown beside reviews.
    pub display_name: Option<String>,
    /// In international form; empty for none.
    pub phone: Option<String>,
    pub accepts_marketing: Option<bool>,
    /// The version that the customer has seen: refused where it is another one by now.
    pub expected_version: Option<i64>,
}

codes! {
    /// Why a profile is not changed.
    Code {
        /// A name is too long, has a control character, or is the empty name of an author.
        InvalidName = "INVALID_NAME",
        /// The telephone number is not international.
        InvalidPhone = "INVALID_PHONE",
        /// The profile was changed since it was read: read it again.
        VersionConflict = "VERSION_CONFLICT",
        /// There is no such account any more.
        NotFound = "NOT_FOUND",
    }
}

/// A profile after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Whose.
    pub customer_id: Uuid,
    /// Goes up with each change.
    pub version: i64,
}

/// Changes a profile.
pub async fn update(
    tx: &WriteTx,
    customer_id: Uuid,
    input: &Input,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Profile, Code>, AccountError> {
    let mut checks = Checks::new();
    let mut name = |field: &str, text: &Option<String>| {
        let text = text.as_deref()?;
        checks.take(field, checks::name(text).map_err(|why| (Code::InvalidName, why)))
    };
    let given_name = name("givenName", &input.given_name);
    let family_name = name("familyName", &input.family_name);
    let display_name = name("displayName", &input.display_name);
    if display_name.as_deref() == Some("") {
        let message = "The name beside reviews is empty: write one, or leave it as it is.";
        return Ok(Err(refused_field(Code::InvalidName, "displayName", message)));
    }
    let phone = input.phone.as_deref();
    let phone =
        phone.and_then(|text| checks.take("phone", checks::phone(text).map_err(|why| (Code::InvalidPhone, why))));
    let wrong = checks.refused();
    if !wrong.is_empty() {
        return Ok(Err(wrong));
    }
    let account = lock_account(tx, customer_id).await?.filter(|account| account.disabled_at.is_none());
    let Some(mut account) = account else {
        return Ok(Err(refused(Code::NotFound, "There is no such account any more.")));
    };
    if input.expected_version.is_some_and(|version| version != account.version) {
        let message = "The profile was changed since it was read: read it again.";
        return Ok(Err(refused_field(Code::VersionConflict, "expectedVersion", message)));
    }
    account.given_name = given_name.unwrap_or(account.given_name);
    account.family_name = family_name.unwrap_or(account.family_name);
    account.display_name = display_name.unwrap_or(account.display_name);
    if let Some(phone) = phone {
        account.phone = phone.map(String::from);
    }
    account.accepts_marketing = input.accepts_marketing.unwrap_or(account.accepts_marketing);
    account.version += 1;
    account.updated_at = moment.now();
    save_account(tx, &account).await?;
    Ok(Ok(Profile { customer_id, version: account.version }))
}
