//! Why a checkout does not go on.
use crate::account::refusal::codes;
use tradewind_domain::checkout::CheckoutError;

codes! {
    /// Why a checkout does not go on.
    CheckoutCode {
        /// There is no such checkout.
        NotFound = "CHECKOUT_NOT_FOUND",
        /// The cart is not there, or empty.
        CartEmpty = "CART_EMPTY",
        /// Something in the cart cannot be bought so: its warnings say what.
        CartBlocked = "CART_BLOCKED",
        /// Fewer units are left than are wanted.
        InsufficientStock = "INSUFFICIENT_STOCK",
        /// The hold is dead: start a new checkout.
        HoldExpired = "HOLD_EXPIRED",
        /// What was asked for is not possible in this state.
        IllegalTransition = "ILLEGAL_CHECKOUT_TRANSITION",
        /// The e-mail address is not one.
        InvalidEmail = "INVALID_EMAIL",
        /// The address is not complete, or wrong.
        InvalidAddress = "INVALID_ADDRESS",
        /// The e-mail address is missing.
        EmailRequired = "EMAIL_REQUIRED",
        /// The address that goods go to is missing.
        AddressRequired = "SHIPPING_ADDRESS_REQUIRED",
        /// No way to send the goods was chosen.
        ShippingMethodRequired = "SHIPPING_METHOD_REQUIRED",
        /// The quote does not hold any more: look at it again.
        QuoteOutdated = "QUOTE_OUTDATED",
        /// The amount is not what is due: look at the quote again.
        AmountChanged = "AMOUNT_CHANGED",
        /// Something is due: it needs a payment.
        PaymentRequired = "PAYMENT_REQUIRED",
        /// Nothing is due: complete it without a payment.
        PaymentNotRequired = "PAYMENT_NOT_REQUIRED",
        /// The payment is under way: ask again in a moment.
        PaymentPending = "PAYMENT_PENDING",
        /// The address to come back to is none.
        InvalidReturnUrl = "INVALID_RETURN_URL",
        /// The gateway is not one of the shop's.
        UnknownGateway = "UNKNOWN_GATEWAY",
    }
}

impl From<&CheckoutError> for CheckoutCode {
    fn from(error: &CheckoutError) -> Self {
        match error {
            CheckoutError::HoldExpired(_) => Self::HoldExpired,
            CheckoutError::PaymentRequired(_) => Self::PaymentRequired,
            CheckoutError::HoldAlive(_) | CheckoutError::IllegalTransition { .. } => Self::IllegalTransition,
        }
    }
}
