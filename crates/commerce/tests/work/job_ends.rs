//! How jobs end: well, badly, too late, in the transaction of their effects.
use crate::support::{World, each};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::task::JoinHandle;
use tradewind_commerce::jobs::{
    Backoff, ForgetEvents, ForgetIdempotencyKeys, Housekeeping, Job, JobError, JobRunner, Run, RunnerConfig, enqueue,
};
use tradewind_persistence::Db;

pub(crate) const QUICK: RunnerConfig =
    RunnerConfig { concurrency: 4, poll: Duration::from_millis(20), grace: Duration::from_secs(10) };

/// What a job does.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Trouble {
    Passes,
    FailsTwice,
    FailsAlways,
    GivesUp,
    Panics,
    Hangs,
}

#[derive(Clone, Default)]
struct Attempts(Arc<Mutex<Vec<u32>>>);

impl Job for Trouble {
    const NAME: &'static str = "trouble";
    const MAX_ATTEMPTS: u32 = 3;
    const BACKOFF: Backoff = Backoff { first: Duration::from_millis(5), longest: Duration::from_millis(20) };
    const TIMEOUT: Duration = Duration::from_millis(30);
    type Context = Attempts;

    async fn run(&self, context: &Attempts, run: &Run) -> Result<(), JobError> {
        context.0.lock().unwrap().push(run.attempt);
        match self {
            Self::Passes => Ok(()),
            Self::FailsTwice if run.attempt > 2 => Ok(()),
            Self::FailsTwice | Self::FailsAlways => Err(JobError::Retry("not yet".to_owned())),
            Self::GivesUp => Err(JobError::GiveUp("never".to_owned())),
            Self::Panics => panic!("as it was told to"),
            Self::Hangs => std::future::pending().await,
        }
    }
}

fn spawn(world: &World, register: impl FnOnce(JobRunner) -> JobRunner) -> JoinHandle<()> {
    let runner = JobRunner::new(world.db.clone(), world.clock.sources(), QUICK);
    tokio::spawn(register(runner).run(std::future::pending()))
}

async fn add<J: Job>(world: &World, job: &J) {
    let tx = world.db.begin_write().await.unwrap();
    enqueue(&tx, job, &world.clock.sources()).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_job_is_tried_until_it_passes_or_is_given_up() {
    let cases = [
        (Trouble::Passes, vec![1], None),
        (Trouble::FailsTwice, vec![1, 2, 3], None),
        (Trouble::FailsAlways, vec![1, 2, 3], Some("not yet")),
        (Trouble::GivesUp, vec![1], Some("never")),
        (Trouble::Panics, vec![1, 2, 3], Some("it panicked")),
        (Trouble::Hangs, vec![1, 2, 3], Some("it took longer than 30ms")),
    ];
    for world in each().await {
        for (job, attempts, error) in cases.clone() {
            let seen = Attempts::default();
            let runner = spawn(&world, |runner| runner.register::<Trouble>(seen.clone()));
            add(&world, &job).await;
            world.until_count("SELECT count(*) FROM jobs WHERE dead_at IS NULL", 0).await;
            runner.abort();
            assert_eq!(*seen.0.lock().unwrap(), attempts, "{}: {job:?}", world.backend());
            let expected = error.map_or(0, |_| 1);
            let text = format!("SELECT count(*) FROM jobs WHERE error = '{}'", error.unwrap_or("none"));
            assert_eq!(world.count(&text).await, expected, "{}: {job:?}", world.backend());
            world.control.execute_unprepared("DELETE FROM jobs").await.unwrap();
        }
    }
}

#[tokio::test]
async fn arguments_that_nobody_can_read_are_not_tried_again() {
    for world in each().await {
        let tx = world.db.begin_write().await.unwrap();
        let (sources, now) = (world.clock.sources(), world.clock.now());
        let mut job = tradewind_commerce::jobs::new_job(&Trouble::Passes, sources.id(), now).unwrap();
        job.arguments = serde_json::json!("OfAnotherVersion");
        tradewind_persistence::write::job::add_jobs(&tx, vec![job], now).await.unwrap();
        tx.commit().await.unwrap();
        let runner = spawn(&world, |runner| runner.register::<Trouble>(Attempts::default()));
        world.until_count("SELECT count(*) FROM jobs WHERE dead_at IS NOT NULL AND attempts = 1", 1).await;
        runner.abort();
    }
}

/// Publishes an event in the transaction that ends it, and fails after that, once.
#[derive(Serialize, Deserialize)]
struct Once {}

#[derive(Clone)]
struct OnceContext {
    db: Db,
    event: tradewind_persistence::write::Event,
    runs: Arc<AtomicU32>,
}

impl Job for Once {
    const NAME: &'static str = "once";
    const BACKOFF: Backoff = Backoff { first: Duration::from_millis(1), longest: Duration::from_millis(1) };
    type Context = OnceContext;

    async fn run(&self, context: &OnceContext, run: &Run) -> Result<(), JobError> {
        context.runs.fetch_add(1, SeqCst);
        let tx = context.db.begin_write().await?;
        tx.publish(context.event.clone());
        if run.attempt == 1 {
            // Never committed.
            run.finish_in(&tx).await?;
            return Err(JobError::Retry("before the commit".to_owned()));
        }
        run.finish_in(&tx).await?;
        tx.commit().await?;
        Err(JobError::Retry("after the commit".to_owned()))
    }
}

#[tokio::test]
async fn effects_in_the_transaction_of_the_end_happen_once() {
    for world in each().await {
        let context = OnceContext { db: world.db.clone(), event: world.event(1, 1), runs: Arc::default() };
        let runner = spawn(&world, |runner| runner.register::<Once>(context.clone()));
        add(&world, &Once {}).await;
        world.until_count("SELECT count(*) FROM jobs", 0).await;
        runner.abort();
        assert_eq!(context.runs.load(SeqCst), 2, "{}", world.backend());
        assert_eq!(world.count("SELECT count(*) FROM outbox").await, 1);
    }
}

#[tokio::test]
async fn the_tables_are_kept_small() {
    for world in each().await {
        world.publish([world.event(1, 1)]).await;
        tradewind_persistence::write::webhook::fan_out(&world.db, 10, &uuid::Uuid::now_v7, world.clock.now())
            .await
            .unwrap();
        let old = "INSERT INTO idempotency_keys (scope, key, request_hash, claimed_at)
            VALUES ('s', 'k', 'h', '2020-01-01T00:00:00+00:00')";
        world.control.execute_unprepared(old).await.unwrap();
        world.clock.advance(Duration::from_secs(3600));
        let context = Housekeeping { db: world.db.clone(), keep_events: chrono::TimeDelta::minutes(30) };
        let day = Duration::from_secs(24 * 3600);
        let runner = spawn(&world, |runner| {
            let runner = runner.schedule(context.clone(), &ForgetIdempotencyKeys {}, day).unwrap();
            runner.schedule(context, &ForgetEvents {}, day).unwrap()
        });
        world.until_count("SELECT count(*) FROM idempotency_keys", 0).await;
        world.until_count("SELECT count(*) FROM outbox", 0).await;
        runner.abort();
    }
}
