//! A kind of work.
use super::Backoff;
use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt, future::Future, time::Duration};
use tradewind_persistence::write::{WriteTx, job::finish_job};
use uuid::Uuid;

/// A kind of work; a value of it is what one job needs to know. It may be done more than once: where a process ends, or
/// loses its lease, between the last effect and the end of the job. [`Run::finish_in`] is for effects that must not.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its name in the database; never another kind's, also not later.
    const NAME: &'static str;
    /// Attempts until it is given up.
    const MAX_ATTEMPTS: u32 = 20;
    /// Between attempts.
    const BACKOFF: Backoff = Backoff::JOBS;
    /// How long one attempt may take.
    const TIMEOUT: Duration = Duration::from_secs(300);
    /// After how long without a sign of life of its runner another one may take it. Much longer than clocks differ.
    const LEASE: Duration = Duration::from_secs(60);
    /// Most jobs of the kind that a process does at once.
    const AT_ONCE: u32 = u32::MAX;

    /// What it works with.
    type Context: Send + Sync + 'static;

    /// There is one job with the same key at a time; see [`NewJob`](tradewind_persistence::write::job::NewJob).
    fn unique_key(&self) -> Option<String> {
        None
    }

    /// Does it. It is dropped at an await where its time, its lease, or the process ends.
    fn run(&self, context: &Self::Context, run: &Run) -> impl Future<Output = Result<(), JobError>> + Send;
}

/// One attempt.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub(super) id: Uuid,
    pub(super) holder: Uuid,
    /// From 1.
    pub attempt: u32,
    /// When it began.
    pub now: DateTime<Utc>,
}

impl Run {
    /// Ends the job in the transaction of its effects, as the last thing before the commit: both happen, and once. Where
    /// the job is not ours any more this is an error, and the transaction must not be committed.
    pub async fn finish_in(&self, tx: &WriteTx) -> Result<(), JobError> {
        match finish_job(tx, self.id, self.holder, self.now).await? {
            true => Ok(()),
            false => Err(JobError::Retry("another runner has the job".to_owned())),
        }
    }
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobError {
    /// It may go better later.
    Retry(String),
    /// It never will.
    GiveUp(String),
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Retry(text) | Self::GiveUp(text) => f.write_str(text),
        }
    }
}

/// A failure below passes.
impl<E: std::error::Error> From<E> for JobError {
    fn from(error: E) -> Self {
        Self::Retry(error.to_string())
    }
}
