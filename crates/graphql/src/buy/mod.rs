//! Buying: carts, checkouts, payments, orders.
mod address;
mod bill;
mod cart;
mod cart_mutations;
mod checkout;
mod checkout_mutations;
mod errors;
mod order;
mod order_mutations;
mod order_parts;
mod order_query;
mod order_staff_mutations;
mod payment;

pub(crate) use bill::minor;
pub(crate) use cart::CartQuery;
pub(crate) use cart_mutations::CartMutations;
pub(crate) use checkout::CheckoutQuery;
pub(crate) use checkout_mutations::CheckoutMutations;
pub use order::Order;
pub(crate) use order::{HistoryOf, OrderById, OrderLinesOf};
pub(crate) use order_mutations::OrderMutations;
pub(crate) use order_parts::{FulfilmentsOf, ReturnsOf};
pub(crate) use order_query::{OrderConnection, OrderQuery};
pub(crate) use order_staff_mutations::OrderStaffMutations;
pub(crate) use payment::PaymentsOf;
