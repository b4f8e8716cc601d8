//! A cluster with a filled shop, three instances, load on them, and a look at their figures.
use crate::{
    Failure,
    cluster::{Cluster, Layout},
    load::{self, Load, Running},
    report::Report,
    sampler::Sampler,
    shop::{Keys, fill},
};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// How long replicas may take to copy the shop.
const COPY: Duration = Duration::from_secs(60);
/// How long the last answers may take to come in.
const LAST_ANSWERS: Duration = Duration::from_millis(300);

/// Shows what happens.
#[derive(Clone, Debug)]
pub(crate) struct Progress(pub(crate) indicatif::ProgressBar);

impl Progress {
    pub(crate) fn say(&self, text: impl Into<String>) {
        self.0.set_message(text.into());
    }

    /// From now on it says how many of so many are done.
    pub(crate) fn count(&self, all: usize) {
        self.0.set_length(u64::try_from(all).unwrap_or(u64::MAX));
    }

    /// One more is done.
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }
}

/// Everything at work.
pub(crate) struct Stage {
    pub(crate) cluster: Cluster,
    pub(crate) running: Running,
    /// Of the load.
    pub(crate) began: Instant,
    seed: u64,
    sampler: Sampler,
}

impl Stage {
    /// Starts it all. `history`: where it is kept.
    pub(crate) async fn set(
        layout: Layout,
        load: Load,
        history: Option<&Path>,
        progress: &Progress,
    ) -> Result<Self, Failure> {
        progress.say("starting PostgreSQL, two replicas, Redis");
        let mut cluster = Cluster::start(layout).await?;
        match prepare(&mut cluster, &load, history, progress).await {
            Ok((running, sampler)) => Ok(Self { cluster, running, began: Instant::now(), seed: load.seed, sampler }),
            Err(error) => {
                cluster.stop().await;
                Err(error)
            }
        }
    }

    /// Ends it all; what was measured, and what the checker says.
    pub(crate) async fn strike(self) -> Result<Report, Failure> {
        tokio::time::sleep(LAST_ANSWERS).await;
        let (seconds, totals) = (self.began.elapsed().as_secs_f64(), self.sampler.totals());
        let finished = self.running.finish();
        drop(self.sampler);
        self.cluster.stop().await;
        let (stats, verdict) = finished?;
        Ok(Report::new(self.seed, seconds, stats, verdict, &totals))
    }
}

async fn prepare(
    cluster: &mut Cluster,
    load: &Load,
    history: Option<&Path>,
    progress: &Progress,
) -> Result<(Running, Sampler), Failure> {
    let keys = Keys::new();
    progress.say("filling the shop");
    fill(&cluster.client().await?, &keys).await?;
    cluster.replicas_follow(COPY).await?;
    progress.say("starting three instances");
    cluster.start_instances().await?;
    let addresses = cluster.edges.iter().map(|edges| edges.client.address()).collect();
    let primary = cluster.nodes[cluster.primary].port();
    let sampler = Sampler::start(cluster.instances.iter().map(|instance| instance.metrics()).collect());
    Ok((load::start(load.clone(), keys, addresses, primary, history)?, sampler))
}
