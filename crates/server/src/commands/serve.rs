//! `tradewind serve`: production.
use super::CommandError;
use crate::{
    app::App,
    cli::ServeArgs,
    config::{ADDRESS, Config, Flag, PORT, Profile, Sources},
    server::Server,
};

/// The settings; all that is wrong with them at once.
pub fn config(args: &ServeArgs) -> Result<Config, CommandError> {
    let port = args.port.map(|port| Flag { var: PORT.name, flag: "--port", value: port.to_string() });
    let address = args.address.clone().map(|value| Flag { var: ADDRESS.name, flag: "--address", value });
    let flags = port.into_iter().chain(address).collect();
    Ok(Config::read(Profile::Serve, &Sources::from_process(args.file.config.as_deref(), flags))?)
}

/// One log line: where it listens and on what it stands.
pub fn announce(app: &App, server: &Server) {
    let address = server.address().map(|address| address.to_string()).unwrap_or_default();
    let metrics = server.metrics_address().map(|address| address.to_string());
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        address,
        metrics,
        database = app.config.database.kind(),
        trusted_documents = app.persisted.trusted(),
        traces = app.config.otlp.is_some(),
        "serving"
    );
}
