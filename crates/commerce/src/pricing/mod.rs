//! What a cart costs (docs/pricing.md): [`Prices`] loads what the shop says of a cart's content and lets the rules of
//! `tradewind_domain` work it out. What an order uses up is counted within limits that hold while many buy at once.
mod basket;
mod facts;
mod figures;
mod gift_cards;
mod priced;
mod prices;
mod rates;
mod shipping;
mod taxes;
mod uses;

pub use gift_cards::{gift_card_by_code, gift_card_hash, new_gift_card};
pub use priced::{Priced, ShippingOption};
pub use prices::Prices;
pub use rates::{RateAnswer, RatesError, ShippingAsk, ShippingRates, TableRates, TaxAsk, TaxRates};
pub use uses::{refund_cards, release_uses, use_up};

use crate::hex::hex;
use sha2::{Digest, Sha256};
use std::{error::Error, sync::Arc};
use tradewind_persistence::DbError;

/// SHA-256, hexadecimal.
fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// The shop's own data is wrong, or a sum is beyond 64 bits.
fn failed(error: impl Error + Send + Sync + 'static) -> DbError {
    DbError::Other(Arc::new(error))
}
