//! Servers that die at every step of checkout and payment, as by `kill -9`; afterwards what the database and the gateway
//! have must fit together: money is never kept without an order, nobody pays twice, and the stock is exact.
mod audit;
mod lane;
mod place;
mod report;
mod shopper;

pub(crate) use place::Place;
pub(crate) use report::Report;

use crate::{
    Failure,
    buying::raise_open_files,
    cluster::{Layout, Shop, Shops},
    gateway::Gateway,
    stage::Progress,
};
use lane::Lane;
use place::{Case, cases};
use report::Run;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// Of a hundred answers of the gateway so many are lost.
const LOST_PERCENT: u8 = 10;

/// What is to be done.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) layout: Layout,
    pub(crate) seed: u64,
    pub(crate) runs: usize,
    pub(crate) shops: usize,
    pub(crate) buyers: u32,
    pub(crate) hold: Duration,
    /// None: all.
    pub(crate) only: Vec<Place>,
}

/// What is left to do, and what is done.
struct Work {
    left: Mutex<Vec<Case>>,
    progress: Progress,
}

impl Work {
    fn next(&self) -> Option<Case> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

/// Runs it.
pub(crate) async fn run(plan: Plan, progress: &Progress) -> Result<Report, Failure> {
    raise_open_files(plan.shops * plan.buyers as usize)?;
    progress.count(plan.runs);
    progress.say("starting PostgreSQL and Redis");
    let mut random = fastrand::Rng::with_seed(plan.seed);
    let left = Mutex::new(cases(plan.runs, &plan.only, &mut random));
    let work = Arc::new(Work { left, progress: progress.clone() });
    let mut shops = Shops::start(plan.layout.clone(), plan.shops, 1, &settings(plan.hold)).await?;
    progress.say("servers die and come back");
    let began = Instant::now();
    let runs = lanes(&plan, std::mem::take(&mut shops.shops), &work).await;
    shops.stop().await;
    Ok(Report::new(&plan, runs?, began.elapsed()))
}

/// Everything that is waited for comes soon.
fn settings(hold: Duration) -> Vec<(String, String)> {
    let own = |name: &str, value: String| (name.to_owned(), value);
    vec![
        own("TRADEWIND_CHECKOUT_HOLD", format!("{}ms", hold.as_millis())),
        own("TRADEWIND_RIG_SWEEP", "200ms".to_owned()),
        own("TRADEWIND_RIG_PATIENCE", "500ms".to_owned()),
    ]
}

/// Each shop works on its own.
async fn lanes(plan: &Plan, shops: Vec<Shop>, work: &Arc<Work>) -> Result<Vec<Run>, Failure> {
    let mut tasks = JoinSet::new();
    for (seed, shop) in (plan.seed..).zip(shops) {
        let (work, plan) = (Arc::clone(work), plan.clone());
        tasks.spawn(async move {
            let gateway = Arc::new(Gateway::start(seed, LOST_PERCENT).await?);
            let mut lane = Lane::open(shop, gateway, &plan, seed).await?;
            let mut runs = Vec::new();
            while let Some(case) = work.next() {
                runs.push(lane.run(case).await?);
                work.progress.step();
            }
            Ok::<_, Failure>(runs)
        });
    }
    let mut all = Vec::new();
    while let Some(done) = tasks.join_next().await {
        all.extend(done??);
    }
    Ok(all)
}
