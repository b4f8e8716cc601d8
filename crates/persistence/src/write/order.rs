//! Orders as their rules see them: read whole inside a transaction, and written where they changed. The row of the checkout
//! is taken first, whoever it is.
use super::{
    Conn, WriteTx,
    checkout::{damaged, read_json},
    order_parts::{fulfilments_of, returns_of, save_parts},
};
use crate::{
    DbError,
    sql::{Arg, id_value, rows, time_value},
    write::micros,
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tradewind_domain::{
    order::{OrderLineState, OrderStage, OrderState, PaymentTerms},
    word::Word,
};
use uuid::Uuid;

/// An order as it is stored, with what its rules look at.
#[derive(Clone, Debug)]
pub struct StoredOrder {
    /// Row id.
    pub id: Uuid,
    /// What people call it.
    pub number: i64,
    /// Whoever holds it may see the order: letters link to it.
    pub token: String,
    /// What it came of.
    pub checkout_id: Uuid,
    /// Where it was placed.
    pub channel_id: Uuid,
    /// None: a guest.
    pub customer_id: Option<Uuid>,
    /// Where letters go.
    pub email: String,
    /// The language of letters.
    pub locale: String,
    /// Of all amounts.
    pub currency: String,
    /// What its rules look at.
    pub state: OrderState,
    /// What it costs, line by line, in the writer's own form.
    pub bill: Value,
    /// Goes up with each change.
    pub version: i64,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    number: i64,
    token: String,
    checkout_id: Uuid,
    channel_id: Uuid,
    customer_id: Option<Uuid>,
    email: String,
    locale: String,
    currency: String,
    stage: String,
    terms: String,
    total: i64,
    authorised: i64,
    captured: i64,
    refunded: i64,
    bill: String,
    version: i64,
    placed_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct LineRow {
    id: Uuid,
    ordered: i32,
    cancelled: i32,
    refunded: i32,
}

pub(super) fn count(units: i32) -> Result<u32, DbError> {
    u32::try_from(units).map_err(|_| damaged("a number of units is negative"))
}

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

/// The order, its checkout locked until the end of the transaction.
pub async fn lock_order(tx: &WriteTx, id: Uuid) -> Result<Option<StoredOrder>, DbError> {
    let text = "SELECT id FROM checkouts WHERE id = (SELECT checkout_id FROM orders WHERE id = $1)";
    let found: Vec<Id> = Conn::from(tx).all_locked(text, vec![Arg::Id(id)]).await?;
    match found.first() {
        Some(checkout) => order_of_checkout(tx.into(), checkout.id).await,
        None => Ok(None),
    }
}

/// The order that a checkout came to; whoever is to change it has locked the checkout.
pub async fn order_of_checkout(conn: Conn<'_>, checkout_id: Uuid) -> Result<Option<StoredOrder>, DbError> {
    let text = "SELECT * FROM orders WHERE checkout_id = $1";
    let found: Vec<Row> = conn.all(text, vec![Arg::Id(checkout_id)]).await?;
    let Some(row) = found.into_iter().next() else { return Ok(None) };
    let text = "SELECT id, ordered, cancelled, refunded FROM order_lines WHERE order_id = $1";
    let lines: Vec<LineRow> = conn.all(text, vec![Arg::Id(row.id)]).await?;
    let mut by_line = BTreeMap::new();
    for line in lines {
        let state = OrderLineState {
            ordered: count(line.ordered)?,
            cancelled: count(line.cancelled)?,
            refunded: count(line.refunded)?,
        };
        by_line.insert(line.id, state);
    }
    let state = OrderState {
        stage: OrderStage::parse(&row.stage).ok_or_else(|| damaged("orders.stage"))?,
        terms: PaymentTerms::parse(&row.terms).ok_or_else(|| damaged("orders.terms"))?,
        total: row.total,
        authorised: row.authorised,
        captured: row.captured,
        refunded: row.refunded,
        lines: by_line,
        fulfilments: fulfilments_of(conn, row.id).await?,
        returns: returns_of(conn, row.id).await?,
    };
    Ok(Some(StoredOrder {
        id: row.id,
        number: row.number,
        token: row.token,
        checkout_id: row.checkout_id,
        channel_id: row.channel_id,
        customer_id: row.customer_id,
        email: row.email,
        locale: row.locale,
        currency: row.currency,
        state,
        bill: read_json(Some(&row.bill), "orders.bill")?.unwrap_or_default(),
        version: row.version,
        placed_at: row.placed_at,
    }))
}

const SAVE: &str = "UPDATE orders SET stage = {text 1}, authorised = {bigint 2}, captured = {bigint 3},
        refunded = {bigint 4}, status = {text 5}, payment_status = {text 6}, fulfilment_status = {text 7},
        return_status = {text 8}, version = version + 1, updated_at = {time 9}
    FROM {rows 1} WHERE orders.id = {uuid 0}";

/// What is known of new fulfilments and returns beyond their units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartDetails {
    /// Who brings a new fulfilment; may be empty.
    pub carrier: String,
    /// May be empty.
    pub tracking_number: String,
    /// May be empty.
    pub tracking_url: String,
    /// Why a new return is asked for; may be empty.
    pub reason: String,
}

/// Writes the state of an order whose checkout is locked, as far as it is another one.
pub async fn save_order(
    tx: &WriteTx,
    order: &StoredOrder,
    after: &OrderState,
    details: &PartDetails,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let statuses = after.statuses();
    let row = json!([
        id_value(order.id),
        after.stage.as_str(),
        after.authorised,
        after.captured,
        after.refunded,
        statuses.order.as_str(),
        statuses.payment.as_str(),
        statuses.fulfilment.as_str(),
        statuses.returns.as_str(),
        time_value(micros(now)),
    ]);
    tx.execute(SAVE, vec![rows([row])]).await?;
    save_parts(tx, order.id, &order.state, after, details, now).await
}

/// Something that happened to an order, for its history.
#[derive(Clone, Debug)]
pub struct OrderEventRow {
    /// Row id.
    pub id: Uuid,
    /// Which order.
    pub order_id: Uuid,
    /// What: a word.
    pub kind: String,
    /// The particulars.
    pub data: Value,
    /// Who did it; None: the customer, or the shop itself.
    pub actor: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

const EVENT: &str = "INSERT INTO order_events (id, order_id, kind, data, actor, at)
    SELECT {uuid 0}, {uuid 1}, {text 2}, {text 3}, {text 4}, {time 5} FROM {rows 1} ORDER BY u.key";

/// Adds to the history of orders.
pub async fn insert_order_events(tx: &WriteTx, events: &[OrderEventRow]) -> Result<(), DbError> {
    let row = |event: &OrderEventRow| {
        let (id, order) = (id_value(event.id), id_value(event.order_id));
        json!([id, order, event.kind, event.data.to_string(), event.actor, time_value(micros(event.at))])
    };
    tx.execute(EVENT, vec![rows(events.iter().map(row))]).await?;
    Ok(())
}
