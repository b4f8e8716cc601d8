//! Takes jobs and does them, until it is told to stop.
use super::{
    Job,
    crew::Crew,
    kind::{Every, Kind},
};
use crate::Sources;
use chrono::{DateTime, Utc};
use std::{future::Future, pin::pin, time::Duration};
use tradewind_persistence::{
    Db, DbError,
    work::Queue,
    write::job::{
        JobSlots, NewJob, Schedule, add_jobs, claim_jobs, next_job_due, next_schedule_due, plan_schedules,
        take_due_schedules,
    },
};

/// How a runner works.
#[derive(Clone, Copy, Debug)]
pub struct RunnerConfig {
    /// Most jobs that it does at once.
    pub concurrency: u32,
    /// It looks for jobs at least so often, also where nobody tells it of any.
    pub poll: Duration,
    /// How long jobs may go on when it is told to stop.
    pub grace: Duration,
}

impl Default for RunnerConfig {
    fn default() -> Self {
        Self { concurrency: 4, poll: Duration::from_secs(5), grace: Duration::from_secs(20) }
    }
}

/// Does the kinds of jobs that it knows. Any number of them may run, in any number of processes: a job is done by one of
/// them, and again by another where that one dies.
pub struct JobRunner {
    db: Db,
    sources: Sources,
    config: RunnerConfig,
    kinds: Vec<Kind>,
    next_schedule: Option<DateTime<Utc>>,
}

impl JobRunner {
    /// A runner that knows nothing yet.
    pub fn new(db: Db, sources: Sources, config: RunnerConfig) -> Self {
        Self { db, sources, config, kinds: Vec::new(), next_schedule: None }
    }

    /// Does jobs of a kind.
    #[must_use]
    pub fn register<J: Job>(mut self, context: J::Context) -> Self {
        self.kinds.push(Kind::new::<J>(context));
        self
    }

    /// Does jobs of a kind, and adds one of them in every period, however many runners there are: the first one at once.
    /// None is added while one is waiting, and times that were missed are not made up for.
    pub fn schedule<J: Job>(mut self, context: J::Context, job: &J, period: Duration) -> Result<Self, DbError> {
        let unwritable = |error| DbError::Setup(format!("the arguments of job {} are no JSON: {error}", J::NAME));
        let arguments = serde_json::to_value(job).map_err(unwritable)?;
        let unique_key = job.unique_key().or_else(|| Some(String::new()));
        let mut kind = Kind::new::<J>(context);
        kind.every = Some(Every { period, arguments, unique_key });
        self.kinds.push(kind);
        Ok(self)
    }

    /// Works until `stop` is ready; then takes no more, waits for what it is at, and gives back what does not end in
    /// time. Dropped, it leaves everything as a crash does: others take it over when its leases end.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut wake = self.db.work().subscribe(Queue::Jobs);
        let mut crew = Crew::new(self.db.clone(), self.sources.clone());
        self.next_schedule = Some(self.sources.now());
        let mut planned = false;
        loop {
            if !planned {
                planned = self.plan().await;
            }
            let pause = self.turn(&mut crew).await;
            tokio::select! {
                () = &mut stop => break,
                () = wake.wait() => {}
                () = crew.ended() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.drain(&mut crew).await;
    }

    async fn plan(&self) -> bool {
        let planned = plan_schedules(&self.db, &self.scheduled(), self.sources.now()).await;
        planned.inspect_err(|error| tracing::warn!(%error, "schedules could not be stored")).is_ok()
    }

    fn scheduled(&self) -> Vec<&'static str> {
        self.kinds.iter().filter(|kind| kind.every.is_some()).map(|kind| kind.name).collect()
    }

    /// Does what is due; how long there is nothing to do.
    async fn turn(&mut self, crew: &mut Crew) -> Duration {
        crew.renew().await;
        let next = match self.look(crew).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "jobs could not be looked for");
                None
            }
        };
        let now = self.sources.now();
        let until = [next, self.next_schedule, crew.next_renewal()].into_iter().flatten().min();
        until
            .map_or(self.config.poll, |until| (until - now).to_std().unwrap_or_default())
            .clamp(MOMENT, self.config.poll)
    }

    /// Adds what the schedules say, and starts what there is room for; when the next job is due.
    async fn look(&mut self, crew: &mut Crew) -> Result<Option<DateTime<Utc>>, DbError> {
        self.keep_schedules().await?;
        loop {
            let now = self.sources.now();
            let slots = self.slots(crew, now);
            if slots.is_empty() {
                return Ok(None);
            }
            let names: Vec<&str> = slots.iter().map(|slots| slots.name).collect();
            match next_job_due(&self.db, &names).await? {
                Some(due_at) if due_at <= now => {}
                later => return Ok(later),
            }
            let most = self.config.concurrency.saturating_sub(u32::try_from(crew.len()).unwrap_or(u32::MAX));
            let claimed = claim_jobs(&self.db, &slots, crew.holder(), most, now).await?;
            if claimed.is_empty() {
                // Another runner was faster.
                return Ok(Some(now + CONTENTION));
            }
            for job in claimed {
                if let Some(kind) = self.kinds.iter().find(|kind| kind.name == job.name) {
                    crew.start(kind, job);
                }
            }
        }
    }

    fn slots(&self, crew: &Crew, now: DateTime<Utc>) -> Vec<JobSlots> {
        let count = |jobs: usize| u32::try_from(jobs).unwrap_or(u32::MAX);
        let free = self.config.concurrency.saturating_sub(count(crew.len()));
        let slots = self.kinds.iter().map(|kind| JobSlots {
            name: kind.name,
            free: kind.at_once.saturating_sub(count(crew.count(kind.name))).min(free),
            lease_until: now + kind.lease,
        });
        slots.filter(|slots| slots.free > 0).collect()
    }

    async fn keep_schedules(&mut self) -> Result<(), DbError> {
        let now = self.sources.now();
        let names = self.scheduled();
        if names.is_empty() || self.next_schedule.is_some_and(|next| next > now) {
            return Ok(());
        }
        if next_schedule_due(&self.db, &names).await?.is_some_and(|next| next <= now) {
            self.add_scheduled(now).await?;
        }
        let next = next_schedule_due(&self.db, &names).await?;
        self.next_schedule = Some(next.unwrap_or(now + self.config.poll));
        Ok(())
    }

    async fn add_scheduled(&self, now: DateTime<Utc>) -> Result<(), DbError> {
        let every = |kind: &Kind| kind.every.clone().map(|every| (kind.name, every));
        let all: Vec<(&'static str, Every)> = self.kinds.iter().filter_map(every).collect();
        let schedule = |(name, every): &(&'static str, Every)| Schedule { name, then_at: now + every.period };
        let schedules: Vec<Schedule> = all.iter().map(schedule).collect();
        let tx = self.db.begin_write().await?;
        let taken = take_due_schedules(&tx, &schedules, now).await?;
        let jobs = all.into_iter().filter(|(name, _)| taken.iter().any(|taken| taken == name));
        let jobs = jobs.map(|(name, every)| NewJob {
            id: self.sources.id(),
            name: name.to_owned(),
            arguments: every.arguments,
            unique_key: every.unique_key,
            due_at: now,
        });
        add_jobs(&tx, jobs.collect(), now).await?;
        tx.commit().await
    }

    async fn drain(&self, crew: &mut Crew) {
        let end = tokio::time::sleep(self.config.grace);
        let mut end = pin!(end);
        while crew.len() > 0 {
            crew.renew().await;
            let until = crew.next_renewal().map(|at| (at - self.sources.now()).to_std().unwrap_or_default());
            tokio::select! {
                () = &mut end => break,
                () = crew.ended() => {}
                () = tokio::time::sleep(until.unwrap_or(self.config.poll).max(MOMENT)) => {}
            }
        }
        crew.dismiss().await;
    }
}

/// The shortest pause: a renewal that failed is not tried at once.
const MOMENT: Duration = Duration::from_millis(1);
/// After another runner took what was due.
const CONTENTION: Duration = Duration::from_millis(50);
