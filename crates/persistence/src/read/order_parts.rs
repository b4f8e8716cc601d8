//! Fulfilments, returns, payments and refunds of orders.
use super::group;
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

row! {
    /// Units of a line that left, or are to come back, together. One row for each line.
    pub struct PartRow {
        /// The fulfilment or return.
        pub id: Uuid,
        /// Of which order.
        pub order_id: Uuid,
        /// How far it has come: a word of `FulfilmentStage` or `ReturnStage`.
        pub stage: String,
        /// The carrier of a fulfilment, the reason of a return.
        pub text: String,
        /// Empty for a return.
        pub tracking_number: String,
        /// Empty for a return.
        pub tracking_url: String,
        /// When it was made.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub created_at: DateTime<Utc>,
        /// The line.
        pub line_id: Uuid,
        /// How many of it.
        pub quantity: i32,
    }
}

static FULFILMENTS: Sql = Sql::new(
    "fulfilments",
    "SELECT p.id, p.order_id, p.stage, p.carrier, p.tracking_number, p.tracking_url, p.created_at, l.line_id, l.quantity
     FROM fulfilments p JOIN fulfilment_lines l ON l.fulfilment_id = p.id WHERE p.order_id {ids 1}
     ORDER BY p.order_id, p.created_at, p.id, l.line_id",
);
static RETURNS: Sql = Sql::new(
    "returns",
    "SELECT p.id, p.order_id, p.stage, p.reason, '', '', p.created_at, l.line_id, l.quantity
     FROM returns p JOIN return_lines l ON l.return_id = p.id WHERE p.order_id {ids 1}
     ORDER BY p.order_id, p.created_at, p.id, l.line_id",
);

/// The fulfilments of orders, the oldest first.
pub async fn fulfilments_by_orders(db: &Db, orders: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<PartRow>>, DbError> {
    Ok(group(FULFILMENTS.fetch(db, vec![Arg::Ids(orders)]).await?, |row: &PartRow| row.order_id))
}

/// The returns of orders, the oldest first.
pub async fn returns_by_orders(db: &Db, orders: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<PartRow>>, DbError> {
    Ok(group(RETURNS.fetch(db, vec![Arg::Ids(orders)]).await?, |row: &PartRow| row.order_id))
}

row! {
    /// A payment of a checkout. Amounts are minor units.
    pub struct PaymentRow {
        /// Row id.
        pub id: Uuid,
        /// What it pays for.
        pub checkout_id: Uuid,
        /// The gateway's name.
        pub gateway: String,
        /// A word of `PaymentStage`.
        pub stage: String,
        /// What the gateway was asked for.
        pub asked: i64,
        /// The most that the gateway ever held or took.
        pub authorised: i64,
        /// What the shop got.
        pub captured: i64,
        /// What it gave back.
        pub refunded: i64,
        /// Why it was declined.
        pub failure: Option<String>,
        /// When it began.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub created_at: DateTime<Utc>,
    }
}

static PAYMENTS: Sql = Sql::new(
    "payments by checkout",
    "SELECT id, checkout_id, gateway, stage, asked, authorised, captured, refunded, failure, created_at FROM payments
     WHERE checkout_id {ids 1} ORDER BY checkout_id, created_at, id",
);

/// The payments of checkouts, the oldest first.
pub async fn payments_by_checkouts(db: &Db, checkouts: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<PaymentRow>>, DbError> {
    Ok(group(PAYMENTS.fetch(db, vec![Arg::Ids(checkouts)]).await?, |row: &PaymentRow| row.checkout_id))
}
