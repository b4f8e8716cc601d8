//! `userErrors` of buying.
use crate::mutation::user_errors;
use tradewind_commerce::{checkout::CheckoutCode, orders::OrderCode};

user_errors! {
    /// Why a cart is not changed.
    CartUserError { CartErrorCode = tradewind_domain::cart::CartErrorCode }
    /// Why a checkout does not go on.
    CheckoutUserError { CheckoutErrorCode = CheckoutCode }
    /// Why something does not happen to an order.
    OrderUserError { OrderErrorCode = OrderCode }
}
