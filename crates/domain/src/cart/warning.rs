//! What a shopper should know before buying, though nothing is refused yet.
use super::{Cart, CartError, CartLine};
use crate::gift_card::GiftCardError;
use crate::promotion::PromotionRefusal;
use crate::refusal::Refusal;
use crate::stock::{Availability, StockPolicy};
use crate::word::words;
use std::collections::BTreeMap;
use uuid::Uuid;

words! {
    /// What a shopper should know about a cart.
    CartWarningCode {
        /// A unit costs more or less than when the shopper last saw it.
        PriceChanged = "PRICE_CHANGED",
        /// Few units are left.
        LowStock = "LOW_STOCK",
        /// Fewer units are left than the cart has: it cannot be bought so.
        InsufficientStock = "INSUFFICIENT_STOCK",
        /// The line is not sold any more: it cannot be bought so.
        NotAvailable = "NOT_AVAILABLE",
        /// A coupon takes nothing off.
        CouponNotApplicable = "COUPON_NOT_APPLICABLE",
        /// A gift card pays nothing.
        GiftCardNotApplicable = "GIFT_CARD_NOT_APPLICABLE",
        /// The chosen shipping method does not send this cart to this address.
        ShippingMethodNotAvailable = "SHIPPING_METHOD_NOT_AVAILABLE",
        /// Two carts became one, and a line has fewer units than both had together.
        QuantityCapped = "QUANTITY_CAPPED",
        /// Two carts became one, and a line had no room.
        LineDropped = "LINE_DROPPED",
    }
}

/// What a shopper should know about a cart; its `Display` is the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum CartWarning {
    /// Amounts are minor units of the cart's currency.
    #[error("the price has changed since you put this into the cart")]
    PriceChanged { line_id: Uuid, was: i64, now: i64 },
    /// `available` is what all lines of the variant share.
    #[error("only {available} left")]
    LowStock { line_id: Uuid, available: i64 },
    /// `quantity` is that of all lines of the variant together.
    #[error("{available} left, and {quantity} in the cart: take fewer")]
    InsufficientStock { line_id: Uuid, quantity: u64, available: i64 },
    #[error("this is not sold any more: remove it")]
    NotAvailable { line_id: Uuid },
    #[error("coupon `{code}`: {reason}")]
    CouponNotApplicable { code: String, reason: PromotionRefusal },
    #[error("gift card …{last_four}: {reason}")]
    GiftCardNotApplicable { last_four: String, reason: GiftCardError },
    #[error("this way of shipping is not possible for this cart and address: choose another")]
    ShippingMethodNotAvailable { method_id: Uuid },
    #[error("{wanted} units are more than a line may have: {kept} were kept")]
    QuantityCapped { line_id: Uuid, wanted: u64, kept: u32 },
    #[error("{quantity} units did not fit into the cart, which is full")]
    LineDropped { variant_id: Uuid, quantity: u32 },
}

impl CartWarning {
    /// Whether a checkout cannot start before the shopper changes something.
    pub fn blocks_checkout(&self) -> bool {
        matches!(
            self,
            Self::InsufficientStock { .. } | Self::NotAvailable { .. } | Self::ShippingMethodNotAvailable { .. }
        )
    }

    /// The line that it is about.
    pub fn line_id(&self) -> Option<Uuid> {
        match self {
            Self::PriceChanged { line_id, .. }
            | Self::LowStock { line_id, .. }
            | Self::InsufficientStock { line_id, .. }
            | Self::NotAvailable { line_id }
            | Self::QuantityCapped { line_id, .. } => Some(*line_id),
            _ => None,
        }
    }
}

impl Refusal for CartWarning {
    type Code = CartWarningCode;
    fn code(&self) -> CartWarningCode {
        use CartWarningCode as Code;
        match self {
            Self::PriceChanged { .. } => Code::PriceChanged,
            Self::LowStock { .. } => Code::LowStock,
            Self::InsufficientStock { .. } => Code::InsufficientStock,
            Self::NotAvailable { .. } => Code::NotAvailable,
            Self::CouponNotApplicable { .. } => Code::CouponNotApplicable,
            Self::GiftCardNotApplicable { .. } => Code::GiftCardNotApplicable,
            Self::ShippingMethodNotAvailable { .. } => Code::ShippingMethodNotAvailable,
            Self::QuantityCapped { .. } => Code::QuantityCapped,
            Self::LineDropped { .. } => Code::LineDropped,
        }
    }
}

/// What is true of a variant in the cart's channel now. A variant that is not sold there has no facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VariantFacts {
    /// Of one unit, in minor units.
    pub price: i64,
    /// Whether stock is counted.
    pub tracked: bool,
    /// What happens at zero.
    pub policy: StockPolicy,
    /// On hand minus reserved over the channel's warehouses.
    pub available: i64,
}

impl VariantFacts {
    /// Whether `quantity` units over all lines of a cart can be bought.
    pub fn admit(&self, variant_id: Uuid, quantity: u64) -> Result<(), CartError> {
        let available = self.available.max(0).unsigned_abs();
        if self.limits_sale() && quantity > available {
            return Err(CartError::InsufficientStock { variant_id, quantity, available });
        }
        Ok(())
    }

    fn limits_sale(&self) -> bool {
        self.tracked && self.policy == StockPolicy::Deny
    }
}

/// What has changed for the lines of a cart, in their order. Two lines of one variant share its stock.
pub fn warnings(cart: &Cart, facts: &BTreeMap<Uuid, VariantFacts>) -> Vec<CartWarning> {
    let of_line = |line: &CartLine| match facts.get(&line.variant_id) {
        None => vec![CartWarning::NotAvailable { line_id: line.id }],
        Some(facts) => {
            let changed = facts.price != line.seen_price;
            let price = changed.then_some(CartWarning::PriceChanged {
                line_id: line.id,
                was: line.seen_price,
                now: facts.price,
            });
            price.into_iter().chain(stock_warning(line, cart.quantity_of(line.variant_id), facts)).collect()
        }
    };
    cart.lines.iter().flat_map(of_line).collect()
}

fn stock_warning(line: &CartLine, quantity: u64, facts: &VariantFacts) -> Option<CartWarning> {
    let (line_id, available) = (line.id, facts.available.max(0));
    if facts.admit(line.variant_id, quantity).is_err() {
        return Some(CartWarning::InsufficientStock { line_id, quantity, available });
    }
    let low = Availability::of_variant(facts.tracked, facts.policy, facts.available) == Availability::LowStock;
    (low && facts.limits_sale()).then_some(CartWarning::LowStock { line_id, available })
}
