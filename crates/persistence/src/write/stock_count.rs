//! Stock before staff change it, taken for the transaction.
use super::{
    WriteTx,
    product_state::lock_of_variants,
    stock_level::{Which, lock_levels},
};
use crate::{DbError, sql::Arg, write::Conn};
use sea_orm::FromQueryResult;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Units of a variant by warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedStock {
    /// The variant, which exists.
    pub variant_id: Uuid,
    /// Units on hand; a warehouse that has no level yet is left out.
    pub on_hand: BTreeMap<Uuid, i64>,
}

/// The levels of those variants that exist: nobody else moves them before the transaction ends.
pub async fn lock_stock(tx: &WriteTx, variants: &[Uuid]) -> Result<Vec<CountedStock>, DbError> {
    lock_of_variants(tx, variants.to_vec()).await?;
    let stocked = lock_levels(tx, Which::Variants(variants), Uuid::nil()).await?;
    let counted = stocked.into_iter().map(|it| CountedStock {
        variant_id: it.variant_id,
        on_hand: it.levels.iter().map(|level| (level.warehouse_id, level.on_hand)).collect(),
    });
    Ok(counted.collect())
}

#[derive(FromQueryResult)]
struct Threshold {
    id: Uuid,
    low_stock_threshold: Option<i64>,
}

/// From how many units on each of the variants is nearly sold out; None: as the shop's default says.
pub async fn low_stock_thresholds(tx: &WriteTx, variants: &[Uuid]) -> Result<HashMap<Uuid, Option<i64>>, DbError> {
    let text = "SELECT id, low_stock_threshold FROM variants WHERE id {ids 1}";
    let rows: Vec<Threshold> = Conn::from(tx).all(text, vec![Arg::Ids(variants.to_vec())]).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.low_stock_threshold)).collect())
}
