//! The demo shop: own, hand-made data for a first start.
mod market;

pub use market::Market;
