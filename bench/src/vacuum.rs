//! `VACUUM (ANALYZE)` and a checkpoint: what would otherwise happen in the middle of a measurement.
use crate::{Failure, postgres};
use clap::Args;

#[derive(Args)]
pub(crate) struct Options {
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
}

pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let client = postgres::connect(&options.database_url).await?;
    for statement in ["VACUUM (ANALYZE)", "CHECKPOINT"] {
        client.batch_execute(statement).await?;
    }
    Ok(())
}
