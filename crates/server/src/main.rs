//! `tradewind`. The life of a server is in [`live`]: log, ports, data, parts, announcement, requests, end.
use clap::Parser;
use std::process::ExitCode;
use tradewind_server::{
    app::App,
    cli::{Cli, Command},
    commands::{self, CommandError, clock, dev, serve},
    config::{Config, Profile},
    server::Server,
    signal,
    telemetry::Telemetry,
};

/// A third fewer cycles per GraphQL request than the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let ended = match Cli::parse().command() {
        Command::Dev(args) => dev::config(&args).and_then(start),
        Command::Serve(args) => serve::config(&args).and_then(start),
        command => commands::run(command),
    };
    commands::exit(ended)
}

fn start(config: Config) -> Result<ExitCode, CommandError> {
    commands::runtime(&config)?.block_on(live(config))
}

async fn live(config: Config) -> Result<ExitCode, CommandError> {
    let telemetry = Telemetry::start(&config)?;
    let server = Server::bind(&config).await?;
    let is_dev = config.profile == Profile::Dev;
    if is_dev {
        dev::prepare(&config, clock()).await?;
    }
    let app = App::build(config, clock).await?;
    if is_dev {
        dev::announce(&app, &server)
    } else {
        serve::announce(&app, &server)
    }
    server.run(app, &telemetry, signal::stop()).await;
    telemetry.flush().await;
    Ok(ExitCode::SUCCESS)
}
