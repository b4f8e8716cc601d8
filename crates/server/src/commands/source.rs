//! The database of a command: the one that is named, or the embedded one in its folder.
use super::{CommandError, runtime};
use crate::{
    cli::DatabaseArgs,
    config::{Config, Flag, Profile, Sources},
};
use std::{fs, io, path::Path, process::ExitCode};
use tradewind_cache::CacheConfig;
use tradewind_persistence::{Db, migrate, pending_migrations};

/// The flags that name a database.
pub(super) fn flags(args: &DatabaseArgs) -> Vec<Flag> {
    let url = args.database_url.clone().map(|value| Flag { var: "DATABASE_URL", flag: "--database-url", value });
    let data = args.data.as_ref().map(|path| Flag {
        var: "TRADEWIND_DATA",
        flag: "--data",
        value: path.display().to_string(),
    });
    url.into_iter().chain(data).collect()
}

/// Settings of a command: like those of `dev`, so that the folder is the default. `--data` wins over DATABASE_URL.
pub(super) fn config(args: &DatabaseArgs, more: Vec<Flag>) -> Result<Config, CommandError> {
    let mut flags = flags(args);
    flags.extend(more);
    let mut sources = Sources::from_process(args.file.config.as_deref(), flags);
    if args.data.is_some() {
        sources.environment.remove("DATABASE_URL");
        sources.file.remove("database.url");
    }
    Ok(Config::read(Profile::Dev, &sources)?)
}

/// Reads the settings, starts a runtime and runs the command in it.
pub(super) fn with_runtime<F>(args: &DatabaseArgs, command: impl FnOnce(Config) -> F) -> Result<ExitCode, CommandError>
where
    F: Future<Output = Result<ExitCode, CommandError>>,
{
    let config = config(args, Vec::new())?;
    runtime(&config)?.block_on(command(config))
}

/// Opens the database of a command. The embedded one is made and migrated; another one must be migrated already.
pub(super) async fn open(config: &Config) -> Result<Db, CommandError> {
    if let Some(folder) = &config.database.data {
        let db = embedded(folder, config).await?;
        migrate(&db).await?;
        return Ok(db);
    }
    let db = Db::connect(&config.database.pool()).await?;
    match pending_migrations(&db).await? {
        0 => Ok(db),
        pending => Err(CommandError::failed(format!(
            "the database misses {pending} migrations of this version: run `tradewind migrate` first"
        ))),
    }
}

/// Makes the folder and opens the database in it.
pub(super) async fn embedded(folder: &Path, config: &Config) -> Result<Db, CommandError> {
    make(folder).map_err(|error| {
        CommandError::failed(format!(
            "{}: the folder cannot be made ({error}): choose another with --data",
            folder.display()
        ))
    })?;
    Ok(Db::connect(&config.database.pool()).await?)
}

/// A shop's data does not belong into a repository.
fn make(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let ignore = folder.join(".gitignore");
    if ignore.exists() { Ok(()) } else { fs::write(ignore, "*\n") }
}

/// Waits until every running server knows of what was committed: a command that has written ends no sooner.
pub(super) async fn acknowledge() {
    let delta = CacheConfig::default().delta;
    tokio::time::sleep(delta + delta / 100).await;
}
