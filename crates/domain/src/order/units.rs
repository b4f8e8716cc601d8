//! How many units of each line are where.
use super::{FulfilmentStage, OrderRefusal, OrderState, ReturnStage};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Units by line.
pub type Units = BTreeMap<Uuid, u32>;

impl OrderState {
    /// Handed over and not called back.
    pub fn fulfilled(&self, line_id: Uuid) -> u32 {
        let active = self.fulfilments.values().filter(|fulfilment| fulfilment.stage != FulfilmentStage::Cancelled);
        add(active.map(|fulfilment| &fulfilment.units), line_id)
    }

    /// Known to have arrived.
    pub fn delivered(&self, line_id: Uuid) -> u32 {
        let arrived = self.fulfilments.values().filter(|fulfilment| fulfilment.stage == FulfilmentStage::Delivered);
        add(arrived.map(|fulfilment| &fulfilment.units), line_id)
    }

    /// To be sent back, or back already.
    pub fn in_returns(&self, line_id: Uuid) -> u32 {
        let counting =
            self.returns.values().filter(|back| !matches!(back.stage, ReturnStage::Declined | ReturnStage::Cancelled));
        add(counting.map(|back| &back.units), line_id)
    }

    /// Back again.
    pub fn returned(&self, line_id: Uuid) -> u32 {
        let back = self.returns.values().filter(|back| back.stage == ReturnStage::Received);
        add(back.map(|back| &back.units), line_id)
    }

    /// Still to be handed over.
    pub fn open(&self, line_id: Uuid) -> u32 {
        let gone = |line: &super::OrderLineState| {
            line.ordered.saturating_sub(line.cancelled).saturating_sub(self.fulfilled(line_id))
        };
        self.lines.get(&line_id).map_or(0, gone)
    }

    /// What a line's figures make over all lines.
    pub(super) fn over_lines(&self, figure: impl Fn(&Self, Uuid) -> u32) -> u64 {
        self.lines.keys().map(|line_id| u64::from(figure(self, *line_id))).sum()
    }

    /// Fails on units that are none, of lines that are not there, or more than `possible`.
    pub(super) fn admit(&self, units: &Units, possible: impl Fn(&Self, Uuid) -> u32) -> Result<(), OrderRefusal> {
        if units.is_empty() {
            return Err(OrderRefusal::NoUnits);
        }
        for (line_id, wanted) in units {
            let (line_id, wanted) = (*line_id, *wanted);
            if !self.lines.contains_key(&line_id) {
                return Err(OrderRefusal::UnknownLine(line_id));
            }
            let possible = possible(self, line_id);
            match wanted {
                0 => return Err(OrderRefusal::NoUnits),
                _ if wanted > possible => return Err(OrderRefusal::TooManyUnits { line_id, wanted, possible }),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Saturating, because each of the summands was once at most what was ordered.
fn add<'a>(units: impl Iterator<Item = &'a Units>, line_id: Uuid) -> u32 {
    units.filter_map(|units| units.get(&line_id)).fold(0, |sum: u32, units| sum.saturating_add(*units))
}
