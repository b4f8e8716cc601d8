//! Forgetting old rows of the log.
use crate::{Db, DbError, sql::Arg, write::Conn};
use sea_orm::{DbBackend, FromQueryResult};
use std::time::Duration;

/// Rows that a statement deletes, about: a log that nobody has cleaned for long must not run into the statement timeout.
const MOST: i64 = 20_000;

/// Only what ended before (`pg_snapshot_xmin`) may go: of a transaction that is still open later rows may be young. The
/// horizon rises in the same statement, and by no more than what is deleted.
const POSTGRES: &str = "
    WITH gate AS (SELECT horizon FROM cache_log_gc FOR UPDATE SKIP LOCKED),
    young AS (SELECT xid FROM cache_log WHERE at >= now() - make_interval(secs => $1::bigint) ORDER BY xid LIMIT 1),
    most AS (SELECT xid FROM cache_log ORDER BY xid OFFSET $2 LIMIT 1),
    bound AS (SELECT LEAST(pg_snapshot_xmin(pg_current_snapshot()), (SELECT xid FROM young),
        ((SELECT xid::text::bigint + 1 FROM most)::text)::xid8) AS xid FROM gate),
    deleted AS (DELETE FROM cache_log WHERE xid < (SELECT xid FROM bound) RETURNING xid::text::bigint AS xid),
    raised AS (UPDATE cache_log_gc SET horizon =
        GREATEST(horizon, ((SELECT max(xid) + 1 FROM deleted)::text)::xid8) RETURNING 1)
    SELECT count(*) AS count FROM deleted";

const SQLITE_HORIZON: &str =
    "UPDATE cache_log_gc SET horizon = max(horizon, coalesce((SELECT max(id) + 1 FROM cache_log
    WHERE id < coalesce((SELECT min(id) FROM cache_log WHERE at >= unixepoch() - $1), 9223372036854775807)), 0))";
const SQLITE_DELETE: &str = "DELETE FROM cache_log WHERE id < (SELECT horizon FROM cache_log_gc)";

#[derive(FromQueryResult)]
struct Deleted {
    count: i64,
}

/// Deletes rows that are older than `keep`, and raises the horizon; how many it deleted. `keep` must be longer than any
/// cached value is used, or values that are still good cannot be judged any more. Of several processes that do it at the
/// same time, one does it.
pub async fn collect_garbage(db: &Db, keep: Duration) -> Result<u64, DbError> {
    let keep = Arg::Int(i64::try_from(keep.as_secs()).unwrap_or(i64::MAX / 2));
    if db.backend() != DbBackend::Postgres {
        let tx = db.begin_write().await?;
        tx.execute(SQLITE_HORIZON, vec![keep]).await?;
        let deleted = tx.execute(SQLITE_DELETE, vec![]).await?;
        tx.commit().await?;
        return Ok(deleted);
    }
    let mut total = 0;
    loop {
        let rows: Vec<Deleted> = Conn::from(db).all(POSTGRES, vec![keep.clone(), Arg::Int(MOST)]).await?;
        let deleted = rows.first().map_or(0, |row| row.count);
        total += deleted.cast_unsigned();
        if deleted < MOST {
            return Ok(total);
        }
    }
}
