//! Orders, for those who may see them.
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
    /// An order. Amounts are minor units of its currency.
    pub struct OrderRow {
        /// Row id.
        pub id: Uuid,
        /// What people call it.
        pub number: i64,
        /// What it came of.
        pub checkout_id: Uuid,
        /// Where it was placed.
        pub channel_id: Uuid,
        /// None: a guest.
        pub customer_id: Option<Uuid>,
        /// Where letters go.
        pub email: String,
        /// Of all amounts.
        pub currency: String,
        /// A word of `OrderStatus`.
        pub status: String,
        /// A word of `OrderPaymentStatus`.
        pub payment_status: String,
        /// A word of `OrderFulfilmentStatus`.
        pub fulfilment_status: String,
        /// A word of `OrderReturnStatus`.
        pub return_status: String,
        /// What it costs.
        pub total: i64,
        /// What gateways hold.
        pub authorised: i64,
        /// What the shop got, gift cards included.
        pub captured: i64,
        /// What it gave back.
        pub refunded: i64,
        /// Figures, addresses, shipping, discounts: a JSON text, `commerce::orders::Bill`.
        pub bill: String,
        /// Goes up with each change.
        pub version: i64,
        /// When it was placed.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub placed_at: DateTime<Utc>,
        /// When it was last changed.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub updated_at: DateTime<Utc>,
    }
}

macro_rules! orders {
    ($rest:literal) => {
        concat!(
            "SELECT id, number, checkout_id, channel_id, customer_id, email, currency, status, payment_status,
               fulfilment_status, return_status, total, authorised, captured, refunded, bill, version, placed_at,
               updated_at FROM orders ",
            $rest
        )
    };
}

static BY_IDS: Sql = Sql::new("orders", orders!("WHERE id {ids 1}"));
static BY_CHECKOUTS: Sql = Sql::new("orders by checkout", orders!("WHERE checkout_id {ids 1}"));
static BY_TOKEN: Sql = Sql::new("order by token", orders!("WHERE token_hash = $1"));
static BY_NUMBER: Sql = Sql::new("order by number", orders!("WHERE number = $1 AND email = $2"));
static BY_CUSTOMER: Sql =
    Sql::new("orders of a customer", orders!("WHERE customer_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3"));

/// Orders by id, in no order.
pub async fn orders_by_ids(db: &Db, ids: Vec<Uuid>) -> Result<Vec<OrderRow>, DbError> {
    BY_IDS.fetch(db, vec![Arg::Ids(ids)]).await
}

/// The orders that checkouts came to, in no order.
pub async fn orders_by_checkouts(db: &Db, checkouts: Vec<Uuid>) -> Result<Vec<OrderRow>, DbError> {
    BY_CHECKOUTS.fetch(db, vec![Arg::Ids(checkouts)]).await
}

/// The order whose token has this hash (SHA-256, hexadecimal).
pub async fn order_by_token(db: &Db, token_hash: String) -> Result<Option<OrderRow>, DbError> {
    Ok(BY_TOKEN.fetch(db, vec![Arg::Text(token_hash)]).await?.pop())
}

/// The order of this number, if it is this e-mail's, in the form in which addresses are compared.
pub async fn order_by_number(db: &Db, number: i64, email: String) -> Result<Option<OrderRow>, DbError> {
    Ok(BY_NUMBER.fetch(db, vec![Arg::Int(number), Arg::Text(email)]).await?.pop())
}

/// A customer's orders, the newest first, behind the one of this number.
pub async fn orders_of_customer(
    db: &Db,
    customer_id: Uuid,
    after: Option<i64>,
    first: u32,
) -> Result<Vec<OrderRow>, DbError> {
    let args = vec![Arg::Id(customer_id), Arg::Int(after.unwrap_or(i64::MAX)), Arg::Int(first.into())];
    BY_CUSTOMER.fetch(db, args).await
}

row! {
    /// Some units of one variant, as they were when they were bought.
    pub struct OrderLineRow {
        /// Row id.
        pub id: Uuid,
        /// Whose it is.
        pub order_id: Uuid,
        /// What was bought; it may be gone.
        pub variant_id: Uuid,
        /// Its product; it may be gone.
        pub product_id: Uuid,
        /// Its SKU.
        pub sku: String,
        /// The product's.
        pub title: String,
        /// The variant's.
        pub variant_title: String,
        /// Of one unit.
        pub unit_price: i64,
        /// Bought.
        pub ordered: i32,
        /// Not delivered, and never to be.
        pub cancelled: i32,
        /// Whose price was given back.
        pub refunded: i32,
        /// All units at their price.
        pub subtotal: i64,
        /// What promotions took off.
        pub discount: i64,
        /// The tax.
        pub tax: i64,
        /// With tax, after discounts.
        pub total: i64,
        /// A JSON object of texts.
        pub attributes: String,
    }
}

static LINES: Sql = Sql::new(
    "order lines",
    "SELECT id, order_id, variant_id, product_id, sku, title, variant_title, unit_price, ordered, cancelled, refunded,
       subtotal, discount, tax, total, attributes FROM order_lines WHERE order_id {ids 1}
     ORDER BY order_id, position, id",
);

/// The lines of orders, in the order of the bill.
pub async fn lines_by_orders(db: &Db, orders: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<OrderLineRow>>, DbError> {
    Ok(group(LINES.fetch(db, vec![Arg::Ids(orders)]).await?, |row: &OrderLineRow| row.order_id))
}

row! {
    /// Something that happened to an order.
    pub struct OrderHistoryRow {
        /// Row id.
        pub id: Uuid,
        /// To which.
        pub order_id: Uuid,
        /// A word of `OrderEventKind`, or `placed`.
        pub kind: String,
        /// The particulars: a JSON text.
        pub data: String,
        /// Who did it; None: the customer, or the shop itself.
        pub actor: Option<String>,
        /// When.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub at: DateTime<Utc>,
    }
}

static HISTORY: Sql = Sql::new(
    "order history",
    "SELECT id, order_id, kind, data, actor, at FROM order_events WHERE order_id {ids 1} ORDER BY order_id, at, id",
);

/// What happened to orders, the oldest first.
pub async fn history_by_orders(db: &Db, orders: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<OrderHistoryRow>>, DbError> {
    Ok(group(HISTORY.fetch(db, vec![Arg::Ids(orders)]).await?, |row: &OrderHistoryRow| row.order_id))
}
