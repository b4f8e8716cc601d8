//! Why a cart cannot be priced.
use crate::allocation::AllocationError;
use crate::money::Overflow;
use crate::refusal::Refusal;
use crate::word::words;
use uuid::Uuid;

words! {
    /// Why a cart cannot be priced.
    PricingErrorCode {
        /// A sum is beyond what can be counted: take units out of the cart.
        AmountTooLarge = "AMOUNT_TOO_LARGE",
        /// The shop's own data is wrong (a negative price, a line twice): nothing that a shopper can change.
        InvalidPrice = "INVALID_PRICE",
    }
}

/// Why a cart cannot be priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PricingError {
    /// A sum beyond 64-bit minor units.
    #[error("the total is too large: take units out of the cart")]
    Overflow,
    /// A price below zero.
    #[error("the price of line {0} is negative: correct it in the catalog")]
    NegativePrice(Uuid),
    /// The price of shipping is below zero.
    #[error("the price of shipping is negative: correct the shipping method")]
    NegativeShipping,
    /// Two lines of one id, or a line without units.
    #[error("line {0} is there twice or has no units: lines have ids of their own and at least one unit")]
    BadLine(Uuid),
    /// A discount of a line that is not there, or of more than the line costs.
    #[error("promotion {promotion_id} takes more than there is")]
    BadDiscount {
        /// Whose discount it is.
        promotion_id: Uuid,
    },
}

impl From<Overflow> for PricingError {
    fn from(_: Overflow) -> Self {
        Self::Overflow
    }
}

/// Amounts and weights are checked before they are split, so what is left is too large.
impl From<AllocationError> for PricingError {
    fn from(_: AllocationError) -> Self {
        Self::Overflow
    }
}

impl Refusal for PricingError {
    type Code = PricingErrorCode;
    fn code(&self) -> PricingErrorCode {
        match self {
            Self::Overflow => PricingErrorCode::AmountTooLarge,
            _ => PricingErrorCode::InvalidPrice,
        }
    }
}
