//! Deletes carts that nobody came back to.
use crate::jobs::{Housekeeping, Job, JobError, Run};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tradewind_persistence::{Db, DbError, write::delete_expired_carts};

/// Rows of a statement.
const CHUNK: u32 = 500;

/// Deletes at most some hundred carts that have expired, in a transaction of its own; how many. Call it again until it has
/// nothing to tell.
pub async fn sweep(db: &Db, now: DateTime<Utc>) -> Result<u64, DbError> {
    let tx = db.begin_write().await?;
    let deleted = delete_expired_carts(&tx, now, CHUNK).await?;
    tx.commit().await?;
    Ok(deleted)
}

/// Sweeps until nothing is left to do.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct SweepCarts {}

impl Job for SweepCarts {
    const NAME: &'static str = "sweep-carts";
    const AT_ONCE: u32 = 1;
    type Context = Housekeeping;

    async fn run(&self, context: &Housekeeping, run: &Run) -> Result<(), JobError> {
        while sweep(&context.db, run.now).await? > 0 {}
        Ok(())
    }
}
