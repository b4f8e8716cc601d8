//! The shipping methods of a cart, whoever says them.
use super::{Prices, RatesError, ShippingAsk, ShippingRates, TableRates, prices::patience};
use tradewind_domain::shipping::ShippingQuote;
use tradewind_persistence::{DbError, write::Conn};

/// What the quote says where the tables stand in.
const DEGRADED: &str = "shipping_rates";

impl Prices {
    /// What may be chosen, and whether the tables stand in for somebody who failed.
    pub(super) async fn shipping_quotes(
        &self,
        conn: Conn<'_>,
        ask: &ShippingAsk<'_>,
        degraded: &mut Vec<String>,
    ) -> Result<Vec<ShippingQuote>, DbError> {
        let told =
            match tokio::time::timeout(patience(self.shipping.is_outside()), self.shipping.quotes(conn, ask)).await {
                Ok(Ok(quotes)) if makes_sense(&quotes, ask) => return Ok(quotes),
                Ok(Ok(_)) => "prices that make no sense".to_owned(),
                Ok(Err(RatesError::Db(error))) => return Err(error),
                Ok(Err(RatesError::Outside(error))) => error,
                Err(_) => "no answer in time".to_owned(),
            };
        tracing::warn!(error = told, "shipping prices come from the tables");
        degraded.push(DEGRADED.to_owned());
        match TableRates.quotes(conn, ask).await {
            Ok(quotes) => Ok(quotes),
            Err(RatesError::Db(error)) => Err(error),
            Err(other) => Err(super::failed(other)),
        }
    }
}

fn makes_sense(quotes: &[ShippingQuote], ask: &ShippingAsk<'_>) -> bool {
    quotes.iter().all(|quote| quote.price.minor >= 0 && quote.price.currency == ask.parcel.currency)
}
