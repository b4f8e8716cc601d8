//! Stock as staff count it, take it in and correct it (docs/stock.md). What shoppers are promised is a checkout's.
mod change;
mod threshold;

pub use change::{MOST, StockAmount, StockChange, StockCode, StockDone, change};
pub use threshold::{Threshold, set_thresholds};
