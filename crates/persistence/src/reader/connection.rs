//! A connection that several statements use at the same time.
use super::{Reader, checkout::Checkout};
use crate::{DbError, row::Rows, sql::Arg};
use std::{sync::Arc, time::Duration};
use tokio_postgres::error::SqlState;

/// A statement that nobody waits for any more may end by itself for so long; then it is cancelled. Most end sooner, and
/// a connection that was cancelled has to be closed.
const GRACE: Duration = Duration::from_millis(100);
/// How long a cancelled statement has to end.
const CANCELLATION: Duration = Duration::from_secs(5);

/// Where a connection will be; a failure to get one is told to all who wait for it.
#[derive(Debug, Default)]
pub(super) struct Cell(tokio::sync::OnceCell<Result<Checkout, DbError>>);

impl Cell {
    /// Others may still join.
    pub(super) fn is_open(&self) -> bool {
        match self.0.get() {
            None => true,
            Some(Ok(checkout)) => !checkout.is_retired(),
            Some(Err(_)) => false,
        }
    }

    /// Statements under way; None where the oldest of them takes longer than that, or where nobody knows yet.
    pub(super) fn load(&self, slow: Duration) -> Option<usize> {
        let checkout = self.0.get()?.as_ref().ok()?;
        checkout.load(slow)
    }
}

/// A connection that others may be using too.
pub(super) struct Connection {
    cell: Arc<Cell>,
}

impl Connection {
    /// Waits for the connection, and takes one from the pool where nobody has.
    pub(super) async fn connect(cell: Arc<Cell>, reader: &Reader) -> Result<Self, DbError> {
        let outcome = cell.0.get_or_init(|| async {
            let turn = reader.guard.enter().await?;
            Ok(Checkout::new(reader.pool.get().await?, reader.tls.clone(), turn))
        });
        match outcome.await {
            Ok(_) => Ok(Self { cell }),
            Err(error) => Err(error.clone()),
        }
    }

    fn checkout(&self) -> Option<&Checkout> {
        // `connect` has seen that it is there.
        self.cell.0.get()?.as_ref().ok()
    }

    pub(super) async fn fetch(
        &self,
        text: &str,
        args: &[Arg],
        rows: &mut dyn Rows,
    ) -> Result<(), tokio_postgres::Error> {
        let Some(checkout) = self.checkout() else { return Ok(()) };
        let statement = UnderWay { cell: Some(&self.cell), checkout };
        checkout.begin();
        let outcome = checkout.fetch(text, args, rows).await;
        statement.end();
        outcome
    }

    /// Nobody joins it any more, and it is closed when the last statement has ended.
    pub(super) fn retire(&self) {
        if let Some(checkout) = self.checkout() {
            checkout.retire();
        }
    }

    /// Reads may be asked again: when the connection was lost, when an upgrade of the schema made the plan invalid, and
    /// when a cancellation of another statement hit this one.
    pub(super) fn is_worth_another_try(&self, error: &tokio_postgres::Error) -> bool {
        const LOST: [SqlState; 5] = [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::IDLE_SESSION_TIMEOUT,
            // "cached plan must not change result type"
            SqlState::FEATURE_NOT_SUPPORTED,
            // A replica had to go on replaying: "canceling statement due to conflict with recovery".
            SqlState::T_R_SERIALIZATION_FAILURE,
        ];
        match error.code() {
            None => error.is_closed(),
            Some(&SqlState::QUERY_CANCELED) => self.checkout().is_some_and(Checkout::is_retired),
            Some(code) => LOST.contains(code),
        }
    }
}

/// A statement that was sent and has not ended.
struct UnderWay<'c> {
    cell: Option<&'c Arc<Cell>>,
    checkout: &'c Checkout,
}

impl UnderWay<'_> {
    fn end(mut self) {
        self.cell = None;
        self.checkout.end();
    }
}

impl Drop for UnderWay<'_> {
    /// Whoever waited gave up. The connection is not given back before the statement has ended.
    fn drop(&mut self) {
        let Some(cell) = self.cell else { return };
        let cell = Arc::clone(cell);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Some(Ok(checkout)) = cell.0.get() {
                    see_off(checkout).await;
                    checkout.end();
                }
            });
        }
    }
}

async fn see_off(checkout: &Checkout) {
    let mut ended = std::pin::pin!(checkout.drained());
    if tokio::time::timeout(GRACE, &mut ended).await.is_ok() {
        return;
    }
    checkout.retire();
    // If the cancellation does not get there, the statement timeout ends the statement.
    let _ = tokio::time::timeout(CANCELLATION, async {
        checkout.cancel().await;
        ended.await;
    })
    .await;
}
