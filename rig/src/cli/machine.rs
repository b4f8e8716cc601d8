//! What every command that starts something needs.
use crate::{Failure, cluster::Layout};
use clap::Args;
use std::path::PathBuf;

#[derive(Clone, Debug, Args)]
pub(crate) struct MachineArgs {
    /// Of the random choices.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The server's binary, built with its feature `rig`.
    #[arg(long, env = "RIG_SERVER")]
    server: PathBuf,
    /// Folder of PostgreSQL's programs.
    #[arg(long, env = "PG_BIN")]
    pg_bin: PathBuf,
    #[arg(long, env = "REDIS_SERVER")]
    redis_server: PathBuf,
    /// Where the run's files are: on a disk, so that fsync means something [default: a new folder in the system's].
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Keeps these files.
    #[arg(long)]
    keep: bool,
    /// Added to the servers' environment; an empty value takes a variable away.
    #[arg(long, value_name = "NAME=VALUE")]
    env: Vec<String>,
}

impl MachineArgs {
    /// `run`: distinguishes runs of one process.
    pub(crate) fn layout(&self, run: usize, mistake: Option<&str>) -> Result<Layout, Failure> {
        let name = format!("tradewind-rig.{}.{run}", std::process::id());
        let folder = self.folder.clone().unwrap_or_else(std::env::temp_dir).join(name);
        let pair = |text: &String| {
            let pair = text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
            pair.ok_or_else(|| format!("--env {text}: write NAME=VALUE"))
        };
        let mut environment = self.env.iter().map(pair).collect::<Result<Vec<_>, _>>()?;
        environment.extend(mistake.map(|name| ("TRADEWIND_MISTAKE".to_owned(), name.to_owned())));
        if !self.server.is_file() {
            return Err(
                format!("--server {}: there is no such file; scripts/rig builds it", self.server.display()).into()
            );
        }
        Ok(Layout {
            server: std::path::absolute(&self.server)?,
            postgres: self.pg_bin.clone(),
            redis: self.redis_server.clone(),
            folder,
            keep: self.keep,
            environment,
        })
    }
}
