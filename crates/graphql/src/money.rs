//! Money on the wire.
use crate::execution::direct;
use crate::policy::{CacheControl, Decision, Governed as _, governed};
use crate::scalars::Decimal;
use async_graphql::{Object, SimpleObject};
use tradewind_domain::{currency::Currency, money};

/// An amount of one currency.
#[derive(Clone, Copy, Debug)]
pub struct Money(pub money::Money);

impl Money {
    pub(crate) fn new(minor: i64, currency: Currency) -> Self {
        Self(money::Money::new(minor, currency))
    }
}

/// An amount of one currency.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Money::DECISION))]
impl Money {
    /// Decimal string with as many decimals as the currency has, such as `"12.99"` or, in yen, `"1300"`.
    async fn amount(&self) -> Decimal {
        Decimal(self.0.amount())
    }
    /// ISO 4217 code, such as `EUR`.
    async fn currency_code(&self) -> &str {
        self.0.currency.code()
    }
}

/// The lowest and the highest amount of a set.
#[derive(Clone, Copy, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(MoneyRange::DECISION))]
pub struct MoneyRange {
    /// Lowest.
    pub min: Money,
    /// Highest.
    pub max: Money,
}

impl MoneyRange {
    pub(crate) fn new(min: i64, max: i64, currency: Currency) -> Self {
        Self { min: Money::new(min, currency), max: Money::new(max, currency) }
    }
}

direct!(Money { "amount" => !amount, "currencyCode" => !currency_code, });
direct!(MoneyRange { "min": min, "max": max, });
governed! {
    Decision::Part => Money, MoneyRange;
}
