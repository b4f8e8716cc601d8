//! Refunds that are wanted: what was decided before the gateway is told, so that a crash forgets none.
use super::{Conn, WriteTx, checkout::damaged, micros};
use crate::{
    DbError,
    sql::{Arg, id_value, rows, time_value},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde_json::json;
use std::collections::BTreeMap;
use tradewind_domain::order::Units;
use uuid::Uuid;

/// Money of a payment that is to go back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Row id; the gateway's idempotency key is made of it.
    pub id: Uuid,
    /// Whose money.
    pub payment_id: Uuid,
    /// In minor units of the payment's currency.
    pub amount: i64,
    /// Whose price it is, by line; none: goodwill.
    pub units: Units,
    /// In the words of whoever decided it.
    pub reason: String,
    /// Wanted, and not known to be done.
    pub is_open: bool,
    /// When it was decided.
    pub created_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    payment_id: Uuid,
    amount: i64,
    units: String,
    reason: String,
    state: String,
    created_at: DateTime<Utc>,
}

impl Row {
    fn refund(self) -> Result<Refund, DbError> {
        let units: BTreeMap<Uuid, u32> = serde_json::from_str(&self.units).map_err(|_| damaged("refunds.units"))?;
        let Self { id, payment_id, amount, reason, created_at, .. } = self;
        Ok(Refund { id, payment_id, amount, units, reason, is_open: self.state == "wanted", created_at })
    }
}

const INSERT: &str = "INSERT INTO refunds (id, payment_id, amount, units, reason, state, created_at)
    SELECT {uuid 0}, {uuid 1}, {bigint 2}, {text 3}, {text 4}, 'wanted', {time 5} FROM {rows 1}";

/// Stores that money is to go back.
pub async fn insert_refund(tx: &WriteTx, refund: &Refund) -> Result<(), DbError> {
    let Refund { id, payment_id, amount, units, reason, created_at, .. } = refund;
    let units = json!(units).to_string();
    let row = json!([id_value(*id), id_value(*payment_id), amount, units, reason, time_value(micros(*created_at))]);
    tx.execute(INSERT, vec![rows([row])]).await?;
    Ok(())
}

/// The refunds of a payment that are wanted and not known to be done, the oldest first.
pub async fn open_refunds(conn: Conn<'_>, payment_id: Uuid) -> Result<Vec<Refund>, DbError> {
    let text = "SELECT * FROM refunds WHERE payment_id = $1 AND state = 'wanted' ORDER BY created_at, id";
    let rows: Vec<Row> = conn.all(text, vec![Arg::Id(payment_id)]).await?;
    rows.into_iter().map(Row::refund).collect()
}

/// A refund was done, or refused for good; false: that was known.
pub async fn end_refund(tx: &WriteTx, id: Uuid, is_done: bool, now: DateTime<Utc>) -> Result<bool, DbError> {
    let text = "UPDATE refunds SET state = $2, ended_at = $3 WHERE id = $1 AND state = 'wanted'";
    let state = if is_done { "done" } else { "refused" };
    Ok(tx.execute(text, vec![Arg::Id(id), Arg::Text(state.to_owned()), Arg::Time(micros(now))]).await? == 1)
}
