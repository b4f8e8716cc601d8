//! Accounts of customers: registration, log-in, passwords, addresses, sessions, and their end (docs/accounts.md).
//!
//! A flow takes its input, the time and the chance of the request, and a transaction that the caller begins and commits.
//! Where a password is hashed or an attempt is counted, that is a step of its own before the transaction (`prepare`), so
//! that no transaction waits for it; `apply` may be called again with the same prepared input where the transaction has to
//! be repeated. Refusals are values ([`Outcome`]); outcomes serialise, so that they can be kept for repeated requests.
//!
//! Nothing tells whether an address has an account: answers, hash computations and statements are the same.
mod accounts;
pub mod address_book;
pub(crate) mod checks;
mod client;
mod confirmed;
pub mod delete;
pub mod disable;
pub mod email_change;
mod error;
pub mod export;
mod hasher;
pub mod log_in;
pub mod log_out;
mod moment;
pub mod password_change;
pub mod password_reset;
pub mod profile;
pub mod refresh;
pub(crate) mod refusal;
pub mod register;
pub mod sessions;
mod sweep;
pub(crate) mod throttle;
mod token;
pub mod verify_email;

pub use accounts::{AccountConfig, Accounts};
pub use client::Client;
pub use error::AccountError;
pub use hasher::{BadHashConfig, HashConfig, PasswordHasher};
pub use moment::Moment;
pub use refusal::{Outcome, Refused};
pub use sweep::{Swept, sweep};
pub use throttle::{Limit, Limits, Throttle, ThrottleConfig};
pub use token::Token;
