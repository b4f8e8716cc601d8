//! Several runners: a job is one runner's at a time, and another one's when that dies.
use crate::{
    job_ends::QUICK,
    support::{World, each, until},
};
use sea_orm::{ConnectionTrait, Statement};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::Semaphore, task::JoinHandle};
use tradewind_commerce::jobs::{Job, JobError, JobRunner, Run, RunnerConfig, new_job};
use tradewind_persistence::{DbBackend, write::job::add_jobs};

/// Waits for its gate, and tells when it begins and ends.
#[derive(Serialize, Deserialize)]
struct Numbered {
    number: u32,
    is_gated: bool,
}

/// What happened: (job, runner, whether it began).
type History = Arc<Mutex<Vec<(u32, usize, bool)>>>;

#[derive(Clone)]
struct Stage {
    runner: usize,
    history: History,
    gate: Arc<Semaphore>,
}

impl Job for Numbered {
    const NAME: &'static str = "numbered";
    const LEASE: Duration = Duration::from_secs(60);
    const AT_ONCE: u32 = 3;
    type Context = Stage;

    async fn run(&self, stage: &Stage, _: &Run) -> Result<(), JobError> {
        // Tells that it is at work, until it is dropped.
        let _at_work = stage.gate.clone();
        stage.history.lock().unwrap().push((self.number, stage.runner, true));
        if self.is_gated {
            stage.gate.acquire().await?.forget();
        } else {
            tokio::time::sleep(Duration::from_millis(fastrand::u64(0..5))).await;
        }
        stage.history.lock().unwrap().push((self.number, stage.runner, false));
        Ok(())
    }
}

struct Theatre {
    world: World,
    history: History,
    gate: Arc<Semaphore>,
}

impl Theatre {
    fn new(world: World) -> Self {
        Self { world, history: Arc::default(), gate: Arc::new(Semaphore::new(0)) }
    }

    fn runner(&self, number: usize, config: RunnerConfig) -> JobRunner {
        let stage = Stage { runner: number, history: self.history.clone(), gate: self.gate.clone() };
        JobRunner::new(self.world.db.clone(), self.world.clock.sources(), config).register::<Numbered>(stage)
    }

    fn spawn(&self, number: usize) -> JoinHandle<()> {
        tokio::spawn(self.runner(number, QUICK).run(std::future::pending()))
    }

    async fn add(&self, numbers: std::ops::Range<u32>, is_gated: bool) {
        let (sources, now) = (self.world.clock.sources(), self.world.clock.now());
        let jobs = numbers.map(|number| new_job(&Numbered { number, is_gated }, sources.id(), now).unwrap());
        let tx = self.world.db.begin_write().await.unwrap();
        add_jobs(&tx, jobs.collect(), now).await.unwrap();
        tx.commit().await.unwrap();
    }

    fn history(&self) -> Vec<(u32, usize, bool)> {
        self.history.lock().unwrap().clone()
    }

    async fn until_history(&self, expected: &[(u32, usize, bool)]) {
        until(|| async { self.history().len() >= expected.len() }).await;
        assert_eq!(self.history(), expected, "{}", self.world.backend());
    }

    async fn leases(&self) -> String {
        let text = "SELECT CAST(max(due_at) AS text) AS due FROM jobs";
        let statement = Statement::from_string(self.world.control.get_database_backend(), text);
        self.world.control.query_one_raw(statement).await.unwrap().unwrap().try_get("", "due").unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runners_share_jobs_and_no_job_is_two_runners_at_once() {
    for world in each().await {
        let theatre = Theatre::new(world);
        let runners: Vec<_> = (0..4).map(|number| theatre.spawn(number)).collect();
        for part in 0..6 {
            theatre.add(part * 50..(part + 1) * 50, false).await;
        }
        theatre.world.until_count("SELECT count(*) FROM jobs", 0).await;
        runners.iter().for_each(JoinHandle::abort);
        let mut open: BTreeMap<u32, usize> = BTreeMap::new();
        let mut ended = BTreeMap::new();
        let mut most = BTreeMap::new();
        for (job, runner, begins) in theatre.history() {
            if begins {
                assert_eq!(open.insert(job, runner), None, "{job} began while it was at work");
                let at_once = open.values().filter(|other| **other == runner).count();
                most.entry(runner).and_modify(|most: &mut usize| *most = at_once.max(*most)).or_insert(at_once);
            } else {
                assert_eq!(open.remove(&job), Some(runner));
                assert_eq!(ended.insert(job, runner), None, "{job} was done twice");
            }
        }
        assert_eq!((open.len(), ended.len()), (0, 300), "{}", theatre.world.backend());
        assert!(most.values().all(|most| *most <= 3), "of this kind at most three at once: {most:?}");
    }
}

#[tokio::test]
async fn a_job_is_kept_as_long_as_its_runner_lives() {
    for world in each().await {
        let theatre = Theatre::new(world);
        theatre.add(1..2, true).await;
        let first = theatre.spawn(1);
        theatre.until_history(&[(1, 1, true)]).await;
        let second = theatre.spawn(2);
        // Five leases pass, in steps after which it is renewed.
        for _ in 0..15 {
            let before = theatre.leases().await;
            theatre.world.clock.advance(Duration::from_secs(21));
            until(|| async { theatre.leases().await != before }).await;
        }
        theatre.gate.add_permits(1);
        theatre.world.until_count("SELECT count(*) FROM jobs", 0).await;
        theatre.until_history(&[(1, 1, true), (1, 1, false)]).await;
        first.abort();
        second.abort();
    }
}

#[tokio::test]
async fn a_dead_runners_job_is_done_by_another_when_its_lease_ends() {
    for world in each().await {
        let theatre = Theatre::new(world);
        theatre.add(1..2, true).await;
        let first = theatre.spawn(1);
        theatre.until_history(&[(1, 1, true)]).await;
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        theatre.gate.add_permits(1);
        let second = theatre.spawn(2);
        theatre.world.clock.advance(Duration::from_secs(30));
        // It looks, and finds that the lease lives; a later job is done.
        theatre.add(2..3, false).await;
        theatre.until_history(&[(1, 1, true), (2, 2, true), (2, 2, false)]).await;
        theatre.world.clock.advance(Duration::from_secs(31));
        theatre.world.until_count("SELECT count(*) FROM jobs", 0).await;
        second.abort();
        assert_eq!(theatre.history()[3..], [(1, 2, true), (1, 2, false)], "{}", theatre.world.backend());
    }
}

#[tokio::test]
async fn a_runner_that_lost_its_lease_drops_the_job() {
    for world in each().await {
        let theatre = Theatre::new(world);
        theatre.add(1..2, true).await;
        let first = theatre.spawn(1);
        theatre.until_history(&[(1, 1, true)]).await;
        let steal = match theatre.world.db.backend() {
            DbBackend::Postgres => "UPDATE jobs SET holder = gen_random_uuid()",
            _ => "UPDATE jobs SET holder = randomblob(16)",
        };
        theatre.world.control.execute_unprepared(steal).await.unwrap();
        theatre.world.clock.advance(Duration::from_secs(21));
        // The runner has the gate, and this test.
        assert_eq!(Arc::strong_count(&theatre.gate), 3);
        until(|| async { Arc::strong_count(&theatre.gate) == 2 }).await;
        theatre.gate.add_permits(1);
        theatre.add(2..3, false).await;
        theatre.until_history(&[(1, 1, true), (2, 1, true), (2, 1, false)]).await;
        first.abort();
    }
}

#[tokio::test]
async fn a_runner_that_stops_ends_its_jobs_and_takes_no_more() {
    for world in each().await {
        let theatre = Theatre::new(world);
        theatre.add(1..2, true).await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let runner = tokio::spawn(theatre.runner(1, QUICK).run(async { drop(stopped.await) }));
        theatre.until_history(&[(1, 1, true)]).await;
        drop(stop);
        tokio::time::sleep(QUICK.poll).await;
        theatre.add(2..3, false).await;
        tokio::time::sleep(QUICK.poll * 3).await;
        assert!(!runner.is_finished(), "it waits for its job");
        theatre.gate.add_permits(1);
        runner.await.unwrap();
        assert_eq!(theatre.history(), [(1, 1, true), (1, 1, false)], "{}", theatre.world.backend());
        assert_eq!(theatre.world.count("SELECT count(*) FROM jobs WHERE attempts = 0").await, 1);
    }
}

#[tokio::test]
async fn what_does_not_end_in_time_is_given_back() {
    for world in each().await {
        let theatre = Theatre::new(world);
        theatre.add(1..3, true).await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let config = RunnerConfig { grace: Duration::from_millis(20), ..QUICK };
        let runner = tokio::spawn(theatre.runner(1, config).run(async { drop(stopped.await) }));
        until(|| async { theatre.history().len() == 2 }).await;
        drop(stop);
        runner.await.unwrap();
        let given_back = "SELECT count(*) FROM jobs WHERE holder IS NULL AND attempts = 0";
        assert_eq!(theatre.world.count(given_back).await, 2, "{}", theatre.world.backend());
        // At once, without waiting for a lease.
        let second = theatre.spawn(2);
        theatre.gate.add_permits(2);
        theatre.world.until_count("SELECT count(*) FROM jobs", 0).await;
        second.abort();
        assert!(theatre.history()[2..].iter().all(|(_, runner, _)| *runner == 2));
    }
}

/// Counts its runs.
#[derive(Serialize, Deserialize)]
struct Tick {}

impl Job for Tick {
    const NAME: &'static str = "tick";
    type Context = History;

    async fn run(&self, history: &History, _: &Run) -> Result<(), JobError> {
        history.lock().unwrap().push((0, 0, true));
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_runners_keep_one_schedule() {
    for world in each().await {
        let history = History::default();
        let hour = Duration::from_secs(3600);
        let runner = |_| {
            let runner = JobRunner::new(world.db.clone(), world.clock.sources(), QUICK);
            let runner = runner.schedule(history.clone(), &Tick {}, hour).unwrap();
            tokio::spawn(runner.run(std::future::pending()))
        };
        let runners: Vec<_> = (0..4).map(runner).collect();
        let runs = || history.lock().unwrap().len();
        for expected in 1..5 {
            until(|| async { runs() >= expected }).await;
            world.until_count("SELECT count(*) FROM jobs", 0).await;
            // Several looks of each of them.
            tokio::time::sleep(QUICK.poll * 4).await;
            assert_eq!(runs(), expected, "{}", world.backend());
            world.clock.advance(hour);
        }
        runners.iter().for_each(JoinHandle::abort);
    }
}
