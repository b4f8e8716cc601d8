//! The jobs that a runner is at.
use super::{JobError, Run, kind::Kind};
use crate::Sources;
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use std::{collections::HashMap, panic::AssertUnwindSafe, time::Duration};
use tokio::task::{AbortHandle, Id, JoinSet};
use tradewind_persistence::{
    Db, DbError,
    write::job::{ClaimedJob, bury_job, finish_job, postpone_job, release_jobs, renew_jobs},
};
use uuid::Uuid;

/// Jobs at work, each in a task.
pub(super) struct Crew {
    db: Db,
    sources: Sources,
    holder: Uuid,
    tasks: JoinSet<()>,
    at_work: HashMap<Id, AtWork>,
}

struct AtWork {
    job: Uuid,
    kind: &'static str,
    lease: Duration,
    lease_until: DateTime<Utc>,
    handle: AbortHandle,
}

impl AtWork {
    /// A third of the lease is left for a renewal that fails once, or comes late.
    fn renews_at(&self) -> DateTime<Utc> {
        self.lease_until - self.lease * 2 / 3
    }

    /// Nobody else may have the job before this.
    fn must_end_at(&self) -> DateTime<Utc> {
        self.lease_until - self.lease / 6
    }
}

impl Crew {
    pub(super) fn new(db: Db, sources: Sources) -> Self {
        let holder = sources.id();
        Self { db, sources, holder, tasks: JoinSet::new(), at_work: HashMap::new() }
    }

    pub(super) fn holder(&self) -> Uuid {
        self.holder
    }

    pub(super) fn len(&self) -> usize {
        self.at_work.len()
    }

    pub(super) fn count(&self, kind: &str) -> usize {
        self.at_work.values().filter(|at_work| at_work.kind == kind).count()
    }

    pub(super) fn start(&mut self, kind: &Kind, job: ClaimedJob) {
        let run = Run {
            id: job.id,
            holder: self.holder,
            attempt: u32::try_from(job.attempts).unwrap_or(u32::MAX),
            now: self.sources.now(),
        };
        let (id, lease_until) = (job.id, job.due_at);
        let handle = self.tasks.spawn(work(self.db.clone(), self.sources.clone(), kind.clone(), run, job.arguments));
        let at_work = AtWork { job: id, kind: kind.name, lease: kind.lease, lease_until, handle };
        self.at_work.insert(at_work.handle.id(), at_work);
    }

    /// Waits for one to end; for ever where there is none.
    pub(super) async fn ended(&mut self) {
        let id = match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => error.id(),
            None => std::future::pending().await,
        };
        self.at_work.remove(&id);
    }

    /// When leases must be looked at.
    pub(super) fn next_renewal(&self) -> Option<DateTime<Utc>> {
        self.at_work.values().map(AtWork::renews_at).min()
    }

    /// Renews leases whose time it is, and ends work whose lease cannot be kept.
    pub(super) async fn renew(&mut self) {
        let now = self.sources.now();
        let old: Vec<Id> =
            self.at_work.iter().filter(|(_, at_work)| at_work.renews_at() <= now).map(|(id, _)| *id).collect();
        if old.is_empty() {
            return;
        }
        let leases: Vec<(Uuid, DateTime<Utc>)> = old
            .iter()
            .filter_map(|id| self.at_work.get(id))
            .map(|at_work| (at_work.job, now + at_work.lease))
            .collect();
        match renew_jobs(&self.db, &leases, self.holder).await {
            Ok(renewed) => {
                for id in old {
                    let Some(at_work) = self.at_work.get_mut(&id) else { continue };
                    if renewed.contains(&at_work.job) {
                        at_work.lease_until = now + at_work.lease;
                    } else {
                        // It ended just now, or somebody else has it.
                        at_work.handle.abort();
                    }
                }
            }
            Err(error) => {
                tracing::warn!(%error, "leases of jobs could not be renewed");
                let now = self.sources.now();
                self.at_work.values().filter(|at_work| at_work.must_end_at() <= now).for_each(|at_work| {
                    tracing::warn!(job = %at_work.job, kind = at_work.kind, "a job is dropped: its lease ends");
                    at_work.handle.abort();
                });
            }
        }
    }

    /// Drops what is still at work, and gives it back.
    pub(super) async fn dismiss(&mut self) {
        let jobs: Vec<Uuid> = self.at_work.values().map(|at_work| at_work.job).collect();
        // Only what has ended for certain may be done by somebody else.
        self.tasks.shutdown().await;
        self.at_work.clear();
        if jobs.is_empty() {
            return;
        }
        tracing::warn!(jobs = jobs.len(), "jobs that did not end in time are given back");
        if let Err(error) = release_jobs(&self.db, jobs, self.holder, self.sources.now()).await {
            tracing::warn!(%error, "jobs could not be given back: they run again when their leases end");
        }
    }
}

async fn work(db: Db, sources: Sources, kind: Kind, run: Run, arguments: String) {
    let result = if run.attempt > kind.max_attempts {
        Err(JobError::GiveUp("its last attempt did not end: the process did, or its lease".to_owned()))
    } else {
        attempt(&kind, run, arguments).await
    };
    if let Err(error) = &result {
        tracing::warn!(job = %run.id, kind = kind.name, attempt = run.attempt, %error, "a job failed");
    }
    let stored = match result {
        Ok(()) => finish(&db, run, sources.now()).await,
        Err(JobError::Retry(text)) if run.attempt < kind.max_attempts => {
            let wait = kind.backoff.after(run.attempt, sources.chance());
            postpone_job(&db, run.id, run.holder, &text, sources.now() + wait).await
        }
        Err(JobError::Retry(text) | JobError::GiveUp(text)) => {
            bury_job(&db, run.id, run.holder, &text, sources.now()).await
        }
    };
    if let Err(error) = stored {
        tracing::warn!(job = %run.id, kind = kind.name, %error, "the end of a job could not be stored: it runs again");
    }
}

async fn attempt(kind: &Kind, run: Run, arguments: String) -> Result<(), JobError> {
    let body = AssertUnwindSafe(kind.run(arguments, run)).catch_unwind();
    match tokio::time::timeout(kind.timeout, body).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(JobError::Retry("it panicked".to_owned())),
        Err(_) => Err(JobError::Retry(format!("it took longer than {:?}", kind.timeout))),
    }
}

/// Does nothing where the job has ended in its own transaction.
async fn finish(db: &Db, run: Run, now: DateTime<Utc>) -> Result<bool, DbError> {
    let tx = db.begin_write().await?;
    let finished = finish_job(&tx, run.id, run.holder, now).await?;
    tx.commit().await?;
    Ok(finished)
}
