//! Stock: what can be promised to a shopper.
use serde::{Deserialize, Serialize};

/// At or below this many units a product counts as nearly sold out.
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
    /// At most [`LOW_STOCK_THRESHOLD`] units.
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
        match (tracked, available, policy) {
            (false, _, _) => Self::InStock,
            (true, n, _) if n > LOW_STOCK_THRESHOLD => Self::InStock,
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
