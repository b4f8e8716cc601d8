//! From how many units on a variant is nearly sold out.
use super::{MOST, StockCode};
use crate::{
    account::{Outcome, refusal::refused_field},
    staff::Audited,
};
use serde_json::json;
use std::collections::BTreeSet;
use tradewind_domain::audit::{Change, Subject};
use tradewind_persistence::{
    DbError,
    write::{WriteTx, lock_stock, low_stock_thresholds, set_low_stock_thresholds},
};
use uuid::Uuid;

/// Of one variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Which.
    pub variant_id: Uuid,
    /// Units; None: as the shop's default says.
    pub units: Option<i64>,
}

/// Sets thresholds, all or none of them.
pub async fn set_thresholds(
    tx: &WriteTx,
    thresholds: &[Threshold],
) -> Result<Outcome<Audited<Vec<Uuid>>, StockCode>, DbError> {
    if thresholds.len() > MOST {
        let message = format!("A request changes at most {MOST} variants: send them in parts.");
        return Ok(Err(refused_field(StockCode::TooMany, "inputs", &message)));
    }
    let wanted: BTreeSet<Uuid> = thresholds.iter().map(|it| it.variant_id).collect();
    let wanted: Vec<Uuid> = wanted.into_iter().collect();
    let known: BTreeSet<Uuid> = lock_stock(tx, &wanted).await?.iter().map(|it| it.variant_id).collect();
    let mut refused = Vec::new();
    for (place, threshold) in thresholds.iter().enumerate() {
        let field = |name: &str| format!("inputs.{place}.{name}");
        if !known.contains(&threshold.variant_id) {
            let message = "There is no such variant.";
            refused.extend(refused_field(StockCode::VariantNotFound, &field("variantId"), message));
        }
        if threshold.units.is_some_and(|units| units < 0) {
            let message = "A threshold is zero or more units, or null for the shop's default.";
            refused.extend(refused_field(StockCode::InvalidQuantity, &field("threshold"), message));
        }
    }
    if !refused.is_empty() {
        return Ok(Err(refused));
    }
    let before = low_stock_thresholds(tx, &wanted).await?;
    let rows: Vec<_> = thresholds.iter().map(|it| (it.variant_id, it.units)).collect();
    set_low_stock_thresholds(tx, &rows).await?;
    let told = |it: &Threshold| {
        let of = |units: Option<i64>| json!({ "lowStockThreshold": units });
        let was = before.get(&it.variant_id).copied().flatten();
        Change::updated("lowStockThresholdsSet", Subject::Variant, it.variant_id, of(was), of(it.units))
    };
    let changes = thresholds.iter().map(told).collect();
    Ok(Ok(Audited::all(wanted, changes)))
}
