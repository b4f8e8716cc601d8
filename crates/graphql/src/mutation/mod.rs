//! Changes: what each field of `Mutation` runs in, and how refusals are told.
//!
//! A flow of `tradewind-commerce` is prepared first (what takes long, or must count an attempt), then applied in a
//! transaction ([`run`]). What is refused is data: `userErrors` of the payload. docs/idempotency.md says what a key does.
mod commerce;
mod run;
mod seal;
mod staff;
mod user_error;

pub use commerce::Commerce;
pub(crate) use commerce::SharedCommerce;
pub(crate) use run::{Applied, Keep, deleted, fault, flow, refusal, refusals, run, shown};
pub(crate) use staff::{audited, staff_of, staff_run};
pub(crate) use user_error::{UserError, path, user_errors};
