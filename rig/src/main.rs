//! `tradewind-rig`: a real cluster (PostgreSQL primary and two replicas, Redis, three servers, a fault proxy on every
//! edge) under load and faults; its history; and the checker of the cache's promise.
#![allow(dead_code)]

mod checker;
mod cluster;
mod history;
mod load;
mod proxy;
mod shop;

/// A command ends with this text and status 1.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() {}
