//! Hears of every committed change through PostgreSQL's LISTEN.
use super::{Changed, ProductChanges};
use crate::{Db, DbError, db::Pool};
use sea_orm::sqlx::{
    self, PgPool,
    postgres::{PgListener, PgPoolOptions},
};
use std::time::Duration;
use uuid::Uuid;

/// The channel of the notifications.
const CHANNEL: &str = "tradewind_product_changed";
/// A notification that says no ids.
const UNKNOWN: &str = "*";
/// PostgreSQL takes payloads of up to 7,999 bytes; an id is 32 and a space.
const IDS: usize = 240;
/// Begins the notification by which a process finds out whether it hears any.
const PROBE_WORD: &str = "probe ";
/// How long our own notification may take to come back.
const PROBE: Duration = Duration::from_secs(5);
/// Between two attempts.
const PAUSE: Duration = Duration::from_secs(1);
/// Until a pooler that passes nothing on is tried again.
const LONG_PAUSE: Duration = Duration::from_secs(60);

/// The payloads of a transaction's notifications.
pub(crate) fn payloads(changed: &Changed) -> Vec<String> {
    match changed {
        Changed::Unknown => vec![UNKNOWN.to_owned()],
        Changed::These(ids) => ids.chunks(IDS).map(|ids| words(ids.iter())).collect(),
    }
}

fn words<'i>(ids: impl Iterator<Item = &'i Uuid>) -> String {
    ids.map(|id| id.simple().to_string()).collect::<Vec<_>>().join(" ")
}

/// Notifies when the transaction commits; the argument is a JSON list of payloads.
pub(crate) const NOTIFY: &str =
    "SELECT pg_notify('tradewind_product_changed', payload) FROM json_array_elements_text($1::json) AS payload";

fn read(payload: &str) -> Changed {
    let ids: Result<Vec<Uuid>, _> = payload.split(' ').map(Uuid::try_parse).collect();
    // Another version may say more than we can read.
    ids.map_or(Changed::Unknown, Changed::These)
}

/// Hears of every committed change, of any process, until it is dropped. On SQLite there is nothing to follow: a process
/// knows of its own transactions.
pub async fn follow(db: &Db) {
    let Pool::Postgres(pool) = db.pool() else { return };
    let changes = db.product_changes();
    let _followed = Followed(changes);
    let mut warned = false;
    let mut lost = false;
    loop {
        match listen(pool, changes, lost).await {
            Ok(Ended::Silent) => {
                if !std::mem::replace(&mut warned, true) {
                    tracing::warn!(
                        "the database's notifications do not arrive, as behind a pooler in transaction mode: \
                         subscriptions see only what this process writes. Connect to PostgreSQL directly (DATABASE_URL)"
                    );
                }
                tokio::time::sleep(LONG_PAUSE).await;
            }
            Ok(Ended::Closed) => return,
            Err(error) => {
                tracing::warn!(%error, "the database's notifications cannot be heard: subscriptions end, and can begin again");
                lost = true;
                changes.0.is_followed.send_replace(false);
                changes.note(Changed::Unknown);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Why listening ended.
enum Ended {
    /// Our own notification did not come back.
    Silent,
    /// The process ends.
    Closed,
}

struct Followed<'c>(&'c ProductChanges);

impl Drop for Followed<'_> {
    fn drop(&mut self) {
        self.0.0.is_followed.send_replace(false);
    }
}

async fn listen(pool: &PgPool, changes: &ProductChanges, lost: bool) -> Result<Ended, DbError> {
    // A connection of its own: those of the pool are for requests.
    let options = pool.connect_options().as_ref().clone();
    let own = PgPoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    let own = own.acquire_timeout(PROBE).connect_lazy_with(options);
    let mut listener = PgListener::connect_with(&own).await?;
    // A lost connection is told, not mended in silence: what was notified meanwhile is lost.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    if !is_heard(pool, &mut listener, changes).await? {
        return Ok(Ended::Silent);
    }
    if lost {
        // Whoever began to read since then has not heard of other processes.
        changes.note(Changed::Unknown);
    }
    changes.0.is_followed.send_replace(true);
    loop {
        match listener.try_recv().await? {
            Some(probe) if probe.payload().starts_with(PROBE_WORD) => {}
            Some(notification) => changes.note(read(notification.payload())),
            None if pool.is_closed() => return Ok(Ended::Closed),
            None => return Err(DbError::Setup("the connection was lost".to_owned())),
        }
    }
}

/// Whether a notification of ours comes back. Others are noted: nobody does that for a transaction of ours that commits
/// just when we are sure.
async fn is_heard(pool: &PgPool, listener: &mut PgListener, changes: &ProductChanges) -> Result<bool, DbError> {
    let word = format!("{PROBE_WORD}{}", Uuid::new_v4());
    let probe = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(&word);
    probe.execute(pool).await?;
    let heard = async {
        loop {
            match listener.try_recv().await {
                Ok(Some(notification)) if notification.payload() == word => return Ok(true),
                Ok(Some(other)) if !other.payload().starts_with(PROBE_WORD) => changes.note(read(other.payload())),
                Ok(Some(_)) => {}
                Ok(None) => return Err(DbError::Setup("the connection was lost".to_owned())),
                Err(error) => return Err(error.into()),
            }
        }
    };
    tokio::time::timeout(PROBE, heard).await.unwrap_or(Ok(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_notified_is_read() {
        let ids: Vec<Uuid> = (0..500).map(Uuid::from_u128).collect();
        let payloads = payloads(&Changed::These(ids.clone()));
        assert!(payloads.len() == 3 && payloads.iter().all(|payload| payload.len() < 8000));
        let read_again = payloads.iter().flat_map(|payload| match read(payload) {
            Changed::These(ids) => ids,
            Changed::Unknown => panic!("{payload}"),
        });
        assert_eq!(read_again.collect::<Vec<_>>(), ids);
        assert_eq!(read(UNKNOWN), Changed::Unknown);
        assert_eq!(super::payloads(&Changed::Unknown), ["*"]);
    }
}
