//! The log on PostgreSQL.
use super::LogPoll;
use crate::{
    DbConfig, DbError,
    db::{parse_postgres, postgres_options},
    reader::{Address, Tls},
};
use std::{
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Row, Statement, config::TargetSessionAttrs, types::Type};

/// A poll that takes longer has lost its connection, or its use.
const PATIENCE: Duration = Duration::from_millis(100);
/// Reading everything may take longer.
const LOAD_PATIENCE: Duration = Duration::from_secs(10);
/// And so may connecting, all that a connection begins with included.
const CONNECT_PATIENCE: Duration = Duration::from_secs(1);
/// What `pg_stat_activity` calls the connection, which is none of the pool's.
const APPLICATION_NAME: &str = "tradewind-log";

/// What stays the same for as long as a connection lives.
const IDENTITY: &str = "SELECT system_identifier::text || '-' ||
      (SELECT oid::text FROM pg_database WHERE datname = current_database()) FROM pg_control_system()";

/// Polls are planned once: to plan one costs more than to answer it. A plan for any parameter expects a third of the log;
/// so it is told to use the index, and nothing that pays off for many rows only.
const PLANNING: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off;
    SET max_parallel_workers_per_gather = 0";

/// Snapshot, timeline, log and horizon, and the changes that `FROM` picks. One statement is one snapshot.
macro_rules! poll {
    ($from:literal) => {
        concat!(
            "SELECT pg_current_snapshot()::text, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
               'cache_log'::regclass::oid, (SELECT horizon::text::bigint FROM cache_log_gc),
               changes.xids, changes.tags FROM (",
            $from,
            ") AS changes (xids, tags)"
        )
    };
}

/// From a transaction on: the newest change of each tag.
const FROM: &str = poll!(
    "SELECT array_agg(newest), array_agg(tag) FROM
       (SELECT tag, max(xid::text::bigint) AS newest FROM cache_log WHERE xid >= $1::text::xid8 GROUP BY tag) AS tags"
);

/// What a later snapshot can see and an earlier one could not: transactions that had not begun then, and those that had
/// not ended. So a transaction that stays open for long makes no poll longer.
const AFTER: &str = poll!(
    "SELECT array_agg(xid::text::bigint), array_agg(tag) FROM
       (SELECT xid, tag FROM cache_log WHERE xid >= $1::text::xid8
        UNION ALL SELECT xid, tag FROM cache_log WHERE xid = ANY ($2::text[]::xid8[]) AND xid < $1::text::xid8) AS newer"
);

pub(super) struct Tail {
    address: Address,
    tls: Tls,
    connection: Option<Connection>,
    /// The next one, under way: a poll that is given up does not take it along, for it may need longer than a poll.
    connecting: Option<JoinHandle<Result<Connection, DbError>>>,
    told: Option<Told>,
}

#[derive(Debug)]
struct Connection {
    client: Client,
    from: Statement,
    after: Statement,
    identity: String,
}

/// What the last answer was about.
#[derive(Debug)]
struct Told {
    epoch: String,
    snapshot: Snapshot,
    /// Since when the oldest open transaction has been this one.
    xmin_since: Instant,
}

impl std::fmt::Debug for Tail {
    /// Without the address, which may carry a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tail").field("told", &self.told).finish_non_exhaustive()
    }
}

impl Tail {
    pub(super) fn open(config: &DbConfig) -> Result<Self, DbError> {
        let options = postgres_options(parse_postgres(&config.url)?, config.statement_timeout);
        let (mut address, tls) = crate::reader::address(&options, config)?;
        address
            .application_name(APPLICATION_NAME)
            .target_session_attrs(TargetSessionAttrs::ReadWrite)
            .connect_timeout(CONNECT_PATIENCE.min(config.acquire_timeout));
        Ok(Self { address, tls, connection: None, connecting: None, told: None })
    }

    pub(super) async fn poll(&mut self, since: Option<u64>) -> Result<LogPoll, DbError> {
        // Taken: whoever drops this future gives the connection up, with whatever is under way on it.
        let connection = match self.connection.take().filter(|connection| !connection.client.is_closed()) {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let poll = self.ask(&connection, since).await?;
        self.connection = Some(connection);
        Ok(poll)
    }

    async fn connect(&mut self) -> Result<Connection, DbError> {
        let connecting = self.connecting.get_or_insert_with(|| {
            let (address, tls) = (self.address.clone(), self.tls.clone());
            tokio::spawn(async move { within(CONNECT_PATIENCE, connect(&address, &tls)).await })
        });
        let connected = connecting.await;
        self.connecting = None;
        connected.map_err(|error| DbError::Unavailable(Arc::new(error)))?
    }

    async fn ask(&mut self, connection: &Connection, since: Option<u64>) -> Result<LogPoll, DbError> {
        let Connection { client, from, after, identity } = connection;
        let told = self.told.as_ref().filter(|told| Some(told.snapshot.xmin) == since);
        let row = match told {
            Some(Told { snapshot, .. }) => {
                let open: Vec<String> = snapshot.open.iter().map(u64::to_string).collect();
                within(PATIENCE, client.query_one(after, &[&snapshot.xmax.to_string(), &open])).await?
            }
            None => within(LOAD_PATIENCE, client.query_one(from, &[&since.unwrap_or(0).to_string()])).await?,
        };
        let answer = Answer::read(&row, identity)?;
        let is_known = self.told.as_ref().is_none_or(|told| told.epoch == answer.epoch);
        if is_known || since.is_none() {
            return Ok(self.tell(answer));
        }
        // Another history: nothing that was told counts.
        self.told = None;
        let row = within(LOAD_PATIENCE, client.query_one(from, &[&"0"])).await?;
        let answer = Answer::read(&row, identity)?;
        Ok(self.tell(answer))
    }

    fn tell(&mut self, answer: Answer) -> LogPoll {
        let Answer { epoch, snapshot, horizon, changes } = answer;
        let now = Instant::now();
        let same = self.told.as_ref().filter(|told| told.epoch == epoch && told.snapshot.xmin == snapshot.xmin);
        let xmin_since = same.map_or(now, |told| told.xmin_since);
        // Without an open transaction there is nothing between the two.
        let oldest_write_age = (snapshot.xmin < snapshot.xmax).then(|| now - xmin_since);
        let (xmin, xmax) = (snapshot.xmin, snapshot.xmax);
        self.told = Some(Told { epoch: epoch.clone(), snapshot, xmin_since });
        LogPoll { epoch, xmin, xmax, horizon, changes, oldest_write_age }
    }
}

async fn connect(address: &Address, tls: &Tls) -> Result<Connection, tokio_postgres::Error> {
    let (client, connection) = address.connect(tls.clone()).await?;
    // It ends with the client.
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the connection that reads the cache's log was lost");
        }
    });
    client.batch_execute(PLANNING).await?;
    let from = client.prepare_typed(FROM, &[Type::TEXT]).await?;
    let after = client.prepare_typed(AFTER, &[Type::TEXT, Type::TEXT_ARRAY]).await?;
    let identity = client.query_one(IDENTITY, &[]).await?.try_get(0)?;
    Ok(Connection { client, from, after, identity })
}

async fn within<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, DbError> {
    match tokio::time::timeout(patience, work).await {
        Ok(outcome) => Ok(outcome?),
        Err(elapsed) => Err(DbError::Unavailable(Arc::new(elapsed))),
    }
}

/// One row of a poll.
struct Answer {
    epoch: String,
    snapshot: Snapshot,
    horizon: u64,
    changes: Vec<(u64, u64)>,
}

impl Answer {
    fn read(row: &Row, identity: &str) -> Result<Self, DbError> {
        let snapshot: &str = row.try_get(0)?;
        let snapshot = Snapshot::from_str(snapshot)
            .map_err(|()| DbError::Setup(format!("PostgreSQL answers with the snapshot `{snapshot}`")))?;
        let (timeline, log): (&str, u32) = (row.try_get(1)?, row.try_get(2)?);
        let horizon: Option<i64> = row.try_get(3)?;
        let horizon = horizon.ok_or_else(|| {
            let text = "the table cache_log_gc is empty: the log's beginning is not known; run `tradewind migrate` on a \
                        database whose cache_log was dropped whole, or restore the row";
            DbError::Setup(text.to_owned())
        })?;
        let (xids, tags): (Option<Vec<i64>>, Option<Vec<i64>>) = (row.try_get(4)?, row.try_get(5)?);
        let changes = xids.into_iter().flatten().zip(tags.into_iter().flatten());
        let changes = changes.map(|(xid, tag)| (xid.cast_unsigned(), tag.cast_unsigned())).collect();
        let epoch = format!("{identity}-{log}-{timeline}");
        Ok(Self { epoch, snapshot, horizon: horizon.cast_unsigned(), changes })
    }
}

/// Who had ended: all below `xmin`, none from `xmax` on, and those in between that are not `open`.
#[derive(Debug, PartialEq, Eq)]
struct Snapshot {
    xmin: u64,
    xmax: u64,
    open: Vec<u64>,
}

impl FromStr for Snapshot {
    type Err = ();

    /// `xmin:xmax:open,open,…`
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split(':');
        let mut next = || parts.next().ok_or(());
        let (xmin, xmax, open) = (next()?, next()?, next()?);
        let number = |text: &str| text.parse().map_err(drop);
        let open: Result<Vec<u64>, ()> = open.split(',').filter(|text| !text.is_empty()).map(number).collect();
        Ok(Self { xmin: number(xmin)?, xmax: number(xmax)?, open: open? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_are_read() {
        let snapshot = |xmin, xmax, open: &[u64]| Ok(Snapshot { xmin, xmax, open: open.to_vec() });
        assert_eq!("10:20:10,14,15".parse(), snapshot(10, 20, &[10, 14, 15]));
        assert_eq!("795:795:".parse(), snapshot(795, 795, &[]));
        assert_eq!("795:795".parse::<Snapshot>(), Err(()));
        assert_eq!("a:b:c".parse::<Snapshot>(), Err(()));
    }
}
