//! Finding orders.
use crate::account::Token;
use tradewind_domain::email::Email;
use tradewind_persistence::{
    Db, DbError,
    read::order::{OrderRow, order_by_number, order_by_token, orders_of_customer},
};
use uuid::Uuid;

/// The order that a letter's link leads to.
pub async fn order_of_token(db: &Db, token: &Token) -> Result<Option<OrderRow>, DbError> {
    order_by_token(db, token.hash()).await
}

/// A guest's order, by its number and the e-mail address that it was placed with; the same answer for a number that does
/// not exist and for somebody else's. Numbers are guessable: a limit for one client belongs before it.
pub async fn find_order(db: &Db, number: i64, email: &str) -> Result<Option<OrderRow>, DbError> {
    match Email::parse(email) {
        Ok(email) => order_by_number(db, number, email.as_str().to_owned()).await,
        Err(_) => Ok(None),
    }
}

/// A customer's orders, the newest first, behind the one of this number: one statement for any page.
pub async fn orders_page(db: &Db, customer_id: Uuid, after: Option<i64>, first: u32) -> Result<Vec<OrderRow>, DbError> {
    orders_of_customer(db, customer_id, after, first).await
}
