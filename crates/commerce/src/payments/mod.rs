//! Payments at a gateway: an outside party that may be slow, down, or answer twice (docs/checkout.md).
//!
//! A [`PaymentGateway`] moves money; what it tells, in whatever way, is a [`Told`]. [`StripeGateway`] speaks the payment
//! intents of Stripe, [`TestGateway`] is for development and tests.
mod gateway;
mod gateways;
pub mod stripe;
mod test;

pub use gateway::{
    Answer, BadWebhook, Confirm, Create, Failure, GatewayError, MoveMoney, NextAction, PaymentGateway, Told,
};
pub use gateways::Gateways;
pub use stripe::{StripeConfig, StripeGateway};
pub use test::{Charge, TestGateway};
