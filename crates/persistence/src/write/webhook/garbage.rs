//! Forgetting old events.
use super::super::{Conn, micros};
use crate::{Db, DbError, sql::Arg};
use chrono::{DateTime, Utc};
use sea_orm::{DbBackend, FromQueryResult};

/// Rows that a statement deletes, their deliveries and attempts aside. It stands in the texts as it is: of a limit that is
/// an argument the planner expects a tenth of all rows.
const PAGE: u64 = 500;

/// Events that somebody still waits for are kept.
const EVENTS: &str = "DELETE FROM outbox WHERE position IN (SELECT position FROM outbox o
    WHERE created_at < $1 AND fanned_out_at IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM webhook_deliveries d WHERE d.position = o.position AND d.state = 'open')
    ORDER BY created_at LIMIT 500)";
/// The rows are only there to be locked: without one, the next event makes it again. A page by the last one's end.
const AGGREGATES: &str = "WITH page AS (
      SELECT aggregate FROM outbox_aggregates WHERE aggregate > $1 ORDER BY aggregate LIMIT 500),
    unused AS (SELECT a.aggregate FROM outbox_aggregates a JOIN page ON page.aggregate = a.aggregate
      WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.aggregate = a.aggregate) FOR UPDATE OF a SKIP LOCKED),
    deleted AS (DELETE FROM outbox_aggregates a USING unused WHERE a.aggregate = unused.aggregate)
    SELECT max(aggregate) AS last FROM page";

#[derive(FromQueryResult)]
struct Page {
    last: Option<String>,
}

/// Deletes events from before, with their deliveries and the log of them, a page in a transaction; how many events.
pub async fn forget_events(db: &Db, before: DateTime<Utc>) -> Result<u64, DbError> {
    let deleted = in_pages(db, EVENTS, vec![Arg::Time(micros(before))]).await?;
    if db.backend() == DbBackend::Postgres {
        forget_aggregates(db).await?;
    }
    Ok(deleted)
}

async fn forget_aggregates(db: &Db) -> Result<(), DbError> {
    let mut after = String::new();
    loop {
        let page: Vec<Page> = Conn::from(db).all(AGGREGATES, vec![Arg::Text(after)]).await?;
        match page.into_iter().next().and_then(|page| page.last) {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

async fn in_pages(db: &Db, text: &str, args: Vec<Arg>) -> Result<u64, DbError> {
    let mut total = 0;
    loop {
        let tx = db.begin_write().await?;
        let deleted = tx.execute(text, args.clone()).await?;
        tx.commit().await?;
        total += deleted;
        if deleted < PAGE {
            return Ok(total);
        }
    }
}
