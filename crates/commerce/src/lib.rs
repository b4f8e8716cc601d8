//! Multi-step writes shared by the API and commands.
pub mod demo;
pub mod seed;
pub mod shopify;
