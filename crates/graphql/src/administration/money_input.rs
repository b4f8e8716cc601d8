//! Amounts, rates and figures as staff write them.
use crate::{error::bad_input, scalars::Decimal};
use async_graphql::{InputObject, Result};
use std::fmt::Display;
use tradewind_domain::{currency::Currency, money::Money, rate::Rate};

/// An amount of one currency.
#[derive(Clone, Debug, InputObject)]
pub struct MoneyInput {
    /// Such as `"12.99"`, with at most as many decimals as the currency has.
    pub amount: Decimal,
    /// ISO 4217 code, such as `EUR`.
    pub currency_code: String,
}

impl MoneyInput {
    /// The amount that stands at this place of the input.
    pub(super) fn read(&self, place: impl Display) -> Result<Money> {
        let currency = currency(format_args!("{place}.currencyCode"), &self.currency_code)?;
        Ok(Money::new(minor(format_args!("{place}.amount"), &self.amount, currency)?, currency))
    }
}

pub(super) fn currency(place: impl Display, code: &str) -> Result<Currency> {
    Currency::parse(code.trim()).map_err(|cause| bad_input(format!("`{place}`: {cause}")))
}

/// In minor units.
pub(super) fn minor(place: impl Display, amount: &Decimal, currency: Currency) -> Result<i64> {
    let money = Money::parse(&amount.0, currency);
    money.map(|money| money.minor).map_err(|cause| bad_input(format!("`{place}`: {cause}")))
}

/// A percentage.
pub(super) fn rate(place: impl Display, percent: &Decimal) -> Result<Rate> {
    Rate::parse(&percent.0).map_err(|cause| bad_input(format!("`{place}`: {cause}")))
}

/// A percentage as it is read.
pub(super) fn percent(rate: Rate) -> Decimal {
    Decimal(rate.to_string().trim_end_matches('%').to_owned())
}

/// A count, which is zero or more.
pub(super) fn count<T: TryFrom<i32>>(place: impl Display, number: i32) -> Result<T> {
    T::try_from(number).map_err(|_| bad_input(format!("`{place}` is {number}: write a number from zero on")))
}
