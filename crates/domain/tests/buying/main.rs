//! The laws of buying, over arbitrary input.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its helpers")]

mod address;
mod allocation;
mod buy_get;
mod cart;
mod checkout;
mod gift_card;
mod order;
mod payment;
mod promotion;
mod rate;
mod shop;
mod tax;
mod totals;
mod word;
mod worked_example;
