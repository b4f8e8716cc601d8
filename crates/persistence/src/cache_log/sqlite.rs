//! The log on SQLite.
use super::{LogPoll, tag};
use crate::{DbConfig, DbError};
use sea_orm::sqlx::{ConnectOptions, Connection as _, Row as _, SqliteConnection, query, sqlite::SqliteConnectOptions};
use std::{str::FromStr, time::Duration};

/// One statement is one snapshot.
const POLL: &str = "SELECT gc.horizon, gc.epoch || '-' || (SELECT schema_version FROM pragma_schema_version),
      coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'cache_log'), 0), log.id, log.tag
    FROM cache_log_gc gc LEFT JOIN cache_log log ON log.id >= $1";

#[derive(Debug)]
pub(super) struct Tail {
    options: SqliteConnectOptions,
    connection: Option<SqliteConnection>,
    told: Option<Told>,
}

/// The last answer, and the file's version before it was read.
#[derive(Debug)]
struct Told {
    version: i64,
    poll: LogPoll,
}

impl Tail {
    pub(super) fn open(config: &DbConfig) -> Result<Self, DbError> {
        let options = SqliteConnectOptions::from_str(&config.url)?;
        Ok(Self { options: options.busy_timeout(Duration::from_secs(1)), connection: None, told: None })
    }

    pub(super) async fn poll(&mut self, since: Option<u64>) -> Result<LogPoll, DbError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                // Versions of the file are counted by each connection.
                self.told = None;
                self.options.connect().await?
            }
        };
        match self.ask(&mut connection, since).await {
            Ok(poll) => {
                self.connection = Some(connection);
                Ok(poll)
            }
            Err(error) => {
                // Whatever its end says: another one is opened.
                let _ = connection.close().await;
                Err(error)
            }
        }
    }

    async fn ask(&mut self, connection: &mut SqliteConnection, since: Option<u64>) -> Result<LogPoll, DbError> {
        // Changes when another connection has committed: without one, nothing has to be read.
        let version: i64 = query("PRAGMA data_version").fetch_one(&mut *connection).await?.try_get(0)?;
        if let Some(told) = self.told.as_ref().filter(|told| told.version == version && since == Some(told.poll.xmin)) {
            return Ok(told.poll.clone());
        }
        let poll = ask(connection, since.unwrap_or(0)).await?;
        let is_known = self.told.as_ref().is_none_or(|told| told.poll.epoch == poll.epoch);
        let poll = if is_known || since.is_none() { poll } else { ask(connection, 0).await? };
        self.told = Some(Told { version, poll: LogPoll { changes: Vec::new(), ..poll.clone() } });
        Ok(poll)
    }
}

async fn ask(connection: &mut SqliteConnection, since: u64) -> Result<LogPoll, DbError> {
    let rows = query(POLL).bind(since.cast_signed()).fetch_all(connection).await?;
    let Some(first) = rows.first() else {
        return Err(DbError::Setup("the table cache_log_gc is empty: restore its row".to_owned()));
    };
    let (horizon, epoch, last): (i64, String, i64) = (first.try_get(0)?, first.try_get(1)?, first.try_get(2)?);
    let mut changes = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(id) = row.try_get::<Option<i64>, _>(3)? {
            changes.push((id.cast_unsigned(), tag(&[row.try_get::<&str, _>(4)?])));
        }
    }
    // A row below it is visible.
    let next = last.cast_unsigned() + 1;
    Ok(LogPoll { epoch, xmin: next, xmax: next, horizon: horizon.cast_unsigned(), changes, oldest_write_age: None })
}
