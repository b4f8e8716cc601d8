//! A run: cluster, load, faults one after the other, verdict.
use crate::{
    Failure,
    cluster::{Cluster, Layout},
    fault::{Fault, Injector},
    load::Load,
    report::Report,
    stage::{Progress, Stage},
};
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

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

/// Runs it.
pub(crate) async fn run(plan: Plan) -> Result<Report, Failure> {
    let mut stage = Stage::set(plan.layout.clone(), plan.load.clone(), plan.history.as_deref(), &plan.progress).await?;
    let faults = faults(&plan, &mut stage).await;
    let report = stage.strike().await;
    faults?;
    report
}

/// Faults in a random order, again and again.
async fn faults(plan: &Plan, stage: &mut Stage) -> Result<(), Failure> {
    let Stage { cluster, running, began, .. } = stage;
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
    match cluster.instances.iter_mut().find_map(|instance| (!instance.process.is_running()).then_some(instance)) {
        Some(ended) => Err(ended.process.failure(&format!("ended by itself after {}", fault.name()))),
        None => Ok(()),
    }
}

async fn pause(time: Duration, is_over: impl Fn() -> bool) {
    let began = Instant::now();
    while began.elapsed() < time && !is_over() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
