//! Customers.
use super::{
    WriteTx,
    bulk::{Conflict, insert},
    micros,
};
use crate::{
    DbError,
    entity::customer::{Column, Model},
};
use tradewind_domain::customer::Customer;

/// What only the account itself changes.
const OF_THE_ACCOUNT: [Column; 9] = [
    Column::PasswordHash,
    Column::EmailVerifiedAt,
    Column::GivenName,
    Column::FamilyName,
    Column::Phone,
    Column::AcceptsMarketing,
    Column::DisabledAt,
    Column::DeletedAt,
    Column::Version,
];

/// Inserts or replaces by id; new ones cannot log in until they set a password. An e-mail that another customer has is a
/// [`DbError::Constraint`].
pub async fn save_customers(tx: &WriteTx, customers: &[Customer]) -> Result<(), DbError> {
    let row = |customer: &Customer| Model {
        id: customer.id,
        email: customer.email.clone(),
        display_name: customer.display_name.clone(),
        created_at: micros(customer.created_at),
        password_hash: None,
        email_verified_at: None,
        given_name: String::new(),
        family_name: String::new(),
        phone: None,
        accepts_marketing: false,
        disabled_at: None,
        deleted_at: None,
        version: 1,
        updated_at: micros(customer.created_at),
    };
    let mut rows: Vec<Model> = customers.iter().map(row).collect();
    rows.sort_by_key(|row| row.id);
    insert(tx, rows, Conflict::ReplaceBut(&OF_THE_ACCOUNT)).await
}
