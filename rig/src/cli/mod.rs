//! The command line.
mod buying;
mod machine;

pub(crate) use buying::{CrashArgs, OversellArgs};
pub(crate) use machine::MachineArgs;

use crate::{
    Failure,
    fault::Fault,
    load::{Load, Registers},
};
use clap::{Args, Parser, Subcommand};
use std::{path::PathBuf, time::Duration};

const EXAMPLES: &str = "Examples:
  scripts/rig run                                    two minutes, all faults
  scripts/rig run --duration 10m --seed 7 --json     one JSON object at the end
  scripts/rig run --faults redis-old-dump,promotion  only these
  scripts/rig run --mistake no-commit-wait           a server with a planted mistake: must be found
  scripts/rig mistakes                               each planted mistake must be found within 60 s
  scripts/rig expiry                                 statements per key after a mass expiry
  scripts/rig redis-gone                             Redis stops and is killed under load: nobody gets an error
  scripts/rig database-gone                          no database: the catalog is served, stock is refused
  scripts/rig oversell                               1,000 buyers for 100 items: exactly 100 orders
  scripts/rig crash --runs 60                        servers die in the middle of paying: nothing is lost or paid twice
  scripts/rig baseline                               the same load on a cache that deletes after the commit
  scripts/rig check history.jsonl                    judge a recorded history again";

/// Puts a real cluster under load and faults, and checks that no read is older than an acknowledged write.
#[derive(Debug, Parser)]
#[command(name = "rig", after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load and faults; status 1 where a violation is found.
    Run(RunArgs),
    /// Judges a recorded history.
    Check {
        /// As `run --history` writes it.
        file: PathBuf,
        /// One JSON object instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Plants each mistake in turn; status 1 where one is not found within 60 s.
    Mistakes(MistakesArgs),
    /// Measures how often the database is asked for a key after all copies are gone; status 1 where an instance asks
    /// twice.
    Expiry {
        /// One JSON list instead of a table.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        common: CommonArgs,
    },
    /// Redis stops, or is killed, and comes back under load; status 1 where anybody gets an error.
    RedisGone(DrillArgs),
    /// Primary and replicas go away and come back while shoppers read; status 1 where the catalog is not served, or
    /// stock is not refused with UNAVAILABLE.
    DatabaseGone(DrillArgs),
    /// Many buyers at once for few items, through three servers; status 1 where one too many or too few is sold.
    Oversell(OversellArgs),
    /// Kills servers at every step of checkout and payment; status 1 where money or stock is lost or taken twice.
    Crash(CrashArgs),
    /// A cache that deletes after the commit; status 1 where no violation is found.
    Baseline(RunArgs),
}

#[derive(Clone, Debug, Args)]
pub(crate) struct RunArgs {
    /// Of the load, such as 90s or 10m; starting takes some seconds more.
    #[arg(long, default_value = "2m", value_parser = duration)]
    pub(crate) duration: Duration,
    /// all, none, or names with commas between.
    #[arg(long, default_value = "all")]
    pub(crate) faults: String,
    /// Plants a mistake in the servers.
    #[arg(long)]
    pub(crate) mistake: Option<String>,
    /// Keeps the history in this file, JSON lines.
    #[arg(long)]
    pub(crate) history: Option<PathBuf>,
    /// One JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct MistakesArgs {
    /// Only these, with commas between.
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// How long one may take to be found.
    #[arg(long, default_value = "60s", value_parser = duration)]
    pub(crate) within: Duration,
    /// One JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct DrillArgs {
    /// How often it goes away; every other time in another way.
    #[arg(long, default_value_t = 4)]
    pub(crate) rounds: usize,
    /// One JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct CommonArgs {
    /// Sessions that read.
    #[arg(long, default_value_t = 6)]
    pub(crate) readers: usize,
    /// Clients that write.
    #[arg(long, default_value_t = 6)]
    pub(crate) writers: usize,
    /// Keys of a large page.
    #[arg(long, default_value_t = 60)]
    pub(crate) batch: usize,
    /// A reader's longest pause, in milliseconds.
    #[arg(long, default_value_t = 8)]
    pub(crate) think: u64,
    #[command(flatten)]
    pub(crate) machine: MachineArgs,
}

impl CommonArgs {
    pub(crate) fn load(&self, read: Registers) -> Load {
        Load {
            read,
            seed: self.machine.seed,
            readers: self.readers,
            writers: self.writers.max(1),
            batch: self.batch.clamp(1, 100),
            think: Duration::from_millis(self.think),
        }
    }
}

/// `all`, `none`, or names.
pub(crate) fn faults(text: &str) -> Result<Vec<Fault>, Failure> {
    match text {
        "all" => Ok(Fault::ALL.to_vec()),
        "none" => Ok(Vec::new()),
        list => Ok(list.split(',').map(|name| name.trim().parse()).collect::<Result<Vec<Fault>, String>>()?),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| format!("`{text}` is no time: write 90s or 2m"))?;
    let seconds = match text.strip_prefix(digits) {
        Some("s" | "") => Some(number),
        Some("m") => number.checked_mul(60),
        Some("h") => number.checked_mul(3600),
        _ => return Err(format!("`{text}` is no time: write 90s or 2m")),
    };
    seconds.map(Duration::from_secs).ok_or_else(|| format!("`{text}` is too long"))
}
