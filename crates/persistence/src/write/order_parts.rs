//! Lines, fulfilments and returns of an order: read as its rules see them, and written where they changed.
use super::{
    Conn, WriteTx,
    checkout::damaged,
    micros,
    order::{PartDetails, count},
};
use crate::{
    DbError,
    sql::{Arg, id_value, rows, time_value},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tradewind_domain::{
    order::{Fulfilment, FulfilmentStage, OrderState, Return, ReturnStage, Units},
    word::Word,
};
use uuid::Uuid;

#[derive(FromQueryResult)]
struct PartRow {
    id: Uuid,
    stage: String,
    line_id: Uuid,
    quantity: i32,
}

async fn parts<S: Word + PartialEq>(
    conn: Conn<'_>,
    text: &str,
    order_id: Uuid,
) -> Result<BTreeMap<Uuid, (S, Units)>, DbError> {
    let found: Vec<PartRow> = conn.all(text, vec![Arg::Id(order_id)]).await?;
    let mut parts: BTreeMap<Uuid, (S, Units)> = BTreeMap::new();
    for row in found {
        let stage = S::parse(&row.stage).ok_or_else(|| damaged("the stage of a fulfilment or return"))?;
        parts.entry(row.id).or_insert((stage, Units::new())).1.insert(row.line_id, count(row.quantity)?);
    }
    Ok(parts)
}

pub(super) async fn fulfilments_of(conn: Conn<'_>, order_id: Uuid) -> Result<BTreeMap<Uuid, Fulfilment>, DbError> {
    let text = "SELECT p.id, p.stage, l.line_id, l.quantity FROM fulfilments p
        JOIN fulfilment_lines l ON l.fulfilment_id = p.id WHERE p.order_id = $1";
    let parts = parts::<FulfilmentStage>(conn, text, order_id).await?;
    Ok(parts.into_iter().map(|(id, (stage, units))| (id, Fulfilment { units, stage })).collect())
}

pub(super) async fn returns_of(conn: Conn<'_>, order_id: Uuid) -> Result<BTreeMap<Uuid, Return>, DbError> {
    let text = "SELECT p.id, p.stage, l.line_id, l.quantity FROM returns p
        JOIN return_lines l ON l.return_id = p.id WHERE p.order_id = $1";
    let parts = parts::<ReturnStage>(conn, text, order_id).await?;
    Ok(parts.into_iter().map(|(id, (stage, units))| (id, Return { units, stage })).collect())
}

const LINES: &str = "UPDATE order_lines SET cancelled = CAST({bigint 1} AS integer),
        refunded = CAST({bigint 2} AS integer) FROM {rows 1} WHERE order_lines.id = {uuid 0}";

/// A kind of part: its tables, and how one is inserted.
struct Kind {
    insert: &'static str,
    lines: &'static str,
    stage: &'static str,
}

const FULFILMENT: Kind = Kind {
    insert:
        "INSERT INTO fulfilments (id, order_id, stage, created_at, updated_at, carrier, tracking_number, tracking_url)
        SELECT {uuid 0}, {uuid 1}, {text 2}, {time 3}, {time 3}, {text 4}, {text 5}, {text 6} FROM {rows 1}",
    lines: "INSERT INTO fulfilment_lines (fulfilment_id, line_id, quantity)
        SELECT {uuid 0}, {uuid 1}, CAST({bigint 2} AS integer) FROM {rows 1}",
    stage: "UPDATE fulfilments SET stage = {text 1}, updated_at = {time 2} FROM {rows 1} WHERE fulfilments.id = {uuid 0}",
};
const RETURN: Kind = Kind {
    insert: "INSERT INTO returns (id, order_id, stage, created_at, updated_at, reason)
        SELECT {uuid 0}, {uuid 1}, {text 2}, {time 3}, {time 3}, {text 4} FROM {rows 1}",
    lines: "INSERT INTO return_lines (return_id, line_id, quantity)
        SELECT {uuid 0}, {uuid 1}, CAST({bigint 2} AS integer) FROM {rows 1}",
    stage: "UPDATE returns SET stage = {text 1}, updated_at = {time 2} FROM {rows 1} WHERE returns.id = {uuid 0}",
};

async fn execute(tx: &WriteTx, text: &str, values: Vec<Value>) -> Result<(), DbError> {
    if !values.is_empty() {
        tx.execute(text, vec![rows(values)]).await?;
    }
    Ok(())
}

/// At most seven statements, and only those that have something to write.
pub(super) async fn save_parts(
    tx: &WriteTx,
    order_id: Uuid,
    before: &OrderState,
    after: &OrderState,
    details: &PartDetails,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let changed = after.lines.iter().filter(|(id, line)| before.lines.get(id) != Some(line));
    let lines = changed.map(|(id, line)| json!([id_value(*id), line.cancelled, line.refunded])).collect();
    execute(tx, LINES, lines).await?;
    let PartDetails { carrier, tracking_number, tracking_url, reason } = details;
    let fulfilments = changes(&before.fulfilments, &after.fulfilments, |it| (it.stage.as_str(), &it.units));
    save_kind(tx, &FULFILMENT, order_id, fulfilments, &[carrier, tracking_number, tracking_url], now).await?;
    let returns = changes(&before.returns, &after.returns, |it| (it.stage.as_str(), &it.units));
    save_kind(tx, &RETURN, order_id, returns, &[reason], now).await
}

/// A part that is new, or whose stage is another one.
struct Changed<'a> {
    id: Uuid,
    stage: &'static str,
    units: &'a Units,
    is_new: bool,
}

fn changes<'a, P: PartialEq>(
    before: &BTreeMap<Uuid, P>,
    after: &'a BTreeMap<Uuid, P>,
    read: impl Fn(&'a P) -> (&'static str, &'a Units),
) -> Vec<Changed<'a>> {
    let other = after.iter().filter(|(id, part)| before.get(id) != Some(part));
    let changed = other.map(|(id, part)| {
        let (stage, units) = read(part);
        Changed { id: *id, stage, units, is_new: !before.contains_key(id) }
    });
    changed.collect()
}

async fn save_kind(
    tx: &WriteTx,
    kind: &Kind,
    order_id: Uuid,
    changes: Vec<Changed<'_>>,
    details: &[&String],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let now = time_value(micros(now));
    let (new, moved): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| change.is_new);
    let row = |it: &Changed<'_>| {
        let own = [json!(id_value(it.id)), json!(id_value(order_id)), json!(it.stage), json!(now)];
        Value::from_iter(own.into_iter().chain(details.iter().map(|text| json!(text))))
    };
    execute(tx, kind.insert, new.iter().map(row).collect()).await?;
    let lines = new
        .iter()
        .flat_map(|it| it.units.iter().map(|(line_id, units)| json!([id_value(it.id), id_value(*line_id), units])));
    execute(tx, kind.lines, lines.collect()).await?;
    let row = |it: &Changed<'_>| json!([id_value(it.id), it.stage, now]);
    execute(tx, kind.stage, moved.iter().map(row).collect()).await
}
