//! Tests of the cache against models of the database, its log, replicas and a store that lies.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]
mod basics;
mod cold;
mod floors;
mod lost;
mod promise;
mod renewal;
mod replicas;
mod sampler;
mod simulation;
mod support;
mod tiers;
mod viewer;
