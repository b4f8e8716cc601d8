//! The load driver: sessions that read through all instances, writers through instances and past them. One thread, so
//! that the history's order is the order of the clock.
mod answer;
mod connection;
mod control;
mod direct;
mod driver;
mod reader;
mod request;
mod stats;
mod storm;
mod sweep;
mod writer;

pub(crate) use connection::Connection;
pub(crate) use control::{Control, Order};
pub(crate) use driver::{Load, Registers, Running, start};
pub(crate) use stats::Stats;
pub(crate) use storm::storm;
pub(crate) use sweep::Sweep;
