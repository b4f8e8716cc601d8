//! A run: cluster, load, faults one after the other, verdict.
use crate::{
    Failure,
    cluster::{Cluster, Layout},
    fault::{Fault, Injector},
    load::{self, Load},
    report::Report,
    sampler::Sampler,
    shop::{Keys, fill},
};
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

/// How long replicas may take to copy the shop.
const COPY: Duration = Duration::from_secs(60);
/// Load without faults at the beginning.
const WARM_UP: Duration = Duration::from_secs(3);
/// How long the rig looks at what a fault leaves behind.
const AFTER: Duration = Duration::from_millis(1200);

/// What is to be done.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) layout: Layout,
    pub(crate) load: Load,
    /// Of the load; the cluster's start is not in it.
    pub(crate) duration: Duration,
    pub(crate) faults: Vec<Fault>,
    /// End at the first violation.
    pub(crate) stop_at_violation: bool,
    pub(crate) history: Option<PathBuf>,
    /// Told what happens.
    pub(crate) progress: Progress,
}

/// Shows what happens.
#[derive(Clone, Debug)]
pub(crate) struct Progress(pub(crate) indicatif::ProgressBar);

impl Progress {
    fn say(&self, text: impl Into<String>) {
        self.0.set_message(text.into());
    }
}

/// Runs it.
pub(crate) async fn run(plan: Plan) -> Result<Report, Failure> {
    plan.progress.say("starting PostgreSQL, two replicas, Redis");
    let mut cluster = Cluster::start(plan.layout.clone()).await?;
    let ended = with(&plan, &mut cluster).await;
    cluster.stop().await;
    ended
}

async fn with(plan: &Plan, cluster: &mut Cluster) -> Result<Report, Failure> {
    let keys = Keys::new();
    plan.progress.say("filling the shop");
    fill(&cluster.client().await?, &keys).await?;
    cluster.replicas_follow(COPY).await?;
    plan.progress.say("starting three instances");
    cluster.start_instances().await?;
    let addresses = cluster.edges.iter().map(|edges| edges.client.address()).collect();
    let primary = cluster.nodes[cluster.primary].port();
    let sampler = Sampler::start(cluster.instances.iter().map(|instance| instance.metrics()).collect());
    let began = Instant::now();
    let running = load::start(plan.load.clone(), keys, addresses, primary, plan.history.as_deref())?;
    let faults = faults(plan, cluster, &running, began).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (seconds, totals) = (began.elapsed().as_secs_f64(), sampler.totals());
    let (stats, verdict) = running.finish()?;
    faults?;
    Ok(Report::new(plan.load.seed, seconds, stats, verdict, &totals))
}

/// Faults in a random order, again and again.
async fn faults(plan: &Plan, cluster: &mut Cluster, running: &load::Running, began: Instant) -> Result<(), Failure> {
    let mut random = fastrand::Rng::with_seed(plan.load.seed.wrapping_add(1));
    let is_over = || began.elapsed() >= plan.duration || (plan.stop_at_violation && running.violations() > 0);
    pause(WARM_UP.min(plan.duration / 4), is_over).await;
    let mut order = Vec::new();
    while !is_over() {
        let Some(fault) = order.pop() else {
            if plan.faults.is_empty() {
                pause(Duration::from_millis(100), is_over).await;
            }
            order.clone_from(&plan.faults);
            random.shuffle(&mut order);
            continue;
        };
        // The phase in which the fault meets the load is random.
        pause(Duration::from_millis(random.u64(100..800)), is_over).await;
        let left = plan.duration.saturating_sub(began.elapsed()).as_secs();
        plan.progress.say(format!("{}, {left} s left, {} violations", fault.name(), running.violations()));
        running.control.phase(fault.name());
        let mut injector = Injector { cluster, control: &running.control, random: &mut random };
        injector.make(fault).await.map_err(|error| format!("{}: {error}", fault.name()))?;
        running.control.phase(format!("after {}", fault.name()));
        pause(AFTER, is_over).await;
        running.control.phase("calm");
        check_instances(cluster, fault)?;
    }
    Ok(())
}

/// An instance that ended without being killed is a finding.
fn check_instances(cluster: &mut Cluster, fault: Fault) -> Result<(), Failure> {
    let folder = cluster.folder().to_owned();
    for instance in &mut cluster.instances {
        if !instance.process.is_running() {
            let log = folder.join(format!("{}.log", instance.name));
            return Err(
                format!("{} ended by itself after {}: see {}", instance.name, fault.name(), log.display()).into()
            );
        }
    }
    Ok(())
}

async fn pause(time: Duration, is_over: impl Fn() -> bool) {
    let began = Instant::now();
    while began.elapsed() < time && !is_over() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
