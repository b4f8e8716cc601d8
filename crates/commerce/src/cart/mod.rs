//! Carts: what a shopper means to buy (docs/cart.md).
//!
//! A flow takes the caller's transaction, the cart with what gives a right to it, and the version that the client has seen.
//! It locks the cart's row, and gives the new version, or all that is wrong; where it is refused, it has written nothing.
//! What a cart costs is another question: [`crate::checkout::Pricing`].
mod add;
mod carts;
mod claim;
mod create;
mod details;
mod gift_cards;
mod lines;
mod pricing;
mod sweep;

pub use add::NewLine;
pub use carts::{CartChange, CartRef, Carts};
pub use claim::{Claimed, MergeWarning};
pub use create::{CreatedCart, NewCart};
pub use lines::LineUpdate;
pub use pricing::CartPricing;
pub use sweep::{SweepCarts, sweep};
