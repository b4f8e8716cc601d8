//! A kind of job without its type, as the runner has it.
use super::{Backoff, Job, JobError, Run};
use futures_util::future::BoxFuture;
use std::{sync::Arc, time::Duration};

type Body = dyn Fn(String, Run) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync;

#[derive(Clone)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) max_attempts: u32,
    pub(super) backoff: Backoff,
    pub(super) timeout: Duration,
    pub(super) lease: Duration,
    pub(super) at_once: u32,
    /// Comes again after this long.
    pub(super) every: Option<Every>,
    body: Arc<Body>,
}

/// A schedule.
#[derive(Clone)]
pub(super) struct Every {
    pub(super) period: Duration,
    pub(super) arguments: serde_json::Value,
    pub(super) unique_key: Option<String>,
}

impl Kind {
    pub(super) fn new<J: Job>(context: J::Context) -> Self {
        let context = Arc::new(context);
        let body = move |arguments: String, run: Run| -> BoxFuture<'static, Result<(), JobError>> {
            let context = Arc::clone(&context);
            Box::pin(async move {
                let unreadable = |error| JobError::GiveUp(format!("arguments that cannot be read: {error}"));
                let job: J = serde_json::from_str(&arguments).map_err(unreadable)?;
                job.run(&context, &run).await
            })
        };
        Self {
            name: J::NAME,
            max_attempts: J::MAX_ATTEMPTS,
            backoff: J::BACKOFF,
            timeout: J::TIMEOUT,
            lease: J::LEASE,
            at_once: J::AT_ONCE,
            every: None,
            body: Arc::new(body),
        }
    }

    pub(super) fn run(&self, arguments: String, run: Run) -> BoxFuture<'static, Result<(), JobError>> {
        (self.body)(arguments, run)
    }
}
