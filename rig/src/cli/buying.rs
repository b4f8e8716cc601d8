//! The proofs of buying.
use super::{MachineArgs, duration};
use crate::{crash::Place, oversell::Kind};
use clap::Args;
use std::time::Duration;

const OVERSELL: &str = "Examples:
  scripts/rig oversell                             20 rounds of 1,000 buyers
  scripts/rig oversell --rounds 4 --buyers 200     one round of each kind, quickly
  scripts/rig oversell --kinds expiry --json       holds that end while they are paid";

const CRASH: &str = "Examples:
  scripts/rig crash                                500 runs
  scripts/rig crash --runs 60 --seed 7             fewer, and others
  scripts/rig crash --only capture.after --runs 20";

#[derive(Clone, Debug, Args)]
#[command(after_help = OVERSELL)]
pub(crate) struct OversellArgs {
    /// Who buy at once in a round.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub(crate) buyers: u32,
    /// How many of them can get something.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) items: u32,
    /// Rounds, evenly of each kind.
    #[arg(long, default_value_t = 20)]
    pub(crate) rounds: usize,
    /// Only these kinds, with commas between.
    #[arg(long, value_delimiter = ',', default_values_t = Kind::ALL)]
    pub(crate) kinds: Vec<Kind>,
    /// How long a checkout holds its goods where holds end while they are paid.
    #[arg(long, default_value = "20s", value_parser = duration)]
    pub(crate) hold: Duration,
    /// Most connections to the servers; they are kept open [default: one for each buyer].
    #[arg(long)]
    pub(crate) connections: Option<usize>,
    /// One JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) machine: MachineArgs,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = CRASH)]
pub(crate) struct CrashArgs {
    /// Each kills a server once.
    #[arg(long, default_value_t = 500)]
    pub(crate) runs: usize,
    /// Shops, each with a database and a server of its own, at work side by side.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=16))]
    pub(crate) shops: u32,
    /// Who buy at once in a shop.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(crate) buyers: u32,
    /// How long a checkout holds its goods.
    #[arg(long, default_value = "6s", value_parser = duration)]
    pub(crate) hold: Duration,
    /// Only these places, with commas between.
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<Place>,
    /// One JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) machine: MachineArgs,
}
