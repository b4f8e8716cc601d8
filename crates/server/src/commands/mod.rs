//! The commands. Each prints for people, or JSON where a script may read it; problems go to standard error.
mod config;
pub mod dev;
mod error;
mod export;
mod healthcheck;
mod import;
mod migrate;
mod progress;
mod schema;
mod seed;
pub mod serve;
mod source;
mod staff;
mod worker;

pub use error::CommandError;

use crate::{
    cli::{Command, Export, Import, Staff},
    config::Config,
};
use chrono::{DateTime, Utc};
use staff::Wanted;
use std::process::ExitCode;

/// Runs a command that ends by itself.
pub fn run(command: Command) -> Result<ExitCode, CommandError> {
    match command {
        Command::Schema => schema::run(),
        Command::Worker(args) => worker::run(&args),
        Command::Config(args) => config::run(&args),
        Command::Healthcheck(args) => healthcheck::run(&args),
        Command::Migrate(args) => source::with_runtime(&args.database, |config| migrate::run(args.clone(), config)),
        Command::Import(Import::Shopify(args)) => {
            source::with_runtime(&args.database, |config| import::run(args.clone(), config))
        }
        Command::Export(Export::Shopify(args)) => {
            source::with_runtime(&args.database, |config| export::run(args.clone(), config))
        }
        Command::Seed(args) => source::with_runtime(&args.database, |config| seed::run(args.clone(), config)),
        Command::Staff(Staff::Create(args)) => {
            let database = args.member.database.clone();
            source::with_runtime(&database, |config| staff::run(Wanted::Create(args), config))
        }
        Command::Staff(Staff::ResetPassword(args)) => {
            let database = args.database.clone();
            source::with_runtime(&database, |config| staff::run(Wanted::ResetPassword(args), config))
        }
        Command::Dev(_) | Command::Serve(_) => Err(CommandError::failed("this command serves: start it from main")),
    }
}

/// The runtime that the settings ask for.
pub fn runtime(config: &Config) -> Result<tokio::runtime::Runtime, CommandError> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = config.runtime.worker_threads {
        builder.worker_threads(threads);
    }
    builder.enable_all().build().map_err(|error| CommandError::failed(format!("threads cannot be started: {error}")))
}

/// Says what went wrong and with which status: 1 failed, 2 used wrongly.
#[allow(clippy::print_stderr)]
pub fn exit(ended: Result<ExitCode, CommandError>) -> ExitCode {
    ended.unwrap_or_else(|error| {
        eprintln!("tradewind: {error}");
        ExitCode::from(error.status())
    })
}

/// The time of day. Everything else is given it.
#[allow(clippy::disallowed_methods)]
pub fn clock() -> DateTime<Utc> {
    Utc::now()
}
