//! Taxes: what is due on an amount, with prices that include them or do not.
//!
//! Tax is calculated on a line as a whole (not on a unit, not on the order) and rounded half up to the minor unit, once
//! for all rates of the line together; the rates then share it by the largest remainder method. So `net + tax = gross`
//! holds exactly, and the components add up to the tax.
use crate::allocation::{AllocationError, allocate};
use crate::money::{Overflow, sum};
use crate::rate::Rate;
use serde::{Deserialize, Serialize};

/// A tax that is due on something, such as 19 % VAT or the 6.25 % of a state.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TaxRate {
    /// What an invoice calls it: `VAT`, `California`.
    pub name: String,
    /// How much of the net amount.
    pub rate: Rate,
}

/// Whether the prices of a channel are what the shopper pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxMode {
    /// Prices are gross: tax is in them. They stay the same wherever the goods go; the net changes.
    Inclusive,
    /// Prices are net: tax comes on top.
    Exclusive,
}

impl TaxMode {
    /// The mode of a channel.
    pub fn of_channel(tax_inclusive: bool) -> Self {
        if tax_inclusive { Self::Inclusive } else { Self::Exclusive }
    }
}

/// An amount with its tax, in minor units. `net + tax = gross`, and the components add up to `tax`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaxedAmount {
    /// Without tax.
    pub net: i64,
    /// The tax.
    pub tax: i64,
    /// With tax.
    pub gross: i64,
    /// What each rate makes of the tax, in the order of the rates.
    pub components: Vec<TaxComponent>,
}

/// The part of a tax that one rate makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxComponent {
    /// The rate.
    pub rate: TaxRate,
    /// What it is due on, in minor units.
    pub net: i64,
    /// Its part of the tax, in minor units.
    pub tax: i64,
}

/// The tax of `amount`, which is zero or more; without rates there is none.
pub fn tax(amount: i64, mode: TaxMode, rates: &[TaxRate]) -> Result<TaxedAmount, Overflow> {
    let together = rates.iter().try_fold(Rate::ZERO, |sum, rate| sum.plus(rate.rate)).ok_or(Overflow)?;
    let tax = match mode {
        TaxMode::Inclusive => together.contained_in(amount),
        TaxMode::Exclusive => together.of(amount).ok_or(Overflow)?,
    };
    let (net, gross) = match mode {
        TaxMode::Inclusive => (amount - tax, amount),
        TaxMode::Exclusive => (amount, sum([amount, tax])?),
    };
    Ok(TaxedAmount { net, tax, gross, components: components(net, tax, rates).map_err(|_| Overflow)? })
}

fn components(net: i64, tax: i64, rates: &[TaxRate]) -> Result<Vec<TaxComponent>, AllocationError> {
    let weights: Vec<i64> = rates.iter().map(|rate| i64::from(rate.rate.ppm())).collect();
    let parts = allocate(tax, &weights)?;
    Ok(rates.iter().zip(parts).map(|(rate, tax)| TaxComponent { rate: rate.clone(), net, tax }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(name: &str, percent: &str) -> TaxRate {
        TaxRate { name: name.to_owned(), rate: Rate::parse(percent).unwrap() }
    }

    #[test]
    fn tax_comes_on_top_or_is_in_the_price() {
        let vat = [rate("VAT", "19")];
        let on_top = tax(10_000, TaxMode::Exclusive, &vat).unwrap();
        assert_eq!((on_top.net, on_top.tax, on_top.gross), (10_000, 1_900, 11_900));
        let inside = tax(11_900, TaxMode::Inclusive, &vat).unwrap();
        assert_eq!((inside.net, inside.tax, inside.gross), (10_000, 1_900, 11_900));
        assert_eq!(tax(999, TaxMode::Inclusive, &[]).unwrap().net, 999);
    }

    #[test]
    fn rates_share_one_rounded_tax() {
        // 8.875 % of 9.99 are 88.66 cents, rounded once; 4 % and 4.5 % would be 39.96 and 44.96 by themselves.
        let rates = [rate("New York State", "4"), rate("New York City", "4.5"), rate("MCTD", "0.375")];
        let taxed = tax(999, TaxMode::Exclusive, &rates).unwrap();
        assert_eq!(taxed.tax, 89);
        assert_eq!(taxed.components.iter().map(|component| component.tax).collect::<Vec<_>>(), [40, 45, 4]);
    }

    #[test]
    fn too_much_is_an_error() {
        assert_eq!(tax(i64::MAX, TaxMode::Exclusive, &[rate("VAT", "19")]), Err(Overflow));
        assert!(tax(i64::MAX, TaxMode::Inclusive, &[rate("VAT", "19")]).is_ok());
        assert_eq!(tax(1, TaxMode::Exclusive, &[rate("a", "600"), rate("b", "600")]), Err(Overflow));
    }
}
