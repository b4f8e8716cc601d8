//! The tax rates of a cart, whoever says them.
use super::{Prices, RatesError, TableRates, TaxAsk, TaxRates, prices::patience};
use std::collections::BTreeMap;
use tradewind_domain::{rate::Rate, tax::TaxRate};
use tradewind_persistence::{DbError, write::Conn};

/// What the quote says where the tables stand in.
const DEGRADED: &str = "tax_rates";

impl Prices {
    /// The rates of each category, and whether the tables stand in for somebody who failed.
    pub(super) async fn tax_rates(
        &self,
        conn: Conn<'_>,
        ask: &TaxAsk<'_>,
        degraded: &mut Vec<String>,
    ) -> Result<BTreeMap<String, Vec<TaxRate>>, DbError> {
        let told = match tokio::time::timeout(patience(self.rates.is_outside()), self.rates.rates(conn, ask)).await {
            Ok(Ok(rates)) if makes_sense(&rates, ask) => return Ok(rates),
            Ok(Ok(_)) => "rates that make no sense".to_owned(),
            Ok(Err(RatesError::Db(error))) => return Err(error),
            Ok(Err(RatesError::Outside(error))) => error,
            Err(_) => "no answer in time".to_owned(),
        };
        tracing::warn!(error = told, "tax rates come from the tables");
        degraded.push(DEGRADED.to_owned());
        match TableRates.rates(conn, ask).await {
            Ok(rates) => Ok(rates),
            Err(RatesError::Db(error)) => Err(error),
            Err(other) => Err(super::failed(other)),
        }
    }
}

/// Every category is answered, and no rates add up to more than there can be.
fn makes_sense(rates: &BTreeMap<String, Vec<TaxRate>>, ask: &TaxAsk<'_>) -> bool {
    let sum = |rates: &Vec<TaxRate>| rates.iter().try_fold(Rate::ZERO, |sum, rate| sum.plus(rate.rate));
    ask.categories.iter().all(|category| rates.get(category).is_some_and(|rates| sum(rates).is_some()))
}
