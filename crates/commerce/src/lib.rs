//! Multi-step writes shared by the API and commands.
pub mod account;
pub mod demo;
pub mod mail;
pub mod seed;
pub mod shopify;
