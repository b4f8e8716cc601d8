//! The registers of the run, and the shop that they are in.
mod key;
mod setup;

pub(crate) use key::{CATEGORIES, Key, KeyKind, Keys, category_id, stock_id};
pub(crate) use setup::{fill, update_all};
