//! Tails the log: the one task that raises floors.

use crate::{cache::Core, clock::micros, floors::Applied, log::Log};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// Without a request for so long, nobody polls.
pub(crate) const ACTIVE: Duration = Duration::from_secs(1);
/// Between failed polls: the least, and what chance adds at most, in milliseconds.
const RETRY: (u64, u64) = (20, 180);

/// When to poll next.
enum Next {
    Now,
    /// In so many microseconds, or when somebody asks.
    In(u64),
    /// When somebody asks.
    Asked,
}

pub(crate) async fn run(core: Arc<Core>, log: Arc<dyn Log>) {
    let mut schedule = Schedule { began: 0, not_before: 0 };
    loop {
        match schedule.next(&core) {
            Next::Now => poll(&core, &*log, &mut schedule).await,
            Next::In(wait) => {
                let _ = tokio::time::timeout(Duration::from_micros(wait), core.progress.wake.notified()).await;
            }
            Next::Asked => {
                core.progress.idle.store(true, Ordering::SeqCst);
                if matches!(schedule.next(&core), Next::Asked) {
                    core.progress.wake.notified().await;
                }
                core.progress.idle.store(false, Ordering::SeqCst);
            }
        }
    }
}

struct Schedule {
    began: u64,
    not_before: u64,
}

impl Schedule {
    fn next(&self, core: &Core) -> Next {
        let now = core.clock.now();
        let active = core.is_active();
        let failing = core.progress.failures() > 0;
        let spacing = if core.progress.is_wanted() && (active || !failing) {
            core.config.poll_spacing
        } else if active || (core.progress.applied() == 0 && !failing) {
            core.config.poll_interval
        } else {
            return Next::Asked;
        };
        let due = self.not_before.max(if self.began == 0 { 0 } else { self.began + micros(spacing) });
        if now >= due { Next::Now } else { Next::In(due - now) }
    }
}

async fn poll(core: &Core, log: &dyn Log, schedule: &mut Schedule) {
    let since = core.floors.since();
    let began = core.clock.now();
    let number = core.progress.begin();
    schedule.began = began;
    let limit = if since.is_some() { core.config.poll_timeout } else { core.config.load_timeout };
    let polled = tokio::time::timeout(limit, log.poll(since)).await;
    let error = match polled {
        Ok(Ok(poll)) => {
            let applied = core.floors.apply(&poll, since);
            if applied != Applied::Rows {
                core.l1.clear();
            }
            if applied == Applied::Foreign {
                tracing::warn!(epoch = &*poll.epoch, "another history of the database: the cache starts anew");
                schedule.began = 0;
                return;
            }
            core.polled(&poll, applied);
            core.progress.succeed(number, began);
            schedule.not_before = 0;
            return;
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {limit:?}"),
    };
    let now = core.clock.now();
    if core.progress.failures() == 0 {
        tracing::warn!(error, "the cache log cannot be read; trying again");
    }
    schedule.not_before = now + (RETRY.0 + fastrand::u64(0..=RETRY.1)) * 1_000;
    core.progress.fail(now);
}
