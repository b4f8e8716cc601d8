//! `tradewind migrate`.
use super::{CommandError, source};
use crate::{cli::MigrateArgs, config::Config};
use std::process::ExitCode;
use tradewind_persistence::{Db, migrate, pending_migrations};

#[allow(clippy::print_stdout)]
pub(super) async fn run(args: MigrateArgs, config: Config) -> Result<ExitCode, CommandError> {
    let db = match &config.database.data {
        Some(folder) => source::embedded(folder, &config).await?,
        None => Db::connect(&config.database.pool()).await?,
    };
    let pending = pending_migrations(&db).await?;
    migrate(&db).await?;
    db.close().await;
    if args.json {
        println!("{}", serde_json::json!({ "applied": pending }));
    } else if pending == 0 {
        println!("The schema is up to date.");
    } else {
        println!("{pending} migrations applied.");
    }
    Ok(ExitCode::SUCCESS)
}
