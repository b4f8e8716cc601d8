//! The end of an account: everything personal goes. The row of the customer stays without it, because orders and reviews
//! point at it.
use super::{
    AccountError, Accounts, Client, Moment, Outcome,
    confirmed::{Confirmed, Unconfirmed, confirm},
    refusal::codes,
};
use crate::mail::{Language, enqueue_mail};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tradewind_persistence::write::{
    Account, WriteTx, delete_addresses_of, delete_carts_of, delete_mails_of, delete_reviews_of, delete_sessions_of,
    delete_tokens_of, detach_purchases_of, save_account, save_account_email,
};
use uuid::Uuid;

/// Who is to be forgotten.
#[derive(Clone, Debug)]
pub struct Input {
    /// Whose account.
    pub customer_id: Uuid,
    /// The password once more.
    pub password: SecretString,
    /// Whether the reviews go as well; else they stay, and nobody can tell who wrote them.
    pub delete_reviews: bool,
}

codes! {
    /// Why an account is not deleted.
    Code {
        /// The password is wrong.
        WrongPassword = "WRONG_PASSWORD",
        /// There were too many attempts, from this address or for this account.
        TooManyAttempts = "TOO_MANY_ATTEMPTS",
    }
}

impl From<Unconfirmed> for Code {
    fn from(why: Unconfirmed) -> Self {
        match why {
            Unconfirmed::WrongPassword => Self::WrongPassword,
            Unconfirmed::TooManyAttempts => Self::TooManyAttempts,
        }
    }
}

/// An account that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deleted {
    /// The row that is left, without anything personal.
    pub customer_id: Uuid,
}

/// The owner wants the account to go.
#[derive(Debug)]
pub struct Prepared {
    confirmed: Confirmed,
    delete_reviews: bool,
    language: Language,
}

/// Counts the attempt and verifies the password.
pub async fn prepare(
    accounts: &Accounts,
    input: &Input,
    client: &Client,
) -> Result<Outcome<Prepared, Code>, AccountError> {
    let confirmed = confirm(accounts, input.customer_id, &input.password, "password", client).await?;
    let prepared = |confirmed| Prepared {
        confirmed,
        delete_reviews: input.delete_reviews,
        language: Language::of(&client.locale),
    };
    Ok(confirmed.map(prepared))
}

/// Deletes the account, and sends a last word to its address.
pub async fn apply(
    accounts: &Accounts,
    tx: &WriteTx,
    prepared: &Prepared,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Deleted, Code>, AccountError> {
    let account = match prepared.confirmed.lock(tx, "password").await? {
        Ok(account) => account,
        Err(refused) => return Ok(Err(refused)),
    };
    let (customer_id, message) = (account.id, accounts.post.account_deleted(prepared.language, &account.email)?);
    erase(tx, account, prepared.delete_reviews, moment).await?;
    // About nobody any more; its text goes when it is sent.
    enqueue_mail(tx, moment.id(), None, &message, moment.now()).await?;
    Ok(Ok(Deleted { customer_id }))
}

/// Erases what an account holds, in the transaction that has locked it.
///
/// A table that holds anything of a customer has a line here: a test finds each table that points at `customers`.
pub async fn erase(
    tx: &WriteTx,
    mut account: Account,
    delete_reviews: bool,
    moment: &mut Moment<'_>,
) -> Result<(), AccountError> {
    let (id, now) = (account.id, moment.now());
    // Products are locked for their averages: before the rows that hang on the customer.
    if delete_reviews {
        delete_reviews_of(tx, id).await?;
    }
    delete_sessions_of(tx, id).await?;
    delete_tokens_of(tx, id).await?;
    delete_addresses_of(tx, id).await?;
    delete_mails_of(tx, id).await?;
    // Whoever places an order has the checkout before the cart.
    detach_purchases_of(tx, id).await?;
    delete_carts_of(tx, id).await?;
    // A name that can never be registered (RFC 2606), so that the address is free again.
    save_account_email(tx, id, &format!("{}@deleted.invalid", id.simple())).await?;
    account.password_hash = None;
    account.email_verified_at = None;
    account.display_name = "Former customer".to_owned();
    account.given_name.clear();
    account.family_name.clear();
    account.phone = None;
    account.accepts_marketing = false;
    account.disabled_at.get_or_insert(now);
    account.deleted_at = Some(now);
    account.version += 1;
    account.updated_at = now;
    Ok(save_account(tx, &account).await?)
}
