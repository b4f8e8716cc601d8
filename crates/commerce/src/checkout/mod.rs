//! Checkouts: stock is held and a quote frozen until a time that the shopper sees; a payment for exactly that quote makes
//! one order (docs/checkout.md).
//!
//! Nothing is asked over the network inside a transaction: what is wanted is stored, then the gateway is asked, then what it
//! told is stored ([`Checkouts::pay`], and [`Checkouts::sweep`] for whatever a crash left open).
mod applied;
mod begin;
mod checkouts;
mod end;
mod error;
mod paid;
mod place;
mod pricing;
mod quote;
mod refusal;
mod settle;
mod start;
mod sweep;
mod todo;
mod update;
mod webhook;

pub use begin::{Begun, PayInput};
pub use checkouts::{CheckoutConfig, Checkouts};
pub use error::BuyError;
pub use paid::{Finished, PlacedOrder, Progress};
pub use pricing::{Blocked, Buyer, CardAmount, Destination, Pricing, Quoted, Step};
pub use quote::{PromotionUse, Quote, QuoteLine, QuoteShipping, QuoteTax};
pub use refusal::CheckoutCode;
pub use start::{StartInput, Started};
pub use sweep::{SweepCheckouts, Swept};
pub use update::Changes;
pub use webhook::{WebhookError, WebhookOutcome};
