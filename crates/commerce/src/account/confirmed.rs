//! Who is logged in types the password once more: a session may be stolen.
use super::{
    AccountError, Accounts, Client, Outcome, checks,
    refusal::{Refused, refused_field, too_many},
    throttle::Action,
};
use secrecy::SecretString;
use tradewind_persistence::write::{Account, WriteTx, account_by_id, lock_account};
use uuid::Uuid;

/// Why it is not the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unconfirmed {
    WrongPassword,
    TooManyAttempts,
}

/// The owner of an account, as far as the password tells.
#[derive(Clone)]
pub(super) struct Confirmed {
    customer_id: Uuid,
    pub(super) email: String,
    /// The hash that the password was compared with.
    password_hash: String,
}

impl std::fmt::Debug for Confirmed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Confirmed").field("customer_id", &self.customer_id).finish_non_exhaustive()
    }
}

/// Counts the attempt and verifies the password.
pub(super) async fn confirm<C: From<Unconfirmed>>(
    accounts: &Accounts,
    customer_id: Uuid,
    password: &SecretString,
    field: &str,
    client: &Client,
) -> Result<Outcome<Confirmed, C>, AccountError> {
    let account = customer_id.simple().to_string();
    if let Err(after) = accounts.throttle.admit(Action::Password, &account, client.address).await {
        return Ok(Err(too_many(Unconfirmed::TooManyAttempts.into(), after)));
    }
    let Some(password) = checks::tried_password(password) else { return Ok(Err(wrong(field))) };
    let account = account_by_id((&accounts.db).into(), customer_id).await?.filter(is_open);
    let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
    let is_right = accounts.hasher.verify(&password, hash).await?;
    Ok(match account {
        Some(Account { id, email, password_hash: Some(password_hash), .. }) if is_right => {
            Ok(Confirmed { customer_id: id, email, password_hash })
        }
        _ => Err(wrong(field)),
    })
}

fn is_open(account: &Account) -> bool {
    account.disabled_at.is_none()
}

fn wrong<C: From<Unconfirmed>>(field: &str) -> Vec<Refused<C>> {
    refused_field(Unconfirmed::WrongPassword.into(), field, "The password is wrong.")
}

impl Confirmed {
    /// The account, locked, unless its password was changed since.
    pub(super) async fn lock<C: From<Unconfirmed>>(
        &self,
        tx: &WriteTx,
        field: &str,
    ) -> Result<Outcome<Account, C>, AccountError> {
        let account = lock_account(tx, self.customer_id).await?.filter(is_open);
        let same = |account: &Account| account.password_hash.as_ref() == Some(&self.password_hash);
        Ok(account.filter(same).ok_or_else(|| wrong(field)))
    }
}
