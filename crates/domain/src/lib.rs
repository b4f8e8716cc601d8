//! Values and rules of a shop. No I/O, no clock, no randomness: `now` and ids are passed in.
pub mod category;
pub mod channel;
pub mod collection;
pub mod currency;
pub mod customer;
pub mod global_id;
pub mod listing;
pub mod media;
pub mod money;
pub mod option;
pub mod product;
pub mod review;
pub mod search_text;
pub mod slug;
pub mod stock;
pub mod variant;
pub mod warehouse;
