//! Reads from PostgreSQL, pipelined: statements that are asked for side by side travel on one connection, one behind
//! the other, without waiting for each other's answers.
//!
//! Requests share a few connections as well: on two cores, sixteen server processes of which each has a little to do
//! cost half as much again as four that always have something to do.
//!
//! sqlx waits for the end of a statement before it sends the next one on the same connection, so a relation level of
//! five statements took five connections, ten system calls and the wake-up of five server processes. tokio-postgres
//! sends them together. Writes stay with SeaORM and sqlx.
mod checkout;
mod config;
mod connection;
mod lane;
#[cfg(test)]
mod tests;
mod tls;
mod traffic;

pub(crate) use lane::Lane;
pub(crate) use tls::Tls;
pub(crate) use tokio_postgres::Config as Address;

use crate::{DbConfig, DbError, guard::Guard, row::Rows, sql::Arg};
use connection::Connection;
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, QueueMode, RecyclingMethod, Runtime};
use sea_orm::sqlx::postgres::PgConnectOptions;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use traffic::Traffic;

/// A connection that nobody used for this long may have been dropped by a firewall on the way: it is replaced.
const LONGEST_IDLE: Duration = Duration::from_secs(300);

/// A server cancels a statement that takes too long. One that has not answered so much later cannot be heard: a network
/// may swallow packets for a minute before the connection ends.
const SILENCE: Duration = Duration::from_secs(1);

/// An address as tokio-postgres takes it, and how connections to it are encrypted.
pub(crate) fn address(options: &PgConnectOptions, bounds: &DbConfig) -> Result<(Address, Tls), DbError> {
    Ok((config::of(options, bounds), tls::connector(options)?))
}

/// The connections for reading. Clones share them.
#[derive(Clone)]
pub(crate) struct Reader {
    pool: Pool,
    tls: Tls,
    traffic: Arc<Traffic>,
    guard: Guard,
    /// A statement that was cancelled after this time took too long by itself.
    statement_timeout: Duration,
}

impl std::fmt::Debug for Reader {
    /// Without the address, which may carry a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("status", &self.pool.status()).finish()
    }
}

/// The connection is there, and nothing comes.
#[derive(Debug, thiserror::Error)]
#[error("the database does not answer")]
struct Silent;

/// How many connections there are, and who waits for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolStatus {
    /// Upper bound of open connections.
    pub max: usize,
    /// Open ones.
    pub open: usize,
    /// Open ones that nobody uses.
    pub idle: usize,
    /// Statements that wait for a connection.
    pub waiting: usize,
}

impl Reader {
    /// Prepares the pool; it connects when it is first used.
    pub(crate) fn open(options: &PgConnectOptions, config: &DbConfig, guard: Guard) -> Result<Self, DbError> {
        let (address, tls) = address(options, config)?;
        let manager =
            Manager::from_config(address, tls.clone(), ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let fresh = Hook::sync_fn(|_, metrics| match metrics.last_used() > LONGEST_IDLE {
            true => Err(HookError::message("idle for too long")),
            false => Ok(()),
        });
        let pool = Pool::builder(manager)
            .max_size(usize::try_from(config.max_connections.max(1)).unwrap_or(usize::MAX))
            .wait_timeout(Some(config.acquire_timeout))
            .create_timeout(Some(config.acquire_timeout))
            .recycle_timeout(Some(config.acquire_timeout))
            // The connections used last are warm, on both sides.
            .queue_mode(QueueMode::Lifo)
            .pre_recycle(fresh)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| DbError::Setup(format!("the pool of connections cannot be made: {error}")))?;
        Ok(Self { pool, tls, traffic: Arc::default(), guard, statement_timeout: config.statement_timeout })
    }

    /// Runs a statement, on the lane's connection where there is a lane.
    pub(crate) async fn fetch(
        &self,
        lane: Option<&Lane>,
        text: &str,
        args: &[Arg],
        rows: &mut dyn Rows,
    ) -> Result<(), DbError> {
        let began = Instant::now();
        let mut tries = self.guard.retries().begin();
        let mut attempts_left = 2;
        loop {
            // The last attempt shares with nobody whose cancellation could hit it.
            let connection = match lane.filter(|_| attempts_left > 0) {
                Some(lane) => lane.connection(self).await?,
                None => Connection::connect(Arc::default(), self).await?,
            };
            let Ok(outcome) =
                tokio::time::timeout(self.statement_timeout + SILENCE, connection.fetch(text, args, rows)).await
            else {
                connection.retire();
                self.guard.gave_up();
                return Err(DbError::Unavailable(Arc::new(Silent)));
            };
            let Err(error) = outcome else {
                tries.succeeded();
                return Ok(());
            };
            let worth = attempts_left > 0
                && began.elapsed() < self.statement_timeout
                && connection.is_worth_another_try(&error);
            if !worth || !tries.again() {
                return Err(error.into());
            }
            attempts_left -= 1;
            rows.clear();
            connection.retire();
        }
    }

    pub(crate) fn guard(&self) -> &Guard {
        &self.guard
    }

    pub(crate) fn status(&self) -> PoolStatus {
        let status = self.pool.status();
        let waiting = status.waiting + self.guard.waiting();
        PoolStatus { max: status.max_size, open: status.size, idle: status.available, waiting }
    }

    pub(crate) fn close(&self) {
        self.pool.close();
    }
}
