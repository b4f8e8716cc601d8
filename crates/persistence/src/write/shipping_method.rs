//! Shipping methods: each is stored whole, as JSON, beside the currency that it is found by.
use super::{Conn, WriteTx, checkout::damaged, micros};
use crate::{
    DbError,
    sql::{Arg, id_value, rows, time_value},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde_json::json;
use tradewind_domain::{currency::Currency, shipping::ShippingMethod};
use uuid::Uuid;

#[derive(FromQueryResult)]
struct Row {
    rule: String,
}

const BY_CURRENCY: &str = "SELECT rule FROM shipping_methods WHERE currency = $1 AND enabled ORDER BY id";

/// The enabled methods of a currency, by id.
pub async fn shipping_methods(conn: Conn<'_>, currency: Currency) -> Result<Vec<ShippingMethod>, DbError> {
    let rows: Vec<Row> = conn.all(BY_CURRENCY, vec![Arg::Text(currency.code().to_owned())]).await?;
    let method = |row: Row| serde_json::from_str(&row.rule).map_err(|_| damaged("shipping_methods.rule"));
    rows.into_iter().map(method).collect()
}

#[derive(FromQueryResult)]
struct EnabledRow {
    rule: String,
    enabled: bool,
}

fn with_flag(row: EnabledRow) -> Result<(ShippingMethod, bool), DbError> {
    let method = serde_json::from_str(&row.rule).map_err(|_| damaged("shipping_methods.rule"))?;
    Ok((method, row.enabled))
}

/// Every method, by id, and whether it is offered.
pub async fn all_shipping_methods(conn: Conn<'_>) -> Result<Vec<(ShippingMethod, bool)>, DbError> {
    let rows: Vec<EnabledRow> = conn.all("SELECT rule, enabled FROM shipping_methods ORDER BY id", vec![]).await?;
    rows.into_iter().map(with_flag).collect()
}

/// The method of the id, and whether it is offered; locked until the end of the transaction.
pub async fn lock_shipping_method(tx: &WriteTx, id: Uuid) -> Result<Option<(ShippingMethod, bool)>, DbError> {
    let text = "SELECT rule, enabled FROM shipping_methods WHERE id = $1";
    let rows: Vec<EnabledRow> = Conn::from(tx).all_locked(text, vec![Arg::Id(id)]).await?;
    rows.into_iter().next().map(with_flag).transpose()
}

const SAVE: &str = "INSERT INTO shipping_methods (id, enabled, currency, rule, created_at, updated_at)
    SELECT {uuid 0}, {bigint 1} = 1, {text 2}, {text 3}, {time 4}, {time 4} FROM {rows 1} WHERE true ORDER BY u.key
    ON CONFLICT (id) DO UPDATE SET enabled = excluded.enabled, currency = excluded.currency, rule = excluded.rule,
        updated_at = excluded.updated_at";

/// Inserts or replaces by id; the flag says whether the method is offered.
pub async fn save_shipping_methods(
    tx: &WriteTx,
    methods: &[(ShippingMethod, bool)],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let mut methods: Vec<&(ShippingMethod, bool)> = methods.iter().collect();
    methods.sort_by_key(|(method, _)| method.id);
    let row = |(method, enabled): &(ShippingMethod, bool)| {
        let (currency, rule) = (method.currency.code(), json!(method).to_string());
        json!([id_value(method.id), i64::from(*enabled), currency, rule, time_value(micros(now))])
    };
    tx.execute(SAVE, vec![rows(methods.into_iter().map(row))]).await?;
    Ok(())
}

/// Deletes methods; how many.
pub async fn delete_shipping_methods(tx: &WriteTx, ids: &[Uuid]) -> Result<u64, DbError> {
    tx.execute("DELETE FROM shipping_methods WHERE id {ids 1}", vec![Arg::Ids(ids.to_vec())]).await
}
