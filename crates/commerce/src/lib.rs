//! Multi-step writes shared by the API and commands, and what is done after them: jobs and webhooks.
pub mod account;
pub mod administration;
pub mod cart;
pub mod catalog;
pub mod checkout;
pub mod demo;
mod hex;
pub mod jobs;
pub mod mail;
pub mod orders;
pub mod outbound;
pub mod payments;
pub mod pricing;
pub mod seed;
pub mod shopify;
mod sources;
pub mod staff;
pub mod stock;
pub mod webhooks;

pub use sources::Sources;
