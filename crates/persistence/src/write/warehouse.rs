//! Warehouses.
use super::{
    Conn, WriteTx,
    bulk::{Conflict, insert},
    micros,
};
use crate::{
    DbError,
    entity::warehouse::{Column, Model},
};
use chrono::{DateTime, Utc};
use tradewind_domain::warehouse::Warehouse;

/// Every warehouse, by code.
pub async fn load_warehouses(conn: Conn<'_>) -> Result<Vec<Warehouse>, DbError> {
    let rows: Vec<Model> = conn.all("SELECT * FROM warehouses", vec![]).await?;
    let mut warehouses: Vec<Warehouse> =
        rows.into_iter().map(|row| Warehouse { id: row.id, code: row.code, name: row.name }).collect();
    warehouses.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(warehouses)
}

/// Inserts or replaces by id.
pub async fn save_warehouses(tx: &WriteTx, warehouses: &[Warehouse], now: DateTime<Utc>) -> Result<(), DbError> {
    let row = |warehouse: &Warehouse| Model {
        id: warehouse.id,
        code: warehouse.code.clone(),
        name: warehouse.name.clone(),
        created_at: micros(now),
    };
    let mut rows: Vec<Model> = warehouses.iter().map(row).collect();
    rows.sort_by_key(|row| row.id);
    insert(tx, rows, Conflict::ReplaceBut(&[Column::CreatedAt])).await
}
