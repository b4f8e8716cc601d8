//! Reading from streaming replicas, each addressed by itself: whose snapshot a value was read in must be known.
use crate::{
    Db, DbConfig, DbError,
    db::{Pool, parse_postgres, postgres_options},
    guard::Guard,
    pgbouncer,
    reader::{Lane, PoolStatus, Reader},
    row::row,
    sql::fetch_text,
};
use std::{borrow::Cow, time::Duration};
use tradewind_resilience::{LimitMetrics, RetryBudget};

/// Where statements are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Route {
    /// The server that takes writes.
    #[default]
    Primary,
    /// One of [`DbConfig::replicas`], from 0.
    Replica(usize),
}

/// How far a replica is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaState {
    /// As [`LogPoll::epoch`](crate::cache_log::LogPoll::epoch). Where it is not that of the primary, the replica follows
    /// another history, or has not heard of a promotion yet, and its ids mean nothing.
    pub epoch: String,
    /// Every transaction below it has ended on the replica too: what is read there from now on has its changes.
    pub xmin: u64,
    /// Age of the last transaction that it has replayed, by two servers' clocks; zero where everything received is
    /// replayed and the replica is connected. None: nothing was replayed yet.
    pub lag: Option<Duration>,
}

/// The pools of the replicas; each opens connections when it is first used, so one that is down keeps nobody from
/// starting.
pub(crate) async fn open(config: &DbConfig, limits: &LimitMetrics) -> Result<Vec<Reader>, DbError> {
    let retries = RetryBudget::new("replica", limits);
    let mut readers = Vec::with_capacity(config.replicas.len());
    for (number, url) in config.replicas.iter().enumerate() {
        let named = |error: DbError| match error {
            DbError::Setup(text) => {
                DbError::Setup(format!("replica {} of {}: {text}", number + 1, config.replicas.len()))
            }
            other => other,
        };
        let address = parse_postgres(url).map_err(named)?;
        match pgbouncer::check(&address, config.acquire_timeout).await.map_err(named) {
            Ok(()) => {}
            Err(error @ DbError::Setup(_)) => return Err(error),
            Err(error) => {
                tracing::warn!(replica = number, %error, "a replica cannot be reached: it is used when it can")
            }
        }
        let guard = Guard::with("replica", config, limits, retries.clone());
        readers.push(Reader::open(&postgres_options(address, config.statement_timeout), config, guard).map_err(named)?);
    }
    Ok(readers)
}

/// A lane for the primary and one for each replica.
#[derive(Debug)]
pub(crate) struct Lanes(Vec<Lane>);

impl Lanes {
    pub(crate) fn new(replicas: usize) -> Self {
        Self((0..=replicas).map(|_| Lane::default()).collect())
    }

    pub(crate) fn of(&self, route: Route) -> Option<&Lane> {
        match route {
            Route::Primary => self.0.first(),
            Route::Replica(replica) => self.0.get(replica + 1),
        }
    }
}

row! {
    struct StateRow {
        epoch: String,
        xmin: i64,
        lag_micros: Option<i64>,
    }
}

/// No function tells which timeline a standby replays. What it streams is compatible with what it has replayed, or the
/// stream would not have begun; without a stream (or the right to see it) the control file knows of a timeline only after
/// it was replayed, so it may be behind, which keeps the replica out, but never ahead.
/// <https://www.postgresql.org/docs/15/monitoring-stats.html#MONITORING-PG-STAT-WAL-RECEIVER-VIEW>
const STATE: &str = "SELECT (SELECT system_identifier::text FROM pg_control_system()) || '-' ||
      (SELECT oid::text FROM pg_database WHERE datname = current_database()) || '-' ||
      'cache_log'::regclass::oid::text || '-' ||
      CASE WHEN pg_is_in_recovery() THEN upper(lpad(to_hex(coalesce(
          (SELECT received_tli FROM pg_stat_wal_receiver WHERE status = 'streaming'),
          greatest((SELECT min_recovery_end_timeline FROM pg_control_recovery()),
                   (SELECT timeline_id FROM pg_control_checkpoint())))), 8, '0'))
        ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
    CASE WHEN NOT pg_is_in_recovery() THEN 0
      WHEN pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn() AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
      ELSE (extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000000)::bigint END";

impl Db {
    /// The same, reading there. Writing is always on the primary, and so is reading from a replica that is not
    /// configured.
    pub fn on(&self, route: Route) -> Self {
        let route = match route {
            Route::Replica(replica) if replica < self.replica_count() => route,
            _ => Route::Primary,
        };
        self.routed(route)
    }

    /// How many replicas are configured; none on SQLite.
    pub fn replica_count(&self) -> usize {
        self.replicas().len()
    }

    /// How far the replica is, in one statement there. A replica that is not configured is a [`DbError::Setup`].
    pub async fn replica_xmin(&self, replica: usize) -> Result<ReplicaState, DbError> {
        if replica >= self.replica_count() {
            let text = format!("there is no replica {replica}; {} are configured", self.replica_count());
            return Err(DbError::Setup(text));
        }
        let db = self.aside().on(Route::Replica(replica));
        let rows: Vec<StateRow> = fetch_text(&db, "replica state", Cow::Borrowed(STATE), Vec::new()).await?;
        let Some(StateRow { epoch, xmin, lag_micros }) = rows.into_iter().next() else {
            return Err(DbError::Setup(format!("replica {replica} answers nothing")));
        };
        let lag = lag_micros.map(|micros| Duration::from_micros(micros.max(0).cast_unsigned()));
        Ok(ReplicaState { epoch, xmin: xmin.cast_unsigned(), lag })
    }

    /// The connections of a replica; None where it is not configured.
    pub fn replica_connections(&self, replica: usize) -> Option<PoolStatus> {
        self.replicas().get(replica).map(Pool::status)
    }
}
