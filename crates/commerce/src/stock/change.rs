//! Many levels at once, each set or moved.
use crate::{
    account::{
        Moment, Outcome, Refused,
        refusal::{codes, refused_field},
    },
    staff::{Actor, Audited, OnError},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use tradewind_domain::audit::{Change, Subject};
use tradewind_persistence::{
    DbError,
    write::{Cause, MovementKind, Shop, WriteTx, lock_stock, set_stock},
};
use uuid::Uuid;

/// Changes of one request.
pub const MOST: usize = 500;
/// More units of a variant lie in no warehouse.
const MOST_UNITS: i64 = 1_000_000_000;

codes! {
    /// Why stock is not changed.
    StockCode {
        /// There is no such variant.
        VariantNotFound = "VARIANT_NOT_FOUND",
        /// There is no such warehouse.
        WarehouseNotFound = "WAREHOUSE_NOT_FOUND",
        /// It is no number of units that can lie in a warehouse.
        InvalidQuantity = "INVALID_QUANTITY",
        /// Fewer units are there than would go.
        BelowZero = "BELOW_ZERO",
        /// Another number of units is there than was expected: look again.
        Conflict = "CONFLICT",
        /// A request has too many changes: send them in parts.
        TooMany = "TOO_MANY_ITEMS",
    }
}

/// How a level changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockAmount {
    /// So many are there, as somebody counted.
    Set {
        /// Units on hand.
        on_hand: i64,
        /// As many as the client believes to be there; another number is a conflict.
        expected: Option<i64>,
    },
    /// So many came, or below zero, went.
    Add(i64),
}

/// A level that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockChange {
    /// Of what.
    pub variant_id: Uuid,
    /// Where.
    pub warehouse_id: Uuid,
    /// How.
    pub amount: StockAmount,
}

/// What came of the changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockDone {
    /// Variants whose levels are other ones now.
    pub variants: Vec<Uuid>,
    /// Of changes that were each on their own: those that were not done.
    pub refused: Vec<Refused<StockCode>>,
}

type Levels = BTreeMap<(Uuid, Uuid), i64>;

fn amount_after(before: i64, amount: StockAmount) -> Result<i64, (StockCode, &'static str, String)> {
    let (after, field) = match amount {
        StockAmount::Set { expected: Some(expected), .. } if expected != before => {
            let message = format!("{before} units are there, not {expected}: look again before you set them.");
            return Err((StockCode::Conflict, "expectedOnHand", message));
        }
        StockAmount::Set { on_hand, .. } => (on_hand, "onHand"),
        StockAmount::Add(units) => (before.saturating_add(units), "delta"),
    };
    match (after, amount) {
        (0..=MOST_UNITS, _) => Ok(after),
        (..0, StockAmount::Add(units)) => {
            let message = format!("{before} units are there, and {} would go: take at most those.", -units);
            Err((StockCode::BelowZero, field, message))
        }
        _ => Err((StockCode::InvalidQuantity, field, format!("{after} is no number of units from 0 to {MOST_UNITS}."))),
    }
}

/// Applies one change to the levels as they would be.
fn apply(
    levels: &mut Levels,
    shop: &Shop,
    known: &BTreeSet<Uuid>,
    change: &StockChange,
) -> Result<(), (StockCode, &'static str, String)> {
    if !known.contains(&change.variant_id) {
        return Err((StockCode::VariantNotFound, "variantId", "There is no such variant.".to_owned()));
    }
    if !shop.warehouses.iter().any(|warehouse| warehouse.id == change.warehouse_id) {
        return Err((StockCode::WarehouseNotFound, "warehouseId", "The shop has no such warehouse.".to_owned()));
    }
    let level = levels.entry((change.variant_id, change.warehouse_id)).or_insert(0);
    *level = amount_after(*level, change.amount)?;
    Ok(())
}

/// Changes levels, in a number of statements that does not grow with them. Changes of one level add up in their order.
#[allow(clippy::too_many_arguments, reason = "what, how, why, by whom, when")]
pub async fn change(
    tx: &WriteTx,
    changes: &[StockChange],
    on_error: OnError,
    kind: MovementKind,
    reason: &str,
    actor: Actor,
    action: &'static str,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Audited<StockDone>, StockCode>, DbError> {
    if changes.len() > MOST {
        let message = format!("A request changes at most {MOST} levels, not {}: send them in parts.", changes.len());
        return Ok(Err(refused_field(StockCode::TooMany, "inputs", &message)));
    }
    let variants: BTreeSet<Uuid> = changes.iter().map(|change| change.variant_id).collect();
    let counted = lock_stock(tx, &variants.into_iter().collect::<Vec<_>>()).await?;
    let shop = Shop::load(tx).await?;
    let known: BTreeSet<Uuid> = counted.iter().map(|it| it.variant_id).collect();
    let places =
        counted.iter().flat_map(|it| it.on_hand.iter().map(|(place, units)| ((it.variant_id, *place), *units)));
    let before: Levels = places.collect();
    let (mut after, mut refused) = (before.clone(), Vec::new());
    for (place, change) in changes.iter().enumerate() {
        if let Err((code, field, message)) = apply(&mut after, &shop, &known, change) {
            refused.extend(refused_field(code, &format!("inputs.{place}.{field}"), &message));
        }
    }
    if !refused.is_empty() && on_error == OnError::AllOrNothing {
        return Ok(Err(refused));
    }
    after.retain(|place, units| before.get(place).copied().unwrap_or(0) != *units);
    let levels: Vec<_> = after.iter().map(|((variant, warehouse), units)| (*variant, *warehouse, *units)).collect();
    let reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
    let cause = Cause { reason, actor: Some(actor.to_string()), ..Cause::new(kind, moment.now()) };
    set_stock(tx, &shop, &levels, &cause).await?;
    let told = |((variant, warehouse), units): (&(Uuid, Uuid), &i64)| {
        let was = before.get(&(*variant, *warehouse)).copied().unwrap_or(0);
        let level = |units: i64| json!({ "warehouse": warehouse, "onHand": units });
        Change { action, subject: Subject::Stock, id: *variant, before: level(was), after: level(*units) }
    };
    let changes = after.iter().map(told).collect();
    let variants: BTreeSet<Uuid> = after.keys().map(|(variant, _)| *variant).collect();
    Ok(Ok(Audited::all(StockDone { variants: variants.into_iter().collect(), refused }, changes)))
}
