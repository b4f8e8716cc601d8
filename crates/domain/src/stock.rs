//! Stock: what can be promised to a shopper.
use serde::{Deserialize, Serialize};

/// At or below this many units a variant counts as nearly sold out, unless it has a threshold of its own.
pub const LOW_STOCK_THRESHOLD: i64 = 5;

/// What happens when nothing is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockPolicy {
    /// Refuse the sale.
    Deny,
    /// Sell on, deliver later.
    Backorder,
}

impl StockPolicy {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Backorder => "backorder",
        }
    }
    /// Reads the stored word; anything else is the safe choice, `Deny`.
    pub fn from_stored(text: &str) -> Self {
        if text == "backorder" { Self::Backorder } else { Self::Deny }
    }
}

/// What a product card says, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Availability {
    /// Nothing to sell.
    OutOfStock = 0,
    /// Can be ordered, is delivered later.
    Backorder = 1,
    /// At most as many units as the threshold says ([`LOW_STOCK_THRESHOLD`]).
    LowStock = 2,
    /// Enough.
    InStock = 3,
}

impl Availability {
    /// The stored number.
    pub fn as_i16(self) -> i16 {
        self as i16
    }
    /// Reads the stored number; unknown is out of stock.
    pub fn from_stored(number: i16) -> Self {
        match number {
            3 => Self::InStock,
            2 => Self::LowStock,
            1 => Self::Backorder,
            _ => Self::OutOfStock,
        }
    }
    /// Whether a shopper can order.
    pub fn for_sale(self) -> bool {
        self != Self::OutOfStock
    }

    /// One variant's availability; `available` is on hand minus reserved over the channel's warehouses.
    pub fn of_variant(tracked: bool, policy: StockPolicy, available: i64) -> Self {
        Self::with_threshold(tracked, policy, available, None)
    }

    /// The same for a variant that may have a threshold of its own; with 0 it is never low.
    pub fn with_threshold(tracked: bool, policy: StockPolicy, available: i64, threshold: Option<i64>) -> Self {
        let threshold = threshold.unwrap_or(LOW_STOCK_THRESHOLD);
        match (tracked, available, policy) {
            (false, _, _) => Self::InStock,
            (true, n, _) if n > threshold.max(0) => Self::InStock,
            (true, n, _) if n > 0 => Self::LowStock,
            (true, _, StockPolicy::Backorder) => Self::Backorder,
            (true, _, StockPolicy::Deny) => Self::OutOfStock,
        }
    }

    /// A product is as available as its best variant; units of several variants in low stock do not add up,
    /// because a shopper buys one of them.
    pub fn of_product(variants: impl IntoIterator<Item = Self>) -> Self {
        variants.into_iter().max().unwrap_or(Self::OutOfStock)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Availability::{Backorder, InStock, LowStock, OutOfStock};

    #[test]
    fn the_threshold_of_a_variant_takes_the_place_of_the_shops() {
        let with = |available, threshold| Availability::with_threshold(true, StockPolicy::Deny, available, threshold);
        assert_eq!([5, 6].map(|n| with(n, None)), [LowStock, InStock]);
        assert_eq!([20, 21].map(|n| with(n, Some(20))), [LowStock, InStock]);
        assert_eq!([0, 1].map(|n| with(n, Some(0))), [OutOfStock, InStock]);
        assert_eq!(Availability::with_threshold(true, StockPolicy::Backorder, 0, Some(9)), Backorder);
        assert_eq!(Availability::with_threshold(false, StockPolicy::Deny, -3, Some(9)), InStock);
    }
}
