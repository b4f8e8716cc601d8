//! What an order costs and where it goes, as it was when it was placed. Its lines are rows of their own.
use crate::checkout::Quote;
use serde::{Deserialize, Serialize};
use tradewind_domain::address::Address;
use tradewind_persistence::write::Checkout;

/// Stored with an order; never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// The quote that was paid, without its lines.
    pub quote: Quote,
    /// Where the goods go; None: nothing is sent.
    pub shipping_address: Option<Address>,
    /// Where the bill goes; None: the same.
    pub billing_address: Option<Address>,
}

impl Bill {
    pub(crate) fn of(checkout: &Checkout, quote: &Quote) -> Self {
        Self {
            quote: Quote { lines: Vec::new(), ..quote.clone() },
            shipping_address: checkout.shipping_address.clone(),
            billing_address: checkout.billing_address.clone(),
        }
    }
}
