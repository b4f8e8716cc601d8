//! Stock that staff set, count or take in. What is promised to shoppers is `stock_hold.rs`.
use super::{
    Shop, WriteTx,
    availability::refresh_availability,
    bulk::{Conflict, insert},
    product_state::lock_of_variants,
    stock_ledger::{Cause, Change, note},
    stock_level::{Which, apply, lock_levels},
};
use crate::{
    DbError,
    entity::stock_level::{Column, Model},
    sql::Arg,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Sets what lies in a warehouse, as (variant, warehouse, units on hand); of several for the same place the last
/// counts. Units that are promised already stay promised. The ledger gets the differences.
pub async fn set_stock(tx: &WriteTx, shop: &Shop, levels: &[(Uuid, Uuid, i64)], cause: &Cause) -> Result<(), DbError> {
    let levels: BTreeMap<(Uuid, Uuid), i64> =
        levels.iter().map(|(variant, warehouse, on_hand)| ((*variant, *warehouse), *on_hand)).collect();
    check_places(shop, levels.keys())?;
    if levels.is_empty() {
        return Ok(());
    }
    let variants: BTreeSet<Uuid> = levels.keys().map(|(variant, _)| *variant).collect();
    let variants: Vec<Uuid> = variants.into_iter().collect();
    let products = lock_of_variants(tx, variants.clone()).await?;
    let stocked = lock_levels(tx, Which::Variants(&variants), Uuid::nil()).await?;
    let on_hand = stocked
        .iter()
        .flat_map(|it| it.levels.iter().map(|level| ((it.variant_id, level.warehouse_id), level.on_hand)));
    let before: HashMap<(Uuid, Uuid), i64> = on_hand.collect();
    let change = |((variant_id, warehouse_id), on_hand): (&(Uuid, Uuid), &i64)| Change {
        variant_id: *variant_id,
        warehouse_id: *warehouse_id,
        on_hand: on_hand.saturating_sub(before.get(&(*variant_id, *warehouse_id)).copied().unwrap_or(0)),
        reserved: 0,
        reference: cause.reference.map(|reference| reference.id),
    };
    let changes: Vec<Change> = levels.iter().map(change).collect();
    let row = |((variant_id, warehouse_id), on_hand)| Model { variant_id, warehouse_id, on_hand, reserved: 0 };
    insert(tx, levels.into_iter().map(row).collect(), Conflict::ReplaceBut(&[Column::Reserved])).await?;
    note(tx, changes, cause).await?;
    tx.product_changed(&products);
    refresh_availability(tx, products).await
}

/// Adds to what lies in a warehouse, or takes from it, as (variant, warehouse, units); several for the same place add up.
/// For deliveries, returns, losses: unlike [`set_stock`] it needs not know how much there is. Variants that do not exist
/// are left out.
pub async fn add_stock(tx: &WriteTx, shop: &Shop, units: &[(Uuid, Uuid, i64)], cause: &Cause) -> Result<(), DbError> {
    let mut sums: BTreeMap<(Uuid, Uuid), i64> = BTreeMap::new();
    for (variant, warehouse, units) in units {
        let sum = sums.entry((*variant, *warehouse)).or_default();
        *sum = sum.saturating_add(*units);
    }
    check_places(shop, sums.keys())?;
    if sums.is_empty() {
        return Ok(());
    }
    let variants: BTreeSet<Uuid> = sums.keys().map(|(variant, _)| *variant).collect();
    let variants: Vec<Uuid> = variants.into_iter().collect();
    let products = lock_of_variants(tx, variants.clone()).await?;
    open_levels(tx, sums.keys().copied()).await?;
    let stocked = lock_levels(tx, Which::Variants(&variants), Uuid::nil()).await?;
    let known: BTreeSet<Uuid> = stocked.iter().map(|it| it.variant_id).collect();
    let sums = sums.into_iter().filter(|((variant, _), units)| *units != 0 && known.contains(variant));
    let change = |((variant_id, warehouse_id), on_hand)| Change {
        variant_id,
        warehouse_id,
        on_hand,
        reserved: 0,
        reference: cause.reference.map(|reference| reference.id),
    };
    let changes: Vec<Change> = sums.map(change).collect();
    tx.product_changed(&products);
    apply(tx, &stocked, &changes, cause).await
}

/// Makes empty levels where there are none, of variants that exist. The caller has their products.
pub(crate) async fn open_levels(tx: &WriteTx, places: impl Iterator<Item = (Uuid, Uuid)>) -> Result<(), DbError> {
    let places = places.map(|(variant, warehouse)| [variant, warehouse].map(|id| id.simple().to_string()));
    let places = serde_json::json!(places.collect::<Vec<_>>()).to_string();
    let text = if tx.postgres() { OPEN_POSTGRES } else { OPEN_SQLITE };
    tx.execute(text, vec![Arg::Text(places)]).await?;
    Ok(())
}

const OPEN_POSTGRES: &str = "INSERT INTO stock_levels (variant_id, warehouse_id, on_hand, reserved)
    SELECT v.id, (p.place ->> 1)::uuid, 0, 0 FROM json_array_elements($1::json) AS p (place)
    JOIN variants v ON v.id = (p.place ->> 0)::uuid ORDER BY 1, 2 ON CONFLICT DO NOTHING";
const OPEN_SQLITE: &str = "INSERT INTO stock_levels (variant_id, warehouse_id, on_hand, reserved)
    SELECT v.id, unhex(p.value ->> 1), 0, 0 FROM json_each($1) p JOIN variants v ON v.id = unhex(p.value ->> 0)
    WHERE true ON CONFLICT DO NOTHING";

/// From how many units on a variant counts as nearly sold out, as (variant, threshold); none: as the shop's default
/// says. Of several for the same variant the last counts.
pub async fn set_low_stock_thresholds(tx: &WriteTx, thresholds: &[(Uuid, Option<i64>)]) -> Result<(), DbError> {
    let thresholds: BTreeMap<Uuid, Option<i64>> = thresholds.iter().copied().collect();
    if thresholds.is_empty() {
        return Ok(());
    }
    let variants: Vec<Uuid> = thresholds.keys().copied().collect();
    let products = lock_of_variants(tx, variants.clone()).await?;
    lock_levels(tx, Which::Variants(&variants), Uuid::nil()).await?;
    let rows: Vec<(String, Option<i64>)> =
        thresholds.into_iter().map(|(variant, threshold)| (variant.simple().to_string(), threshold)).collect();
    let text = if tx.postgres() { THRESHOLD_POSTGRES } else { THRESHOLD_SQLITE };
    tx.execute(text, vec![Arg::Text(serde_json::json!(rows).to_string())]).await?;
    tx.product_changed(&products);
    tx.stock_changed(&variants);
    refresh_availability(tx, products).await
}

const THRESHOLD_POSTGRES: &str = "UPDATE variants v SET low_stock_threshold = (u.row ->> 1)::bigint
    FROM json_array_elements($1::json) AS u (row) WHERE v.id = (u.row ->> 0)::uuid";
const THRESHOLD_SQLITE: &str = "UPDATE variants SET low_stock_threshold = u.value ->> 1 FROM json_each($1) u
    WHERE variants.id = unhex(u.value ->> 0)";

fn check_places<'p>(shop: &Shop, mut places: impl Iterator<Item = &'p (Uuid, Uuid)>) -> Result<(), DbError> {
    let known = |id: &Uuid| shop.warehouses.iter().any(|warehouse| warehouse.id == *id);
    match places.find(|(_, warehouse)| !known(warehouse)) {
        None => Ok(()),
        Some((variant_id, warehouse_id)) => Err(DbError::Setup(format!(
            "stock of variant {variant_id}: the shop has no warehouse {warehouse_id}; create it first"
        ))),
    }
}
