//! Jobs that keep the tables of this machinery small.
use super::{Job, JobError, Run};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use tradewind_persistence::{
    Db,
    write::{idempotency::forget_keys, webhook::forget_events},
};

/// What they work with.
#[derive(Clone, Debug)]
pub struct Housekeeping {
    /// The shop's database.
    pub db: Db,
    /// How long events, and what is known of their deliveries, are kept.
    pub keep_events: TimeDelta,
}

/// Forgets idempotency keys that have expired.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct ForgetIdempotencyKeys {}

impl Job for ForgetIdempotencyKeys {
    const NAME: &'static str = "forget-idempotency-keys";
    const AT_ONCE: u32 = 1;
    type Context = Housekeeping;

    async fn run(&self, context: &Housekeeping, run: &Run) -> Result<(), JobError> {
        let keys = forget_keys(&context.db, run.now).await?;
        tracing::debug!(keys, "idempotency keys were forgotten");
        Ok(())
    }
}

/// Forgets events that nobody waits for any more.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct ForgetEvents {}

impl Job for ForgetEvents {
    const NAME: &'static str = "forget-events";
    const AT_ONCE: u32 = 1;
    type Context = Housekeeping;

    async fn run(&self, context: &Housekeeping, run: &Run) -> Result<(), JobError> {
        let events = forget_events(&context.db, run.now - context.keep_events).await?;
        tracing::debug!(events, "events were forgotten");
        Ok(())
    }
}
