//! Wakes those who work on the database's queues: webhooks after an event, the job runner after a job.
//!
//! A wake-up only saves waiting. Whoever works looks into the tables, and again every few seconds: a notification that
//! was lost, or a pooler that passes none on, makes work late by that much.
use crate::{Db, DbError};
use sea_orm::{
    DbBackend,
    sqlx::{
        self, PgPool,
        postgres::{PgListener, PgPoolOptions},
    },
};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// The channel of the notifications; the payload is a [`Queue`]'s word.
const CHANNEL: &str = "tradewind_work";
/// Notifies when the transaction commits.
pub(crate) const NOTIFY: &str = "SELECT pg_notify('tradewind_work', $1)";
/// After such a silence the connection is tried: a firewall drops one that is idle, and tells nobody.
const SILENCE: Duration = Duration::from_secs(30);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two attempts.
const PAUSE: Duration = Duration::from_secs(5);

/// What there may be to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// Events to fan out, and deliveries of webhooks.
    Events,
    /// Jobs.
    Jobs,
}

impl Queue {
    pub(crate) const EACH: [Self; 2] = [Self::Events, Self::Jobs];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Jobs => "jobs",
        }
    }
}

/// Who waits for work in this process. Clones share it.
#[derive(Clone, Debug)]
pub struct Work(Arc<[watch::Sender<()>; 2]>);

impl Default for Work {
    fn default() -> Self {
        Self(Arc::new(Queue::EACH.map(|_| watch::Sender::new(()))))
    }
}

impl Work {
    /// Is woken by what is committed from now on.
    pub fn subscribe(&self, queue: Queue) -> Wake {
        Wake(self.sender(queue).subscribe())
    }

    pub(crate) fn wake(&self, queue: Queue) {
        self.sender(queue).send_replace(());
    }

    fn sender(&self, queue: Queue) -> &watch::Sender<()> {
        let [events, jobs] = &*self.0;
        match queue {
            Queue::Events => events,
            Queue::Jobs => jobs,
        }
    }
}

/// Waits for work.
#[derive(Debug)]
pub struct Wake(watch::Receiver<()>);

impl Wake {
    /// Waits until there may be some: at once where something was committed since the last time.
    pub async fn wait(&mut self) {
        if self.0.changed().await.is_err() {
            // The database is closed: nothing comes any more.
            std::future::pending::<()>().await;
        }
    }
}

/// Wakes this process also for what others commit, until it is dropped. On SQLite a process knows of its own
/// transactions only.
pub async fn follow(db: &Db) {
    if db.backend() != DbBackend::Postgres {
        return;
    }
    let pool = db.orm().get_postgres_connection_pool();
    while !pool.is_closed() {
        if let Err(error) = listen(pool, db.work()).await {
            tracing::warn!(%error, "notifications of work cannot be heard: it is looked for every few seconds");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen(pool: &PgPool, work: &Work) -> Result<(), DbError> {
    // A connection of its own: those of the pool are for requests.
    let own = PgPoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None).acquire_timeout(PATIENCE);
    let mut listener =
        PgListener::connect_with(&own.connect_lazy_with(pool.connect_options().as_ref().clone())).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    // What was committed before is found by looking.
    Queue::EACH.into_iter().for_each(|queue| work.wake(queue));
    while !pool.is_closed() {
        match tokio::time::timeout(SILENCE, listener.try_recv()).await {
            Ok(heard) => {
                let heard = heard?.ok_or_else(|| DbError::Setup("the connection was lost".to_owned()))?;
                Queue::EACH
                    .into_iter()
                    .filter(|queue| queue.word() == heard.payload())
                    .for_each(|queue| work.wake(queue));
            }
            Err(_) => {
                let answer = tokio::time::timeout(PATIENCE, sqlx::query("SELECT 1").execute(&mut listener)).await;
                answer.map_err(|_| DbError::Setup("the connection is silent".to_owned()))??;
            }
        }
    }
    Ok(())
}
