//! The addresses of a customer.
use super::{
    AccountError, Accounts, Moment, Outcome,
    refusal::{Refused, codes, refused},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tradewind_domain::{
    address::{Address, AddressError, AddressErrorCode, AddressInput},
    refusal::Refusal,
};
use tradewind_persistence::write::{
    AddressEntry, DefaultOf, WriteTx, addresses_of, delete_address, insert_address, lock_account, mark_default,
    save_address,
};
use uuid::Uuid;

/// What an address becomes the default of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// Goods go there unless the customer says otherwise.
    pub shipping: bool,
    /// Bills name it unless the customer says otherwise.
    pub billing: bool,
}

codes! {
    /// Why an address book is not changed.
    Code {
        /// The country's post needs the field, and it is empty.
        Required = "REQUIRED",
        /// The field has too many characters.
        TooLong = "TOO_LONG",
        /// The field has a line break or another control character.
        InvalidCharacter = "INVALID_CHARACTER",
        /// The country is not a code of ISO 3166-1.
        UnknownCountry = "UNKNOWN_COUNTRY",
        /// The postal code does not have the form of the country.
        InvalidPostalCode = "INVALID_POSTAL_CODE",
        /// The region is not one of the country's.
        UnknownRegion = "UNKNOWN_REGION",
        /// The telephone number is not international.
        InvalidPhone = "INVALID_PHONE",
        /// The customer has no such address.
        NotFound = "NOT_FOUND",
        /// The book is full: remove an address first.
        TooManyAddresses = "TOO_MANY_ADDRESSES",
    }
}

impl From<AddressErrorCode> for Code {
    fn from(code: AddressErrorCode) -> Self {
        match code {
            AddressErrorCode::Required => Self::Required,
            AddressErrorCode::TooLong => Self::TooLong,
            AddressErrorCode::InvalidCharacter => Self::InvalidCharacter,
            AddressErrorCode::UnknownCountry => Self::UnknownCountry,
            AddressErrorCode::InvalidPostalCode => Self::InvalidPostalCode,
            AddressErrorCode::UnknownRegion => Self::UnknownRegion,
            AddressErrorCode::InvalidPhone => Self::InvalidPhone,
        }
    }
}

/// An address that was added, changed or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Which.
    pub address_id: Uuid,
}

fn refusals(errors: Vec<AddressError>) -> Vec<Refused<Code>> {
    let refusal = |error: AddressError| Refused {
        code: error.code().into(),
        field: Some(error.field.name().to_owned()),
        message: error.to_string(),
        retry_after: None,
    };
    errors.into_iter().map(refusal).collect()
}

fn not_found() -> Vec<Refused<Code>> {
    refused(Code::NotFound, "There is no such address in the book.")
}

fn entry(id: Uuid, customer_id: Uuid, address: Address, moment: &Moment<'_>) -> AddressEntry {
    AddressEntry {
        id,
        customer_id,
        first_name: address.first_name,
        last_name: address.last_name,
        company: address.company,
        line1: address.line1,
        line2: address.line2,
        city: address.city,
        region: address.region,
        postal_code: address.postal_code,
        country: address.country.code().to_owned(),
        phone: address.phone.map(String::from),
        is_default_shipping: false,
        is_default_billing: false,
        created_at: moment.now(),
        updated_at: moment.now(),
    }
}

/// Locks the account, so that two changes of a book wait for each other; whether it is open.
async fn lock_book(tx: &WriteTx, customer_id: Uuid) -> Result<bool, AccountError> {
    Ok(lock_account(tx, customer_id).await?.is_some_and(|account| account.disabled_at.is_none()))
}

async fn mark(
    tx: &WriteTx,
    customer_id: Uuid,
    address_id: Uuid,
    defaults: Defaults,
    now: DateTime<Utc>,
) -> Result<(), AccountError> {
    for (wanted, of) in [(defaults.shipping, DefaultOf::Shipping), (defaults.billing, DefaultOf::Billing)] {
        if wanted {
            mark_default(tx, customer_id, address_id, of, now).await?;
        }
    }
    Ok(())
}

/// Adds an address; the first one becomes the default of everything.
pub async fn add(
    accounts: &Accounts,
    tx: &WriteTx,
    customer_id: Uuid,
    input: &AddressInput,
    defaults: Defaults,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Entry, Code>, AccountError> {
    let address = match Address::check(input) {
        Ok(address) => address,
        Err(errors) => return Ok(Err(refusals(errors))),
    };
    if !lock_book(tx, customer_id).await? {
        return Ok(Err(not_found()));
    }
    let others = addresses_of(tx.into(), customer_id).await?;
    if others.len() >= accounts.config.addresses {
        return Ok(Err(refused(Code::TooManyAddresses, "The address book is full: remove an address first.")));
    }
    let address_id = moment.id();
    insert_address(tx, &entry(address_id, customer_id, address, moment)).await?;
    let is_first = others.is_empty();
    let defaults = Defaults { shipping: defaults.shipping || is_first, billing: defaults.billing || is_first };
    mark(tx, customer_id, address_id, defaults, moment.now()).await?;
    Ok(Ok(Entry { address_id }))
}

/// Replaces an address; what it is the default of stays, and more can be added.
pub async fn change(
    tx: &WriteTx,
    customer_id: Uuid,
    address_id: Uuid,
    input: &AddressInput,
    defaults: Defaults,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Entry, Code>, AccountError> {
    let address = match Address::check(input) {
        Ok(address) => address,
        Err(errors) => return Ok(Err(refusals(errors))),
    };
    let entry = entry(address_id, customer_id, address, moment);
    if !lock_book(tx, customer_id).await? || !save_address(tx, &entry).await? {
        return Ok(Err(not_found()));
    }
    mark(tx, customer_id, address_id, defaults, moment.now()).await?;
    Ok(Ok(Entry { address_id }))
}

/// Makes an address the default, instead of another one.
pub async fn set_defaults(
    tx: &WriteTx,
    customer_id: Uuid,
    address_id: Uuid,
    defaults: Defaults,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Entry, Code>, AccountError> {
    let is_open = lock_book(tx, customer_id).await?;
    let book = addresses_of(tx.into(), customer_id).await?;
    if !is_open || book.iter().all(|address| address.id != address_id) {
        return Ok(Err(not_found()));
    }
    mark(tx, customer_id, address_id, defaults, moment.now()).await?;
    Ok(Ok(Entry { address_id }))
}

/// Removes an address; if it was a default, there is none then.
pub async fn remove(tx: &WriteTx, customer_id: Uuid, address_id: Uuid) -> Result<Outcome<Entry, Code>, AccountError> {
    if !lock_book(tx, customer_id).await? || !delete_address(tx, customer_id, address_id).await? {
        return Ok(Err(not_found()));
    }
    Ok(Ok(Entry { address_id }))
}
