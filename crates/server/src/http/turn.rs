//! When an operation runs.
use super::{Exchange, Operation, Site, failure::Failure};
use std::time::Duration;
use tradewind_graphql::{Code, Outcome, Prepared, RequestContext};

/// Waits for a turn, and runs the operation; both within its time.
pub(super) async fn run(site: &Site, prepared: Prepared, context: RequestContext) -> Result<Outcome, Stopped> {
    let name = prepared.operation_name().map(Into::into);
    let limit = site.graphql.execution_timeout;
    let end = tokio::time::Instant::now() + limit;
    // Each operation under way holds its rows and its answer in memory: as many as the database can serve are faster than
    // all at once.
    let turn = tokio::time::timeout_at(end, site.turns.enter()).await;
    let _turn = turn.map_err(|_| Stopped::NoTurn { waited: true })?.map_err(|_| Stopped::NoTurn { waited: false })?;
    let run = site.engine.run(prepared, context);
    tokio::time::timeout_at(end, run).await.map_err(|_| Stopped::TooLong(TooLong { name, limit }))
}

/// Why an operation has no outcome.
pub(super) enum Stopped {
    /// It did not begin; whether it waited for all of its time.
    NoTurn {
        waited: bool,
    },
    TooLong(TooLong),
}

pub(super) struct TooLong {
    name: Option<std::sync::Arc<str>>,
    limit: Duration,
}

impl Stopped {
    /// What the client is told.
    pub(super) fn failure(self, site: &Site, exchange: &mut Exchange, began: u64) -> Failure {
        match self {
            Self::TooLong(late) => timed_out(exchange, began, late),
            Self::NoTurn { waited } => {
                if waited {
                    site.metrics.limits.deadline_exceeded("queue");
                }
                Failure::busy()
            }
        }
    }
}

fn timed_out(exchange: &mut Exchange, began: u64, late: TooLong) -> Failure {
    exchange.operation = Some(Operation {
        name: late.name,
        kind: "unknown",
        error_code: Some(Code::Timeout.as_str()),
        began,
        ended: exchange.micros(),
        ..Operation::default()
    });
    Failure::too_slow(late.limit)
}
