//! `tradewind worker`: the shop's work without its API.
use super::{CommandError, clock};
use crate::{
    cli::WorkerArgs,
    config::{Config, Profile, Sources},
    signal,
    telemetry::Telemetry,
    worker::Worker,
};
use std::process::ExitCode;
use tradewind_persistence::{Db, pending_migrations};

/// Works until it is told to stop.
pub(super) fn run(args: &WorkerArgs) -> Result<ExitCode, CommandError> {
    let config = Config::read(Profile::Serve, &Sources::from_process(args.file.config.as_deref(), Vec::new()))?;
    super::runtime(&config)?.block_on(work(config))
}

async fn work(config: Config) -> Result<ExitCode, CommandError> {
    let telemetry = Telemetry::start(&config)?;
    let db = Db::connect(&config.database.pool()).await?;
    let pending = pending_migrations(&db).await?;
    if pending > 0 {
        return Err(CommandError::failed(format!(
            "the database misses {pending} migrations of this version: run `tradewind migrate` first"
        )));
    }
    let following = tokio::spawn({
        let db = db.clone();
        async move { tradewind_persistence::changes::follow(&db).await }
    });
    let failed = |error: &dyn std::fmt::Display| CommandError::failed(error.to_string());
    let commerce = crate::commerce::commerce(&config.shop, &config.payments, &config.cache, &db, None, clock)
        .map_err(|error| failed(&error))?;
    let worker = Worker::start(&config.shop, &commerce, clock).map_err(|error| failed(&error))?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), database = config.database.kind(), "working");
    signal::stop().await;
    tracing::info!("stopping: nothing more is begun");
    worker.stop().await;
    following.abort();
    db.close().await;
    telemetry.flush().await;
    Ok(ExitCode::SUCCESS)
}
