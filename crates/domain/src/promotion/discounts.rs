//! Which promotions count, and what they take off.
use super::ledger::{Ledger, Taken};
use super::{Basket, Class, Promotion, PromotionRefusal, Trigger};
use crate::pricing_error::PricingError;
use std::cmp::Reverse;
use uuid::Uuid;

/// What promotions take off a basket, in minor units of its currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discounts {
    /// Off lines, in the order of taking; together never more than the line costs, and none is zero.
    pub lines: Vec<LineDiscount>,
    /// Off shipping, likewise.
    pub shipping: Vec<ShippingDiscount>,
    /// The promotions that count, in the order of taking: each is one use. Free shipping counts already while no method
    /// is chosen.
    pub applied: Vec<Uuid>,
    /// The promotions whose code was entered and that do not count, in the order of the codes.
    pub refused: Vec<Refused>,
}

/// What one promotion takes off one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct LineDiscount {
    pub line_id: Uuid,
    pub promotion_id: Uuid,
    pub amount: i64,
}

/// What one promotion takes off shipping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ShippingDiscount {
    pub promotion_id: Uuid,
    pub amount: i64,
}

/// A code that was entered for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// As it is stored.
    pub code: String,
    /// Whose it is.
    pub promotion_id: Uuid,
    /// What the shopper is told.
    pub reason: PromotionRefusal,
}

/// What `promotions` take off `basket`.
///
/// 1. A promotion is a candidate if it is automatic or its code was entered, its conditions hold before any discount,
///    its limits are not reached, and it would by itself take something off.
/// 2. Candidates are taken by priority, of equal priority the one that would by itself take more off, then the smaller
///    id. One that does not combine with all that were taken before is left out.
/// 3. Those that were taken apply class by class (products, the order, shipping), each to what the earlier left.
/// 4. An amount or percentage of several lines is one amount, rounded half up once, and split over them in proportion to
///    what is left of each, to the cent; equal fractions go to the smaller line id.
///
/// So neither the order of the lines nor that of the promotions matters.
pub fn discounts(promotions: &[Promotion], basket: &Basket) -> Result<Discounts, PricingError> {
    basket.check()?;
    let mut refusals = Vec::new();
    let mut candidates = candidates(promotions, basket, &mut refusals)?;
    candidates.sort_by_key(|(promotion, saving)| (Reverse(promotion.priority), Reverse(*saving), promotion.id));
    let mut chosen: Vec<&Promotion> = Vec::new();
    for (promotion, _) in candidates {
        match chosen.iter().find(|other| !promotion.combines(other)) {
            Some(other) => refusals.push((promotion.id, PromotionRefusal::NotCombinable { with: other.id })),
            None => chosen.push(promotion),
        }
    }
    chosen.sort_by_key(|promotion| promotion.class());
    let mut found = Discounts::default();
    let mut ledger = Ledger::new(basket)?;
    for promotion in chosen {
        match ledger.take(&promotion.action)? {
            Ok(taken) if taken.total()? > 0 || is_early(promotion, basket) => found.add(promotion.id, taken),
            Ok(_) => refusals.push((promotion.id, PromotionRefusal::NothingToDiscount)),
            Err(refusal) => refusals.push((promotion.id, refusal)),
        }
    }
    found.refused = refused(basket, &refusals);
    Ok(found)
}

/// Those that may count, with what each would take off by itself.
fn candidates<'a>(
    promotions: &'a [Promotion],
    basket: &Basket,
    refusals: &mut Vec<(Uuid, PromotionRefusal)>,
) -> Result<Vec<(&'a Promotion, i64)>, PricingError> {
    let mut found = Vec::new();
    for promotion in promotions {
        let entered = || basket.codes.iter().any(|code| code.promotion_id == promotion.id);
        if promotion.trigger == Trigger::Automatic || entered() {
            match by_itself(promotion, basket)? {
                Ok(saving) => found.push((promotion, saving)),
                Err(refusal) => refusals.push((promotion.id, refusal)),
            }
        }
    }
    Ok(found)
}

fn by_itself(promotion: &Promotion, basket: &Basket) -> Result<Result<i64, PromotionRefusal>, PricingError> {
    let usage = basket.usage.get(&promotion.id).copied().unwrap_or_default();
    if let Err(refusal) = promotion.limits.admit(usage).and(promotion.conditions.hold(basket)?) {
        return Ok(Err(refusal));
    }
    Ok(match Ledger::new(basket)?.take(&promotion.action)? {
        Ok(taken) => match taken.total()? {
            0 if !is_early(promotion, basket) => Err(PromotionRefusal::NothingToDiscount),
            saving => Ok(saving),
        },
        Err(refusal) => Err(refusal),
    })
}

/// Free shipping that was promised before a method is chosen.
fn is_early(promotion: &Promotion, basket: &Basket) -> bool {
    promotion.class() == Class::Shipping && basket.shipping.is_none()
}

fn refused(basket: &Basket, refusals: &[(Uuid, PromotionRefusal)]) -> Vec<Refused> {
    let of = |code: &super::EnteredCode| {
        let (promotion_id, reason) = refusals.iter().find(|(id, _)| *id == code.promotion_id)?.clone();
        Some(Refused { code: code.code.clone(), promotion_id, reason })
    };
    basket.codes.iter().filter_map(of).collect()
}

impl Discounts {
    fn add(&mut self, promotion_id: Uuid, taken: Taken) {
        self.applied.push(promotion_id);
        let lines = taken.lines.into_iter().map(|(line_id, amount)| LineDiscount { line_id, promotion_id, amount });
        self.lines.extend(lines);
        if taken.shipping > 0 {
            self.shipping.push(ShippingDiscount { promotion_id, amount: taken.shipping });
        }
    }
}
