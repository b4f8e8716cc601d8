//! When sessions were last used: noted in memory, and written together, because a use is no reason to write.
use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use std::{collections::HashMap, time::Duration};
use tradewind_commerce::account::sessions::note_uses;
use tradewind_persistence::{Db, DbError, write::SessionUse};
use uuid::Uuid;

/// A session that was noted so recently is not noted again.
const APART: TimeDelta = TimeDelta::minutes(5);
/// How often they are written.
pub(crate) const EVERY: Duration = Duration::from_secs(30);
/// More are not remembered between two writes: what is lost is when a device was last seen.
const MOST: usize = 100_000;

/// Uses of sessions that are not written yet, and those that were written recently.
#[derive(Debug, Default)]
pub(crate) struct SessionUses(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    pending: HashMap<Uuid, DateTime<Utc>>,
    written: HashMap<Uuid, DateTime<Utc>>,
}

impl SessionUses {
    /// The session was used.
    pub(crate) fn note(&self, session: Uuid, now: DateTime<Utc>) {
        let mut noted = self.0.lock();
        let is_recent = noted.written.get(&session).is_some_and(|at| now - *at < APART);
        if !is_recent && noted.pending.len() < MOST {
            noted.pending.insert(session, now);
        }
    }

    /// Writes what was noted; what cannot be written is lost.
    pub(crate) async fn write(&self, db: &Db, now: DateTime<Utc>) -> Result<(), DbError> {
        let uses: Vec<SessionUse> = {
            let mut noted = self.0.lock();
            noted.written.retain(|_, at| now - *at < APART);
            let uses = std::mem::take(&mut noted.pending);
            noted.written.extend(uses.iter().map(|(session, at)| (*session, *at)));
            uses.into_iter().map(|(session_id, at)| SessionUse { session_id, at }).collect()
        };
        if uses.is_empty() {
            return Ok(());
        }
        let tx = db.begin_write().await?;
        match note_uses(&tx, &uses).await {
            Ok(()) => tx.commit().await,
            Err(tradewind_commerce::account::AccountError::Database(cause)) => Err(cause),
            Err(other) => Err(DbError::Setup(other.to_string())),
        }
    }
}
