//! What bounds this process's use of a server: statements and transactions at a time, those that wait, second tries.
use crate::{DbConfig, DbError};
use std::{sync::Arc, time::Duration};
use tradewind_resilience::{Bulkhead, Entered, Full, LimitMetrics, RetryBudget};

/// Stands before the connections of one kind. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    bulkhead: Bulkhead,
    retries: RetryBudget,
    /// How long a caller waits for its turn.
    patience: Duration,
    metrics: LimitMetrics,
}

/// It did not get its turn in time. The server was not asked.
#[derive(Debug, thiserror::Error)]
#[error("no connection was free within {0:?}")]
struct NoTurn(Duration);

impl Guard {
    /// As many at a time as there are connections.
    pub(crate) fn new(dep: &'static str, config: &DbConfig, metrics: &LimitMetrics) -> Self {
        Self::with(dep, config, metrics, RetryBudget::new(dep, metrics))
    }

    /// With a budget that others use too.
    pub(crate) fn with(dep: &'static str, config: &DbConfig, metrics: &LimitMetrics, retries: RetryBudget) -> Self {
        let figure = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let bulkhead = Bulkhead::new(dep, figure(config.max_connections.max(1)), figure(config.max_waiting), metrics);
        Self { bulkhead, retries, patience: config.acquire_timeout, metrics: metrics.clone() }
    }

    /// Waits for a turn, unless too many do.
    pub(crate) async fn enter(&self) -> Result<Entered, DbError> {
        match tokio::time::timeout(self.patience, self.bulkhead.enter()).await {
            Ok(Ok(entered)) => Ok(entered),
            Ok(Err(full)) => Err(DbError::Unavailable(Arc::new(full))),
            Err(_) => {
                self.metrics.deadline_exceeded("connection");
                Err(DbError::Unavailable(Arc::new(NoTurn(self.patience))))
            }
        }
    }

    pub(crate) fn waiting(&self) -> usize {
        self.bulkhead.waiting()
    }

    pub(crate) fn retries(&self) -> &RetryBudget {
        &self.retries
    }

    /// Counts a statement that was given up because its time was over.
    pub(crate) fn gave_up(&self) {
        self.metrics.deadline_exceeded("statement");
    }

    /// Counts an error that says that a time was over.
    pub(crate) fn note(&self, error: &DbError) {
        match error {
            DbError::Timeout(_) => self.metrics.deadline_exceeded("statement"),
            DbError::LockTimeout(_) => self.metrics.deadline_exceeded("lock"),
            _ => {}
        }
    }
}

impl DbError {
    /// Whether the server was not even asked, because too many wait for it here: it says nothing about the server.
    pub fn is_refused_here(&self) -> bool {
        let Self::Unavailable(cause) = self else { return false };
        cause.is::<Full>() || cause.is::<NoTurn>()
    }
}
