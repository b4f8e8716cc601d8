//! Units of an order that come back to where they came from.
use super::{
    Conn, Shop, WriteTx, add_stock,
    stock_ledger::{Cause, MovementKind, Reference},
};
use crate::{
    DbError,
    sql::{Arg, id_value, rows},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(FromQueryResult)]
struct Source {
    variant_id: Uuid,
    warehouse_id: Uuid,
    quantity: i64,
    returned: i64,
}

const TAKE_BACK: &str = "UPDATE order_sources SET returned = returned + {bigint 2} FROM {rows 1}
    WHERE order_sources.order_id = $2 AND order_sources.variant_id = {uuid 0}
      AND order_sources.warehouse_id = {uuid 1}";

/// Adds units of an order to the stock again, in the warehouses that they came from, by their ids, and never more than came
/// from there. Units of variants whose stock was not counted, or that do not exist any more, are left out. The order's
/// checkout is locked.
pub async fn restock(
    tx: &WriteTx,
    order_id: Uuid,
    units: &BTreeMap<Uuid, i64>,
    reason: Option<String>,
    actor: Option<String>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let text = "SELECT s.variant_id, s.warehouse_id, s.quantity, s.returned FROM order_sources s
        JOIN variants v ON v.id = s.variant_id JOIN warehouses w ON w.id = s.warehouse_id
        WHERE s.order_id = $1 ORDER BY s.variant_id, s.warehouse_id";
    let sources: Vec<Source> = Conn::from(tx).all(text, vec![Arg::Id(order_id)]).await?;
    let mut left = units.clone();
    let mut back: Vec<(Uuid, Uuid, i64)> = Vec::new();
    for source in sources {
        let wanted = left.entry(source.variant_id).or_default();
        let taken = (*wanted).min(source.quantity - source.returned);
        if taken > 0 {
            *wanted -= taken;
            back.push((source.variant_id, source.warehouse_id, taken));
        }
    }
    if back.is_empty() {
        return Ok(());
    }
    let row =
        |(variant, warehouse, units): &(Uuid, Uuid, i64)| json!([id_value(*variant), id_value(*warehouse), units]);
    tx.execute(TAKE_BACK, vec![rows(back.iter().map(row)), Arg::Id(order_id)]).await?;
    let reference = Some(Reference { kind: "order", id: order_id });
    let cause = Cause { kind: MovementKind::Return, reason, reference, actor, at: now };
    add_stock(tx, &Shop::load(tx).await?, &back, &cause).await
}

#[derive(FromQueryResult)]
struct LineVariant {
    id: Uuid,
    variant_id: Uuid,
}

/// What the lines of an order are of: (line, variant).
pub async fn order_variants(tx: &WriteTx, order_id: Uuid) -> Result<Vec<(Uuid, Uuid)>, DbError> {
    let text = "SELECT id, variant_id FROM order_lines WHERE order_id = $1";
    let lines: Vec<LineVariant> = Conn::from(tx).all(text, vec![Arg::Id(order_id)]).await?;
    Ok(lines.into_iter().map(|line| (line.id, line.variant_id)).collect())
}
