//! What is wanted, and from where it is taken. No SQL.
use super::stock_level::Stocked;
use std::collections::{BTreeMap, HashMap};
use tradewind_domain::{
    sourcing::{NotEnough, Shelf, source},
    stock::StockPolicy,
};
use uuid::Uuid;

/// The most units of a variant that a hold may have: more is a slip of the finger, and sums stay far from their end.
pub const MOST_UNITS: i64 = 1_000_000_000;

/// Units that somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Of what.
    pub variant_id: Uuid,
    /// How many, at least 1.
    pub quantity: i64,
}

/// Units that somebody is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldLine {
    /// Of what.
    pub variant_id: Uuid,
    /// From where; none: stock of the variant is not counted.
    pub warehouse_id: Option<Uuid>,
    /// How many, in all.
    pub quantity: i64,
    /// How many of them are not there yet.
    pub backordered: i64,
}

/// A line that cannot be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// Its index among the lines.
    pub line: usize,
    /// Of what.
    pub variant_id: Uuid,
    /// Units wanted by all lines of the variant together.
    pub requested: i64,
    /// Units of the variant that can be promised in the channel.
    pub available: i64,
    /// Why.
    pub code: ShortageCode,
}

/// Why a line cannot be served. The names never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShortageCode {
    /// There is less than is wanted, and the variant is not sold beyond what is there.
    InsufficientStock,
    /// There is no such variant.
    UnknownVariant,
    /// Fewer than one unit, or more than [`MOST_UNITS`] of one variant.
    InvalidQuantity,
}

impl ShortageCode {
    /// As clients read it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InsufficientStock => "INSUFFICIENT_STOCK",
            Self::UnknownVariant => "UNKNOWN_VARIANT",
            Self::InvalidQuantity => "INVALID_QUANTITY",
        }
    }
}

/// What all lines of a variant want together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand {
    pub(crate) variant_id: Uuid,
    pub(crate) quantity: i64,
}

/// Adds up lines of the same variant; in the order of the variants' ids.
pub(crate) fn demands(lines: &[Line]) -> Result<Vec<Demand>, Vec<Shortage>> {
    let mut sums: BTreeMap<Uuid, i64> = BTreeMap::new();
    for line in lines {
        let sum = sums.entry(line.variant_id).or_default();
        *sum = sum.saturating_add(line.quantity.max(0));
    }
    let requested = |line: &Line| sums.get(&line.variant_id).copied().unwrap_or_default();
    let invalid = lines.iter().enumerate().filter(|(_, line)| line.quantity < 1 || requested(line) > MOST_UNITS);
    let invalid: Vec<Shortage> = invalid
        .map(|(index, line)| Shortage {
            line: index,
            variant_id: line.variant_id,
            requested: requested(line),
            available: 0,
            code: ShortageCode::InvalidQuantity,
        })
        .collect();
    match invalid.is_empty() {
        true => Ok(sums.into_iter().map(|(variant_id, quantity)| Demand { variant_id, quantity }).collect()),
        false => Err(invalid),
    }
}

impl Stocked {
    /// Sells beyond what is there, and has no place yet where that could be noted.
    pub(crate) fn needs_level(&self) -> bool {
        self.tracked && self.policy == StockPolicy::Backorder && !self.levels.iter().any(|level| level.sells)
    }

    fn shelves(&self) -> Vec<Shelf> {
        let sells = self.levels.iter().filter(|level| level.sells);
        sells
            .map(|level| Shelf {
                warehouse_id: level.warehouse_id,
                available: level.on_hand.saturating_sub(level.reserved),
            })
            .collect()
    }

    fn serve(&self, quantity: i64) -> Result<Vec<HeldLine>, NotEnough> {
        let variant_id = self.variant_id;
        if !self.tracked {
            return Ok(vec![HeldLine { variant_id, warehouse_id: None, quantity, backordered: 0 }]);
        }
        let taken = source(quantity, self.policy, &self.shelves())?;
        let held = taken.into_iter().map(|part| HeldLine {
            variant_id,
            warehouse_id: Some(part.warehouse_id),
            quantity: part.quantity,
            backordered: part.backordered,
        });
        Ok(held.collect())
    }
}

/// Decides from where each demand is served.
pub(crate) fn plan(lines: &[Line], demands: &[Demand], stocked: &[Stocked]) -> Result<Vec<HeldLine>, Vec<Shortage>> {
    let stocked: HashMap<Uuid, &Stocked> = stocked.iter().map(|it| (it.variant_id, it)).collect();
    let mut held = Vec::new();
    let mut refused: HashMap<Uuid, (ShortageCode, i64, i64)> = HashMap::new();
    for Demand { variant_id, quantity } in demands.iter().copied() {
        match stocked.get(&variant_id).map(|it| it.serve(quantity)) {
            Some(Ok(parts)) => held.extend(parts),
            Some(Err(NotEnough { available })) => {
                refused.insert(variant_id, (ShortageCode::InsufficientStock, quantity, available));
            }
            None => {
                refused.insert(variant_id, (ShortageCode::UnknownVariant, quantity, 0));
            }
        }
    }
    if refused.is_empty() {
        return Ok(held);
    }
    let shortage = |(line, Line { variant_id, .. }): (usize, &Line)| {
        let (code, requested, available) = *refused.get(variant_id)?;
        Some(Shortage { line, variant_id: *variant_id, requested, available, code })
    };
    Err(lines.iter().enumerate().filter_map(shortage).collect())
}
