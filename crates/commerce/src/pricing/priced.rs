//! A cart with its price.
use crate::checkout::{Blocked, Quote};
use serde::{Deserialize, Serialize};
use tradewind_domain::{cart::CartWarning, refusal::Refusal};
use uuid::Uuid;

/// A cart with its price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// What it costs. Lines that are not sold any more are not in it.
    pub quote: Quote,
    /// The ids of the quote's lines in the cart, in the same order.
    pub line_ids: Vec<Uuid>,
    /// What the shopper should know.
    pub warnings: Vec<CartWarning>,
    /// How it can be sent, as far as that is known.
    pub shipping_options: Vec<ShippingOption>,
}

/// A way to send a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingOption {
    /// The method.
    pub id: Uuid,
    /// What shoppers read.
    pub name: String,
    /// Before discounts, in minor units, with or without tax as the channel's prices are.
    pub price: i64,
    /// Days until delivery, at least.
    pub days_min: Option<u16>,
    /// Days until delivery, at most.
    pub days_max: Option<u16>,
}

impl Priced {
    /// What stands in the way of a checkout. That stock is short is not among it: the checkout's own promise of stock would
    /// be in its way, and [`reserve`](tradewind_persistence::write::reserve) says it anyway.
    pub fn blocked(&self) -> Vec<Blocked> {
        let blocks = |it: &&CartWarning| it.blocks_checkout() && !matches!(it, CartWarning::InsufficientStock { .. });
        let blocked = |it: &CartWarning| Blocked { message: it.to_string(), field: field(it) };
        self.warnings.iter().filter(blocks).map(blocked).collect()
    }
}

fn field(warning: &CartWarning) -> &'static str {
    warning.field().unwrap_or(match warning {
        CartWarning::ShippingMethodNotAvailable { .. } => "shippingMethodId",
        _ => "lines",
    })
}
