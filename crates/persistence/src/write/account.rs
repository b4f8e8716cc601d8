//! A customer's account: what log-in and the profile are made of. Whoever changes anything of an account, also what hangs
//! on it, locks its row first: two changes wait for each other.
use super::{Conn, WriteTx, micros};
use crate::{
    DbError,
    entity::customer::{ActiveModel, Entity},
    sql::Arg,
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue, EntityTrait, FromQueryResult, Set};
use uuid::Uuid;

/// An account as it is stored. `Debug` shows the id only.
#[derive(Clone, FromQueryResult)]
pub struct Account {
    /// Row id.
    pub id: Uuid,
    /// In the form in which it is compared.
    pub email: String,
    /// A PHC string; None of who cannot log in yet.
    pub password_hash: Option<String>,
    /// When the owner proved to read the mail of the address.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// Shown beside reviews.
    pub display_name: String,
    /// May be empty.
    pub given_name: String,
    /// May be empty.
    pub family_name: String,
    /// In international form.
    pub phone: Option<String>,
    /// Whether news may be mailed.
    pub accepts_marketing: bool,
    /// Since when nobody can log in.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Since when nothing personal is left.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Goes up with each change of the profile.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a new account begins with.
#[derive(Clone)]
pub struct NewAccount {
    /// Row id.
    pub id: Uuid,
    /// In the form in which it is compared.
    pub email: String,
    /// Shown beside reviews.
    pub display_name: String,
    /// May be empty.
    pub given_name: String,
    /// May be empty.
    pub family_name: String,
    /// In international form; empty for none.
    pub phone: String,
    /// Whether news may be mailed.
    pub accepts_marketing: bool,
    /// A PHC string.
    pub password_hash: String,
    /// Now.
    pub created_at: DateTime<Utc>,
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAccount").field("id", &self.id).finish_non_exhaustive()
    }
}

const INSERT: &str =
    "INSERT INTO customers (id, email, display_name, given_name, family_name, phone, accepts_marketing,
        password_hash, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, NULLIF($6, ''), CAST($7 AS bigint) = 1, $8, $9, $9) ON CONFLICT (email) DO NOTHING";

/// Inserts an account; false, and nothing is changed, where a customer has the e-mail already.
pub async fn insert_account(tx: &WriteTx, new: &NewAccount) -> Result<bool, DbError> {
    let args = vec![
        Arg::Id(new.id),
        Arg::Text(new.email.clone()),
        Arg::Text(new.display_name.clone()),
        Arg::Text(new.given_name.clone()),
        Arg::Text(new.family_name.clone()),
        Arg::Text(new.phone.clone()),
        Arg::Int(new.accepts_marketing.into()),
        Arg::Text(new.password_hash.clone()),
        Arg::Time(micros(new.created_at)),
    ];
    Ok(tx.execute(INSERT, args).await? == 1)
}

const BY_EMAIL: &str = "SELECT * FROM customers WHERE email = $1";
const BY_ID: &str = "SELECT * FROM customers WHERE id = $1";

/// The account with the e-mail.
pub async fn account_by_email(conn: Conn<'_>, email: &str) -> Result<Option<Account>, DbError> {
    let rows = conn.all(BY_EMAIL, vec![Arg::Text(email.to_owned())]).await?;
    Ok(rows.into_iter().next())
}

/// The account.
pub async fn account_by_id(conn: Conn<'_>, id: Uuid) -> Result<Option<Account>, DbError> {
    let rows = conn.all(BY_ID, vec![Arg::Id(id)]).await?;
    Ok(rows.into_iter().next())
}

/// The account with the e-mail, locked until the end of the transaction.
pub async fn lock_account_by_email(tx: &WriteTx, email: &str) -> Result<Option<Account>, DbError> {
    let rows = Conn::from(tx).all_locked(BY_EMAIL, vec![Arg::Text(email.to_owned())]).await?;
    Ok(rows.into_iter().next())
}

/// The account, locked until the end of the transaction.
pub async fn lock_account(tx: &WriteTx, id: Uuid) -> Result<Option<Account>, DbError> {
    let rows = Conn::from(tx).all_locked(BY_ID, vec![Arg::Id(id)]).await?;
    Ok(rows.into_iter().next())
}

/// Writes everything but the e-mail of an account that the caller has locked.
pub async fn save_account(tx: &WriteTx, account: &Account) -> Result<(), DbError> {
    let account = account.clone();
    let row = ActiveModel {
        id: ActiveValue::Unchanged(account.id),
        email: ActiveValue::NotSet,
        created_at: ActiveValue::NotSet,
        password_hash: Set(account.password_hash),
        email_verified_at: Set(account.email_verified_at.map(micros)),
        display_name: Set(account.display_name),
        given_name: Set(account.given_name),
        family_name: Set(account.family_name),
        phone: Set(account.phone),
        accepts_marketing: Set(account.accepts_marketing),
        disabled_at: Set(account.disabled_at.map(micros)),
        deleted_at: Set(account.deleted_at.map(micros)),
        version: Set(account.version),
        updated_at: Set(micros(account.updated_at)),
    };
    Entity::update(row).exec_without_returning(tx.orm()).await?;
    Ok(())
}

/// Gives an account that the caller has locked another e-mail; false, and nothing is changed, where another customer has
/// it.
pub async fn save_account_email(tx: &WriteTx, id: Uuid, email: &str) -> Result<bool, DbError> {
    let args = vec![Arg::Id(id), Arg::Text(email.to_owned())];
    Ok(tx.attempt("UPDATE customers SET email = $2 WHERE id = $1", args).await?.is_some())
}
