//! Hears of every committed change through PostgreSQL's LISTEN.
use super::{Changed, Changes};
use crate::{Db, DbError};
use sea_orm::{
    DbBackend,
    sqlx::{
        self, PgPool,
        postgres::{PgListener, PgNotification, PgPoolOptions},
    },
};
use std::{future::Future, pin::pin, time::Duration};
use uuid::Uuid;

/// What a log is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Product,
    /// By variant.
    Stock,
}

impl Topic {
    const EACH: [Self; 2] = [Self::Product, Self::Stock];

    /// The channel of its notifications.
    const fn channel(self) -> &'static str {
        match self {
            Self::Product => "tradewind_product_changed",
            Self::Stock => "tradewind_stock_changed",
        }
    }
}

/// The logs, by topic.
#[derive(Clone, Copy)]
struct Logs<'c>([&'c Changes; 2]);

impl<'c> Logs<'c> {
    fn of(db: &'c Db) -> Self {
        Self(Topic::EACH.map(|topic| db.changes(topic)))
    }

    fn note(self, notification: &PgNotification) {
        let heard = Topic::EACH.into_iter().zip(self.0).filter(|(topic, _)| topic.channel() == notification.channel());
        heard.for_each(|(_, log)| log.note(read(notification.payload())));
    }

    fn lose(self) {
        self.0.into_iter().for_each(|log| log.note(Changed::Unknown));
    }

    fn follow(self, is_followed: bool) {
        self.0.into_iter().for_each(|log| {
            log.0.is_followed.send_replace(is_followed);
        });
    }
}
/// A notification that says no ids.
const UNKNOWN: &str = "*";
/// PostgreSQL takes payloads of up to 7,999 bytes; an id is 32 and a space.
const IDS: usize = 240;
/// Begins the notification by which a process finds out whether it hears any.
const PROBE_WORD: &str = "probe ";
/// How long our own notification may take to come back.
const PROBE: Duration = Duration::from_secs(5);
/// After such a silence it is probed: a firewall drops a connection that is idle, and tells nobody.
const SILENCE: Duration = Duration::from_secs(30);
/// Between two attempts.
const PAUSE: Duration = Duration::from_secs(1);
/// Until a pooler that passes nothing on is tried again.
const LONG_PAUSE: Duration = Duration::from_secs(60);

/// A transaction's notifications, as channels and payloads.
pub(crate) fn notifications(topic: Topic, changed: &Changed) -> Vec<[String; 2]> {
    payloads(changed).into_iter().map(|payload| [topic.channel().to_owned(), payload]).collect()
}

fn payloads(changed: &Changed) -> Vec<String> {
    match changed {
        Changed::Unknown => vec![UNKNOWN.to_owned()],
        Changed::These(ids) => ids.chunks(IDS).map(|ids| words(ids.iter())).collect(),
    }
}

fn words<'i>(ids: impl Iterator<Item = &'i Uuid>) -> String {
    ids.map(|id| id.simple().to_string()).collect::<Vec<_>>().join(" ")
}

/// Notifies when the transaction commits; the argument is a JSON list of [`notifications`].
pub(crate) const NOTIFY: &str =
    "SELECT pg_notify(n.told ->> 0, n.told ->> 1) FROM json_array_elements($1::json) AS n (told)";

fn read(payload: &str) -> Changed {
    let ids: Result<Vec<Uuid>, _> = payload.split(' ').map(Uuid::try_parse).collect();
    // Another version may say more than we can read.
    ids.map_or(Changed::Unknown, Changed::These)
}

/// Hears of every committed change, of any process, until it is dropped. On SQLite there is nothing to follow: a process
/// knows of its own transactions.
pub async fn follow(db: &Db) {
    if db.backend() != DbBackend::Postgres {
        return;
    }
    let pool = db.orm().get_postgres_connection_pool();
    let logs = Logs::of(db);
    let _followed = Followed(logs);
    let mut warned = false;
    let mut lost = false;
    loop {
        match listen(pool, logs, lost).await {
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
                logs.follow(false);
                logs.lose();
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

struct Followed<'c>(Logs<'c>);

impl Drop for Followed<'_> {
    fn drop(&mut self) {
        self.0.follow(false);
    }
}

async fn listen(pool: &PgPool, logs: Logs<'_>, lost: bool) -> Result<Ended, DbError> {
    // A connection of its own: those of the pool are for requests.
    let options = pool.connect_options().as_ref().clone();
    let own = PgPoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    let own = own.acquire_timeout(PROBE).connect_lazy_with(options);
    let mut listener = PgListener::connect_with(&own).await?;
    // A lost connection is told, not mended in silence: what was notified meanwhile is lost.
    listener.eager_reconnect(false);
    listener.listen_all(Topic::EACH.map(Topic::channel)).await?;
    if !is_heard(pool, &mut listener, logs).await? {
        return Ok(Ended::Silent);
    }
    if lost {
        // Whoever began to read since then has not heard of other processes.
        logs.lose();
    }
    logs.follow(true);
    loop {
        match or_probe(listener.try_recv(), probe(pool, PROBE_WORD), SILENCE, PROBE).await? {
            Some(probe) if probe.payload().starts_with(PROBE_WORD) => {}
            Some(notification) => logs.note(&notification),
            None if pool.is_closed() => return Ok(Ended::Closed),
            None => return Err(DbError::Setup("the connection was lost".to_owned())),
        }
    }
}

async fn probe(pool: &PgPool, word: &str) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_notify($1, $2)").bind(Topic::Product.channel()).bind(word).execute(pool).await?;
    Ok(())
}

/// What is heard next. After a silence a probe is sent: whatever comes then shows that the connection is there.
async fn or_probe<T>(
    next: impl Future<Output = Result<T, sqlx::Error>>,
    probe: impl Future<Output = Result<(), sqlx::Error>>,
    silence: Duration,
    patience: Duration,
) -> Result<T, DbError> {
    let mut next = pin!(next);
    if let Ok(heard) = tokio::time::timeout(silence, &mut next).await {
        return Ok(heard?);
    }
    probe.await?;
    let heard = tokio::time::timeout(patience, next).await;
    Ok(heard.map_err(|_| DbError::Setup("the connection is silent".to_owned()))??)
}

/// Whether a notification of ours comes back. Others are noted: nobody does that for a transaction of ours that commits
/// just when we are sure.
async fn is_heard(pool: &PgPool, listener: &mut PgListener, logs: Logs<'_>) -> Result<bool, DbError> {
    let word = format!("{PROBE_WORD}{}", Uuid::new_v4());
    probe(pool, &word).await?;
    let heard = async {
        loop {
            match listener.try_recv().await {
                Ok(Some(notification)) if notification.payload() == word => return Ok(true),
                Ok(Some(other)) if !other.payload().starts_with(PROBE_WORD) => logs.note(&other),
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

    #[tokio::test]
    async fn a_connection_that_is_dropped_in_silence_is_noticed() {
        let (word, mut heard) = tokio::sync::mpsc::channel::<()>(1);
        let silent = std::future::pending::<Result<(), sqlx::Error>>();
        or_probe(silent, async { Ok(()) }, Duration::ZERO, Duration::ZERO)
            .await
            .expect_err("the probe does not come back");
        let probe = async { word.send(()).await.map_err(|_| sqlx::Error::WorkerCrashed) };
        let next = async { heard.recv().await.ok_or(sqlx::Error::WorkerCrashed) };
        or_probe(next, probe, Duration::ZERO, PROBE).await.expect("the probe comes back");
        let unused = async { panic!("nobody is silent") };
        or_probe(async { Ok(()) }, unused, SILENCE, PROBE).await.expect("heard");
    }

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
        assert_eq!(notifications(Topic::Stock, &Changed::Unknown), [["tradewind_stock_changed", "*"]]);
    }
}
