//! `tradewind-rig`: a real cluster (PostgreSQL primary and two replicas, Redis, three servers, a fault proxy on every
//! edge) under load and faults; its history; and the checker of the cache's promise. And shops in which many buy at once, or
//! servers die while they are paid.
mod buying;
mod checker;
mod cli;
mod cluster;
mod commands;
mod crash;
mod drill;
mod expiry;
mod fault;
mod gateway;
mod history;
mod load;
mod mistake;
mod oversell;
mod proxy;
mod report;
mod run;
mod sampler;
mod shop;
mod stage;

use clap::Parser;
use std::process::ExitCode;

/// A command ends with this text and status 1.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

#[allow(clippy::print_stderr, reason = "a command's error")]
fn main() -> ExitCode {
    match commands::run(cli::Cli::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("rig: {error}");
            ExitCode::from(2)
        }
    }
}
