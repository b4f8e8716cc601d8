//! What a cart costs: lines, discounts, shipping, tax, gift cards, and what is due.
//!
//! All figures are minor units of one currency. With prices that include tax, `subtotal`, `discount` and `shipping`
//! include it; else they do not. In both:
//!
//! - `total = subtotal - discount + shipping + (tax, where prices do not include it)`, and `due = total - gift_cards`;
//! - `total` is also the sum of the lines' and shipping's gross amounts, and `tax` the sum of their taxes;
//! - nothing is negative, and the order of the lines changes nothing.
//!
//! Putting two lines of one variant together leaves `subtotal` and `shipping` as they are, and `discount` where one
//! promotion takes something off lines. (Of several, a later one sees what the earlier left of each line, to the cent,
//! and the cents lie elsewhere when there are fewer lines.) Without discounts, prices that include tax also keep `total`;
//! tax, which is rounded by line, differs by at most one minor unit for each line that vanishes, and with it `total`
//! where tax comes on top.
use crate::currency::Currency;
use crate::money::{Overflow, sum, times};
use crate::pricing_error::PricingError;
use crate::promotion::Discounts;
use crate::tax::{TaxComponent, TaxMode, TaxRate, TaxedAmount, tax};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What is added up. All amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill<'a> {
    /// What all amounts are of.
    pub currency: Currency,
    /// Whether prices, discounts and shipping include tax.
    pub tax_mode: TaxMode,
    /// In any order; the totals keep it.
    pub lines: Vec<BillLine>,
    /// None: nothing is sent, or it is not known yet how.
    pub shipping: Option<BillShipping>,
    /// What promotions take off these lines and this shipping.
    pub discounts: &'a Discounts,
    /// Gift cards that can pay now.
    pub gift_cards: Vec<BillGiftCard>,
}

/// Some units of one variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillLine {
    /// The line's own id.
    pub id: Uuid,
    /// Of one unit.
    pub unit_price: i64,
    /// The struck-through price of one unit; for [`LineTotals::saved`] only.
    pub compare_at: Option<i64>,
    /// At least one.
    pub quantity: u32,
    /// What is due on it where it goes; empty for none.
    pub tax_rates: Vec<TaxRate>,
}

/// The chosen way to send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillShipping {
    /// Before discounts.
    pub price: i64,
    /// What is due on it where it goes.
    pub tax_rates: Vec<TaxRate>,
}

/// A gift card that was entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillGiftCard {
    /// The card.
    pub id: Uuid,
    /// See [`GiftCard::spendable`](crate::gift_card::GiftCard::spendable).
    pub spendable: i64,
    /// Cards that end earlier pay first.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What a cart costs. All figures are minor units of `currency`; the module says how they hang together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// What all figures are of.
    pub currency: Currency,
    /// Whether `subtotal`, `discount` and `shipping` include tax.
    pub tax_mode: TaxMode,
    /// All units at their prices.
    pub subtotal: i64,
    /// What promotions take off, lines and shipping together.
    pub discount: i64,
    /// Of `discount`, what is taken off shipping.
    pub shipping_discount: i64,
    /// Shipping before discounts.
    pub shipping: i64,
    /// All tax, whether it is in the prices or comes on top.
    pub tax: i64,
    /// What everything costs.
    pub total: i64,
    /// What gift cards pay of it.
    pub gift_cards: i64,
    /// What is left to pay.
    pub due: i64,
    /// Each line, in the order given.
    pub lines: Vec<LineTotals>,
    /// Shipping after discounts.
    pub taxed_shipping: TaxedAmount,
    /// The tax by rate, as an invoice lists it; sorted by name and rate, and without those that nothing is due on.
    pub taxes: Vec<TaxComponent>,
    /// What each gift card pays, in the order of paying; none pays nothing.
    pub redemptions: Vec<Redemption>,
}

/// What one line costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineTotals {
    /// The line.
    pub line_id: Uuid,
    /// Its units at their price.
    pub subtotal: i64,
    /// What promotions take off; at most `subtotal`.
    pub discount: i64,
    /// What its units cost less than their struck-through price, before promotions.
    pub saved: i64,
    /// What is left, with its tax; `gross` is what the line adds to the total.
    pub taxed: TaxedAmount,
}

/// What one gift card pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redemption {
    /// The card.
    pub gift_card_id: Uuid,
    /// More than zero.
    pub amount: i64,
}

impl Totals {
    /// Adds up a bill.
    pub fn of(bill: &Bill<'_>) -> Result<Self, PricingError> {
        let discounts = line_discounts(bill)?;
        let of_line = |line| line_totals(line, bill.tax_mode, discounts.get(&line.id).copied().unwrap_or(0));
        let lines: Vec<LineTotals> = bill.lines.iter().map(of_line).collect::<Result<_, _>>()?;
        let (shipping, shipping_discount) = shipping(bill)?;
        let no_rates = Vec::new();
        let rates = bill.shipping.as_ref().map_or(&no_rates, |shipping| &shipping.tax_rates);
        let taxed_shipping = tax(shipping - shipping_discount, bill.tax_mode, rates)?;
        let parts = || lines.iter().map(|line| &line.taxed).chain([&taxed_shipping]);
        let total = sum(parts().map(|part| part.gross))?;
        let redemptions = redemptions(&bill.gift_cards, total);
        let gift_cards = sum(redemptions.iter().map(|redemption| redemption.amount))?;
        Ok(Self {
            currency: bill.currency,
            tax_mode: bill.tax_mode,
            subtotal: sum(lines.iter().map(|line| line.subtotal))?,
            discount: sum(lines.iter().map(|line| line.discount).chain([shipping_discount]))?,
            shipping_discount,
            shipping,
            tax: sum(parts().map(|part| part.tax))?,
            total,
            gift_cards,
            due: total - gift_cards,
            taxes: by_rate(parts())?,
            lines,
            taxed_shipping,
            redemptions,
        })
    }

    /// All lines after their discounts, as prices are: what shipping methods look at.
    pub fn goods(&self) -> i64 {
        self.subtotal - (self.discount - self.shipping_discount)
    }
}

/// What is taken off each line; fails on a discount of a line that is not there.
fn line_discounts(bill: &Bill<'_>) -> Result<BTreeMap<Uuid, i64>, PricingError> {
    let mut left = BTreeMap::new();
    for line in &bill.lines {
        if line.unit_price < 0 {
            return Err(PricingError::NegativePrice(line.id));
        }
        let subtotal = times(line.unit_price, line.quantity)?;
        if line.quantity == 0 || left.insert(line.id, subtotal).is_some() {
            return Err(PricingError::BadLine(line.id));
        }
    }
    let mut taken: BTreeMap<Uuid, i64> = BTreeMap::new();
    for discount in &bill.discounts.lines {
        let bad = PricingError::BadDiscount { promotion_id: discount.promotion_id };
        let left = left.get_mut(&discount.line_id).ok_or(bad)?;
        if !(0..=*left).contains(&discount.amount) {
            return Err(bad);
        }
        *left -= discount.amount;
        *taken.entry(discount.line_id).or_default() += discount.amount;
    }
    Ok(taken)
}

fn line_totals(line: &BillLine, mode: TaxMode, discount: i64) -> Result<LineTotals, PricingError> {
    let subtotal = times(line.unit_price, line.quantity)?;
    let saving = line.compare_at.map_or(0, |before| before.saturating_sub(line.unit_price).max(0));
    Ok(LineTotals {
        line_id: line.id,
        subtotal,
        discount,
        saved: times(saving, line.quantity)?,
        taxed: tax(subtotal - discount, mode, &line.tax_rates)?,
    })
}

/// The price of shipping, and what is taken off it.
fn shipping(bill: &Bill<'_>) -> Result<(i64, i64), PricingError> {
    let price = bill.shipping.as_ref().map_or(0, |shipping| shipping.price);
    if price < 0 {
        return Err(PricingError::NegativeShipping);
    }
    let mut left = price;
    for discount in &bill.discounts.shipping {
        if !(0..=left).contains(&discount.amount) {
            return Err(PricingError::BadDiscount { promotion_id: discount.promotion_id });
        }
        left -= discount.amount;
    }
    Ok((price, price - left))
}

fn by_rate<'a>(parts: impl Iterator<Item = &'a TaxedAmount>) -> Result<Vec<TaxComponent>, Overflow> {
    let mut rates: BTreeMap<(&str, u32), TaxComponent> = BTreeMap::new();
    for component in parts.flat_map(|part| &part.components).filter(|component| component.net > 0) {
        let zero = || TaxComponent { net: 0, tax: 0, ..component.clone() };
        let all = rates.entry((&component.rate.name, component.rate.rate.ppm())).or_insert_with(zero);
        all.net = sum([all.net, component.net])?;
        all.tax = sum([all.tax, component.tax])?;
    }
    Ok(rates.into_values().collect())
}

/// Cards pay in the order in which they end, then the smaller one, then by id: so that little is left on few cards.
fn redemptions(cards: &[BillGiftCard], total: i64) -> Vec<Redemption> {
    let mut seen = BTreeSet::new();
    let mut order: Vec<&BillGiftCard> = cards.iter().filter(|card| seen.insert(card.id)).collect();
    order.sort_by_key(|card| (card.expires_at.is_none(), card.expires_at, card.spendable, card.id));
    let mut due = total;
    let mut pay = |card: &BillGiftCard| {
        let amount = card.spendable.clamp(0, due);
        due -= amount;
        Redemption { gift_card_id: card.id, amount }
    };
    order.into_iter().map(&mut pay).filter(|redemption| redemption.amount > 0).collect()
}
