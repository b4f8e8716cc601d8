//! Addresses of customers. The caller has locked the customer's account.
use super::{Conn, WriteTx, micros};
use crate::{DbError, sql::Arg};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

/// An address as it is stored. Empty texts stand for what was left out.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
#[allow(missing_docs, reason = "the fields of a postal address")]
pub struct AddressEntry {
    pub id: Uuid,
    pub customer_id: Uuid,
    pub first_name: String,
    pub last_name: String,
    pub company: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    pub country: String,
    pub phone: Option<String>,
    pub is_default_shipping: bool,
    pub is_default_billing: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl AddressEntry {
    /// The first arguments of the statements that write one.
    fn args(&self) -> Vec<Arg> {
        let texts = [
            &self.first_name,
            &self.last_name,
            &self.company,
            &self.line1,
            &self.line2,
            &self.city,
            &self.region,
            &self.postal_code,
            &self.country,
        ];
        let phone = self.phone.clone().unwrap_or_default();
        let texts = texts.into_iter().cloned().chain([phone]).map(Arg::Text);
        [Arg::Id(self.id), Arg::Id(self.customer_id)].into_iter().chain(texts).collect()
    }
}

/// All addresses of a customer, the oldest first.
pub async fn addresses_of(conn: Conn<'_>, customer_id: Uuid) -> Result<Vec<AddressEntry>, DbError> {
    let text = "SELECT * FROM addresses WHERE customer_id = $1 ORDER BY created_at, id";
    conn.all(text, vec![Arg::Id(customer_id)]).await
}

const INSERT: &str =
    "INSERT INTO addresses (id, customer_id, first_name, last_name, company, line1, line2, city, region,
        postal_code, country, phone, is_default_shipping, is_default_billing, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULLIF($12, ''), false, false, $13, $13)";
const SAVE: &str =
    "UPDATE addresses SET first_name = $3, last_name = $4, company = $5, line1 = $6, line2 = $7, city = $8,
        region = $9, postal_code = $10, country = $11, phone = NULLIF($12, ''), updated_at = $13
    WHERE id = $1 AND customer_id = $2";

/// Inserts an address, the default of nothing: see [`mark_default`].
pub async fn insert_address(tx: &WriteTx, address: &AddressEntry) -> Result<(), DbError> {
    let mut args = address.args();
    args.push(Arg::Time(micros(address.created_at)));
    tx.execute(INSERT, args).await?;
    Ok(())
}

/// Writes an address that its customer has already; what it is the default of stays. Whether it was there.
pub async fn save_address(tx: &WriteTx, address: &AddressEntry) -> Result<bool, DbError> {
    let mut args = address.args();
    args.push(Arg::Time(micros(address.updated_at)));
    Ok(tx.execute(SAVE, args).await? > 0)
}

/// What an address can be the default of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultOf {
    /// Where goods go.
    Shipping,
    /// Whom the bill names.
    Billing,
}

/// The column of each, and how it moves: first nobody has it, then the new one.
const CLEAR: [&str; 2] = [
    "UPDATE addresses SET is_default_shipping = false, updated_at = $3
     WHERE customer_id = $1 AND id <> $2 AND is_default_shipping",
    "UPDATE addresses SET is_default_billing = false, updated_at = $3
     WHERE customer_id = $1 AND id <> $2 AND is_default_billing",
];
const MARK: [&str; 2] = [
    "UPDATE addresses SET is_default_shipping = true, updated_at = $3
     WHERE customer_id = $1 AND id = $2 AND NOT is_default_shipping",
    "UPDATE addresses SET is_default_billing = true, updated_at = $3
     WHERE customer_id = $1 AND id = $2 AND NOT is_default_billing",
];

/// Makes an address the default, and no other one.
pub async fn mark_default(
    tx: &WriteTx,
    customer_id: Uuid,
    address_id: Uuid,
    of: DefaultOf,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let which = match of {
        DefaultOf::Shipping => 0,
        DefaultOf::Billing => 1,
    };
    for text in [CLEAR[which], MARK[which]] {
        tx.execute(text, vec![Arg::Id(customer_id), Arg::Id(address_id), Arg::Time(micros(now))]).await?;
    }
    Ok(())
}

/// Deletes an address of a customer; whether it was there.
pub async fn delete_address(tx: &WriteTx, customer_id: Uuid, address_id: Uuid) -> Result<bool, DbError> {
    let text = "DELETE FROM addresses WHERE customer_id = $1 AND id = $2";
    Ok(tx.execute(text, vec![Arg::Id(customer_id), Arg::Id(address_id)]).await? > 0)
}

/// Deletes all addresses of a customer.
pub async fn delete_addresses_of(tx: &WriteTx, customer_id: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM addresses WHERE customer_id = $1", vec![Arg::Id(customer_id)]).await?;
    Ok(())
}
