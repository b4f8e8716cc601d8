//! Customers.
use super::{
    WriteTx,
    bulk::{Conflict, insert},
    micros,
};
use crate::{DbError, entity::customer::Model};
use tradewind_domain::customer::Customer;

/// Inserts or replaces by id. An e-mail that another customer has is a [`DbError::Constraint`].
pub async fn save_customers(tx: &WriteTx, customers: &[Customer]) -> Result<(), DbError> {
    let row = |customer: &Customer| Model {
        id: customer.id,
        email: customer.email.clone(),
        display_name: customer.display_name.clone(),
        created_at: micros(customer.created_at),
    };
    let mut rows: Vec<Model> = customers.iter().map(row).collect();
    rows.sort_by_key(|row| row.id);
    insert(tx, rows, Conflict::ReplaceBut(&[])).await
}
