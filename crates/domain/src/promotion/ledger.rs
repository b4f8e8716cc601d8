//! What is left of a basket while promotions take something off.
use super::{Action, AmountPer, Basket, BasketLine, ItemFilter, PromotionRefusal, buy_get};
use crate::allocation::allocate_by_key;
use crate::money::{Money, sum};
use crate::pricing_error::PricingError;
use crate::rate::Rate;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is left of each line and of shipping, in minor units; never below zero.
pub(super) struct Ledger<'a> {
    basket: &'a Basket,
    left: BTreeMap<Uuid, i64>,
    shipping_left: i64,
}

/// What one promotion takes off.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// By line; none is zero.
    pub(super) lines: BTreeMap<Uuid, i64>,
    pub(super) shipping: i64,
}

impl Taken {
    pub(super) fn total(&self) -> Result<i64, PricingError> {
        Ok(sum(self.lines.values().copied().chain([self.shipping]))?)
    }
}

impl<'a> Ledger<'a> {
    pub(super) fn new(basket: &'a Basket) -> Result<Self, PricingError> {
        let left: BTreeMap<Uuid, i64> =
            basket.lines.iter().map(|line| Ok((line.id, line.subtotal()?))).collect::<Result<_, PricingError>>()?;
        // Whatever is taken off is then within 64 bits as well.
        sum(left.values().copied())?;
        Ok(Self { basket, left, shipping_left: basket.shipping.map_or(0, |shipping| shipping.price) })
    }

    /// Takes off what the action says; the inner error when it is about another currency.
    pub(super) fn take(&mut self, action: &Action) -> Result<Result<Taken, PromotionRefusal>, PricingError> {
        let taken = match action {
            Action::PercentageOff { rate, target } => self.percentage(*rate, target.filter())?,
            Action::AmountOff { amount, .. } | Action::FreeShipping { at_most: Some(amount), .. }
                if amount.currency != self.basket.currency =>
            {
                return Ok(Err(PromotionRefusal::OtherCurrency));
            }
            Action::AmountOff { amount, per: AmountPer::Once, target } => self.once(amount, target.filter())?,
            Action::AmountOff { amount, per: AmountPer::Unit, target } => self.each(amount, target.filter()),
            Action::BuyGet(rule) => buy_get::take(rule, &self.basket.lines, &self.left)?,
            Action::FreeShipping { method_ids, at_most } => self.shipping(method_ids, at_most.as_ref()),
        };
        for (line, amount) in &taken.lines {
            self.left.entry(*line).and_modify(|left| *left -= amount);
        }
        self.shipping_left -= taken.shipping;
        Ok(Ok(taken))
    }

    fn matching(&self, filter: &ItemFilter) -> Vec<(&BasketLine, i64)> {
        let lines = self.basket.lines.iter().filter(|line| filter.matches(line));
        lines.map(|line| (line, self.left.get(&line.id).copied().unwrap_or(0))).collect()
    }

    /// Rounded half up once, on all matching lines together: so it does not matter how units are spread over lines.
    fn percentage(&self, rate: Rate, filter: &ItemFilter) -> Result<Taken, PricingError> {
        let lines = self.matching(filter);
        let base = sum(lines.iter().map(|(_, left)| *left))?;
        split(
            rate.min(Rate::WHOLE).of(base).unwrap_or(base),
            lines.iter().map(|(line, left)| (line.id, *left)).collect(),
        )
    }

    fn once(&self, amount: &Money, filter: &ItemFilter) -> Result<Taken, PricingError> {
        let lines = self.matching(filter);
        let base = sum(lines.iter().map(|(_, left)| *left))?;
        split(amount.minor.clamp(0, base), lines.iter().map(|(line, left)| (line.id, *left)).collect())
    }

    fn each(&self, amount: &Money, filter: &ItemFilter) -> Taken {
        let of_line = |line: &BasketLine, left: i64| {
            amount.minor.max(0).checked_mul(i64::from(line.quantity)).map_or(left, |wanted| wanted.min(left))
        };
        let lines = self.matching(filter).into_iter().map(|(line, left)| (line.id, of_line(line, left)));
        Taken { lines: lines.filter(|(_, amount)| *amount > 0).collect(), shipping: 0 }
    }

    fn shipping(&self, method_ids: &[Uuid], at_most: Option<&Money>) -> Taken {
        let chosen =
            self.basket.shipping.filter(|shipping| method_ids.is_empty() || method_ids.contains(&shipping.method_id));
        let most = at_most.map_or(i64::MAX, |most| most.minor.max(0));
        Taken { lines: BTreeMap::new(), shipping: chosen.map_or(0, |_| self.shipping_left.min(most)) }
    }
}

/// Splits an amount over lines by what is left of them; equal fractions go to the smaller line id.
pub(super) fn split(amount: i64, weights: Vec<(Uuid, i64)>) -> Result<Taken, PricingError> {
    let parts = allocate_by_key(amount, &weights)?;
    let lines = weights.iter().map(|(id, _)| *id).zip(parts).filter(|(_, part)| *part > 0).collect();
    Ok(Taken { lines, shipping: 0 })
}
