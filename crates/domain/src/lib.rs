//! Values and rules of a shop. No I/O, no clock, no randomness: `now` and ids are passed in.
//!
//! - Selling: [`product`], [`variant`], [`category`], [`collection`], [`channel`], [`stock`], [`review`].
//! - Pricing a cart: [`promotion`], [`shipping`], [`tax`], [`tax_table`], [`gift_card`], [`totals`], on top of [`money`],
//!   [`rate`] and [`allocation`].
//! - Buying: [`cart`], [`checkout`], [`payment`], [`order`]. `docs/buying.md` states the rules in plain words.
//! - People: [`customer`], [`address`], [`email`], [`phone`], [`password`], [`staff`]; what staff changed: [`audit`].
//!
//! What a client is refused is a [`refusal::Refusal`], with a code that stays.
pub mod address;
pub mod address_format;
pub mod allocation;
pub mod audit;
pub mod cart;
pub mod category;
pub mod channel;
pub mod checkout;
pub mod collection;
pub mod country;
pub mod currency;
pub mod customer;
pub mod email;
pub mod gift_card;
pub mod global_id;
pub mod listing;
pub mod media;
pub mod money;
pub mod option;
pub mod order;
pub mod password;
pub mod payment;
pub mod phone;
pub mod pricing_error;
pub mod product;
pub mod promotion;
pub mod rate;
pub mod refusal;
pub mod review;
pub mod search_text;
pub mod shipping;
pub mod slug;
pub mod sourcing;
pub mod staff;
pub mod stock;
pub mod tax;
pub mod tax_table;
pub mod totals;
pub mod variant;
pub mod warehouse;
pub mod word;
pub mod zone;
