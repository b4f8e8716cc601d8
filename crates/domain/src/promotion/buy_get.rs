//! Buy some, get others cheaper.
use super::ledger::{Taken, split};
use super::{BasketLine, BuyGet};
use crate::money::sum;
use crate::pricing_error::PricingError;
use crate::rate::Rate;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What the rule takes off lines of which `left` is left.
pub(super) fn take(rule: &BuyGet, lines: &[BasketLine], left: &BTreeMap<Uuid, i64>) -> Result<Taken, PricingError> {
    let cheaper = cheaper_units(rule, lines);
    let value = |(line, units): &(&BasketLine, u64)| {
        let left = left.get(&line.id).copied().unwrap_or(0);
        (line.id, share(left, *units, line.quantity))
    };
    let values: Vec<(Uuid, i64)> = cheaper.iter().map(value).collect();
    let base = sum(values.iter().map(|(_, value)| *value))?;
    split(rule.rate.min(Rate::WHOLE).of(base).unwrap_or(base), values)
}

/// What is left of `units` of a line's `quantity`; exact as long as nothing was taken off, else rounded down.
fn share(left: i64, units: u64, quantity: u32) -> i64 {
    let part = i128::from(left) * i128::from(units) / i128::from(quantity.max(1));
    i64::try_from(part).map_or(left, |part| part.min(left))
}

/// How many units of which lines get cheaper.
fn cheaper_units<'a>(rule: &BuyGet, lines: &'a [BasketLine]) -> Vec<(&'a BasketLine, u64)> {
    let counts = Counts::of(rule, lines);
    let times = counts.times(rule);
    let mut wanted = times * u64::from(rule.get_quantity.get());
    // What serves as bought is taken from units that only `buy` matches first.
    let bought = (times * u64::from(rule.buy_quantity.get())).saturating_sub(counts.buy_only);
    let mut free_of_both = counts.both.saturating_sub(bought);
    let mut candidates: Vec<&BasketLine> = lines.iter().filter(|line| rule.get.matches(line)).collect();
    candidates.sort_by_key(|line| (line.unit_price, line.id));
    let mut cheaper = Vec::new();
    for line in candidates {
        let both = rule.buy.matches(line);
        let available = u64::from(line.quantity).min(if both { free_of_both } else { u64::MAX });
        let units = available.min(wanted);
        wanted -= units;
        if both {
            free_of_both -= units;
        }
        if units > 0 {
            cheaper.push((line, units));
        }
    }
    cheaper
}

/// Units, by which filter matches them.
struct Counts {
    buy_only: u64,
    get_only: u64,
    both: u64,
}

impl Counts {
    fn of(rule: &BuyGet, lines: &[BasketLine]) -> Self {
        let count = |buy: bool, get: bool| {
            let matching = lines.iter().filter(|line| rule.buy.matches(line) == buy && rule.get.matches(line) == get);
            matching.map(|line| u64::from(line.quantity)).sum()
        };
        Self { buy_only: count(true, false), get_only: count(false, true), both: count(true, true) }
    }

    /// How often the rule counts. Enough units must match `buy`, enough `get`, and enough either of them: more is not
    /// needed to give each unit one of the two parts.
    fn times(&self, rule: &BuyGet) -> u64 {
        let (buy, get) = (u64::from(rule.buy_quantity.get()), u64::from(rule.get_quantity.get()));
        let by_units = [
            (self.buy_only + self.both) / buy,
            (self.get_only + self.both) / get,
            (self.buy_only + self.get_only + self.both) / (buy + get),
        ];
        let limit = rule.at_most.map_or(u64::MAX, u64::from);
        by_units.into_iter().fold(limit, u64::min)
    }
}
