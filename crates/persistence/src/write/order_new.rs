//! Placing an order.
use super::{Conn, WriteTx, checkout::damaged, micros};
use crate::{
    DbError,
    sql::{Arg, id_value, rows, time_value},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tradewind_domain::{order::OrderState, word::Word};
use uuid::Uuid;

/// An order to place.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// Row id.
    pub id: Uuid,
    /// Whoever holds it may see the order.
    pub token: String,
    /// SHA-256 of the token, hexadecimal.
    pub token_hash: String,
    /// What it came of; a checkout comes to one order.
    pub checkout_id: Uuid,
    /// Where it was placed.
    pub channel_id: Uuid,
    /// None: a guest.
    pub customer_id: Option<Uuid>,
    /// Where letters go, in the form in which it is compared.
    pub email: String,
    /// The language of letters.
    pub locale: String,
    /// Of all amounts.
    pub currency: String,
    /// What its rules look at.
    pub state: OrderState,
    /// What it costs, in the writer's own form.
    pub bill: Value,
    /// In the order in which they are shown.
    pub lines: Vec<NewOrderLine>,
    /// What its units came from.
    pub hold_id: Option<Uuid>,
    /// Now.
    pub placed_at: DateTime<Utc>,
}

/// Some units of one variant, as they were when they were bought. Amounts are minor units of the order's currency.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names of a bill")]
pub struct NewOrderLine {
    pub id: Uuid,
    pub variant_id: Uuid,
    pub product_id: Uuid,
    pub sku: String,
    pub title: String,
    pub variant_title: String,
    pub unit_price: i64,
    pub quantity: u32,
    pub subtotal: i64,
    pub discount: i64,
    pub tax: i64,
    /// With tax, after discounts.
    pub total: i64,
    pub attributes: BTreeMap<String, String>,
}

#[derive(FromQueryResult)]
struct Number {
    number: i64,
}

const ORDER: &str = "INSERT INTO orders (id, token, token_hash, checkout_id, channel_id, customer_id, email, locale,
        currency, stage, terms, total, authorised, captured, refunded, status, payment_status, fulfilment_status,
        return_status, bill, version, placed_at, updated_at)
    SELECT {uuid 0}, {text 1}, {text 2}, {uuid 3}, {uuid 4}, {uuid 5}, {text 6}, {text 7}, {text 8}, {text 9}, {text 10},
        {bigint 11}, {bigint 12}, {bigint 13}, {bigint 14}, {text 15}, {text 16}, {text 17}, {text 18}, {text 19}, 1,
        {time 20}, {time 20} FROM {rows 1} RETURNING number";
const LINES: &str =
    "INSERT INTO order_lines (id, order_id, position, variant_id, product_id, sku, title, variant_title,
        unit_price, ordered, cancelled, refunded, subtotal, discount, tax, total, attributes)
    SELECT {uuid 0}, {uuid 1}, CAST(u.key AS integer), {uuid 2}, {uuid 3}, {text 4}, {text 5}, {text 6}, {bigint 7},
        CAST({bigint 8} AS integer), 0, 0, {bigint 9}, {bigint 10}, {bigint 11}, {bigint 12}, {text 13} FROM {rows 1}";
const SOURCES: &str = "INSERT INTO order_sources (order_id, variant_id, warehouse_id, quantity, returned)
    SELECT $1, variant_id, warehouse_id, sum(quantity), 0 FROM hold_lines
    WHERE hold_id = $2 AND warehouse_id IS NOT NULL GROUP BY variant_id, warehouse_id";

/// Inserts an order with its lines, and notes from which warehouses they come; its number. Three statements for any number
/// of lines.
pub async fn insert_order(tx: &WriteTx, order: &NewOrder) -> Result<i64, DbError> {
    let found: Vec<Number> = Conn::from(tx).all(ORDER, vec![rows([order_row(order)])]).await?;
    let number = found.first().ok_or_else(|| damaged("an order has no number"))?.number;
    let line = |line: &NewOrderLine| {
        json!([
            id_value(line.id),
            id_value(order.id),
            id_value(line.variant_id),
            id_value(line.product_id),
            line.sku,
            line.title,
            line.variant_title,
            line.unit_price,
            line.quantity,
            line.subtotal,
            line.discount,
            line.tax,
            line.total,
            json!(line.attributes).to_string(),
        ])
    };
    tx.execute(LINES, vec![rows(order.lines.iter().map(line))]).await?;
    if let Some(hold_id) = order.hold_id {
        tx.execute(SOURCES, vec![Arg::Id(order.id), Arg::Id(hold_id)]).await?;
    }
    Ok(number)
}

fn order_row(order: &NewOrder) -> Value {
    let (state, statuses) = (&order.state, order.state.statuses());
    json!([
        id_value(order.id),
        order.token,
        order.token_hash,
        id_value(order.checkout_id),
        id_value(order.channel_id),
        order.customer_id.map(id_value),
        order.email,
        order.locale,
        order.currency,
        state.stage.as_str(),
        state.terms.as_str(),
        state.total,
        state.authorised,
        state.captured,
        state.refunded,
        statuses.order.as_str(),
        statuses.payment.as_str(),
        statuses.fulfilment.as_str(),
        statuses.returns.as_str(),
        order.bill.to_string(),
        time_value(micros(order.placed_at)),
    ])
}

const DETACH: [&str; 3] = [
    "UPDATE checkouts SET customer_id = NULL, email = NULL, shipping_address = NULL, billing_address = NULL
     WHERE customer_id = $1",
    "UPDATE orders SET customer_id = NULL WHERE customer_id = $1",
    "UPDATE promotion_uses SET customer_id = NULL WHERE customer_id = $1",
];

/// Lets nothing that was bought lead to a customer any more. Orders stay as they are: the law asks for their bills.
/// Checkouts lose what was entered, and with it what they need to become an order.
pub async fn detach_purchases_of(tx: &WriteTx, customer_id: Uuid) -> Result<(), DbError> {
    for text in DETACH {
        tx.execute(text, vec![Arg::Id(customer_id)]).await?;
    }
    Ok(())
}
