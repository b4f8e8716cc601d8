//! What staff do with the shop beside its catalog and its orders (docs/administration.md): promotions, gift cards, taxes,
//! shipping, channels, warehouses, customers, webhooks.
//!
//! Each flow works in the caller's transaction, which is rolled back where it is refused. It takes what it changes first,
//! finds all that is wrong with what is asked, and tells what changed for the audit log, in which no secret ever stands.
pub mod channels;
pub mod customers;
pub mod gift_cards;
mod promotion_check;
pub mod promotions;
pub mod shipping_methods;
pub mod tax_rates;
mod text;
pub mod warehouses;
pub mod webhooks;

use crate::{
    account::{Outcome, refusal::refused_field},
    staff::Audited,
};
use tradewind_persistence::DbError;

/// What a flow comes to.
pub type Answer<T, C> = Result<Outcome<Audited<T>, C>, DbError>;

/// A refusal of one field.
fn refuse<T, C>(code: C, field: &str, message: &str) -> Answer<T, C> {
    Ok(Err(refused_field(code, field, message)))
}
