//! Address books.
use super::group;
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use std::collections::HashMap;
use uuid::Uuid;

row! {
    /// An address of a customer. Empty texts stand for what was left out.
    pub struct AddressRow {
        /// Row id.
        pub id: Uuid,
        /// Whose it is.
        pub customer_id: Uuid,
        /// May be empty where there is a company.
        pub first_name: String,
        /// May be empty where there is a company.
        pub last_name: String,
        /// Empty for a private address.
        pub company: String,
        /// Street and number.
        pub line1: String,
        /// Flat, floor.
        pub line2: String,
        /// Town.
        pub city: String,
        /// State, province.
        pub region: String,
        /// As its country writes it.
        pub postal_code: String,
        /// ISO 3166-1, two letters.
        pub country: String,
        /// In international form.
        pub phone: Option<String>,
        /// Goods go there unless the customer says otherwise.
        pub is_default_shipping: bool,
        /// Bills name it unless the customer says otherwise.
        pub is_default_billing: bool,
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, customer_id, first_name, last_name, company, line1, line2, city, region, postal_code, country,
               phone, is_default_shipping, is_default_billing FROM addresses ",
            $rest
        )
    };
}

static BY_CUSTOMERS: Sql =
    Sql::new("addresses by customer", columns!("WHERE customer_id {ids 1} ORDER BY customer_id, created_at, id"));

/// The addresses of customers, the oldest first. How many a customer may have is bounded when one is added.
pub async fn addresses_by_customers(db: &Db, customers: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<AddressRow>>, DbError> {
    let rows = BY_CUSTOMERS.fetch(db, vec![Arg::Ids(customers)]).await?;
    Ok(group(rows, |row: &AddressRow| row.customer_id))
}
