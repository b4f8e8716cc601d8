//! `tradewind dev`: a whole shop in a folder.
use super::{CommandError, source};
use crate::{
    app::App,
    cli::DevArgs,
    config::{Config, Flag},
    server::Server,
};
use chrono::{DateTime, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use std::time::Instant;
use tradewind_commerce::demo;
use tradewind_persistence::{Db, migrate};

/// The settings.
pub fn config(args: &DevArgs) -> Result<Config, CommandError> {
    let port = args.port.map(|port| Flag { var: "TRADEWIND_PORT", flag: "--port", value: port.to_string() });
    source::config(&args.database, port.into_iter().collect())
}

/// Makes and migrates the database; an embedded one without a channel gets the demo shop.
pub fn prepare(config: &Config, now: DateTime<Utc>) -> BoxFuture<'_, Result<(), CommandError>> {
    install(config, now).boxed()
}

async fn install(config: &Config, now: DateTime<Utc>) -> Result<(), CommandError> {
    let Some(folder) = &config.database.data else {
        let db = Db::connect(&config.database.pool()).await?;
        migrate(&db).await?;
        db.close().await;
        return Ok(());
    };
    let db = source::embedded(folder, config).await?;
    migrate(&db).await?;
    if demo::is_empty(&db).await? {
        let began = Instant::now();
        let installed = demo::install(&db, now).await;
        installed.map_err(|error| CommandError::failed(format!("the demo shop cannot be written: {error}")))?;
        tracing::debug!(elapsed = ?began.elapsed(), "demo shop written");
    }
    db.close().await;
    Ok(())
}

/// The first thing a newcomer sees.
#[allow(clippy::print_stdout)]
pub fn announce(app: &App, server: &Server) {
    let Ok(address) = server.address() else { return };
    let database = match &app.config.database.data {
        Some(folder) => format!("SQLite in {}/", folder.display()),
        None => format!("{} (DATABASE_URL)", app.config.database.kind()),
    };
    let metrics = match server.metrics_address() {
        Some(address) => format!("http://{address}/metrics"),
        None => "off (TRADEWIND_METRICS_ADDRESS=127.0.0.1:9464 turns them on)".to_owned(),
    };
    let version = env!("CARGO_PKG_VERSION");
    println!(
        "\n  Tradewind {version}\n
  GraphiQL   http://{address}/graphiql
  GraphQL    http://{address}/graphql
  Schema     http://{address}/schema.graphql
  Health     http://{address}/livez  http://{address}/readyz
  Metrics    {metrics}

  Embedded   {database}; nothing else is needed or running
  Your data  tradewind import shopify products.csv{data}
  Production DATABASE_URL=postgres://… tradewind migrate, then tradewind serve
             (`tradewind config --schema` lists every setting)

  Ctrl-C stops it.\n",
        data = data_flag(app),
    );
}

fn data_flag(app: &App) -> String {
    match &app.config.database.data {
        Some(folder) if folder.as_os_str() != ".tradewind" => format!(" --data {}", folder.display()),
        _ => String::new(),
    }
}
