//! How often the database is asked for a key that everybody wants and nobody has any more.
use crate::{
    Failure,
    cluster::{Cluster, Layout, get},
    load::storm,
    sampler::{parse, sum},
    shop::{KeyKind, Keys, fill},
};
use serde::Serialize;
use std::{
    fmt::{self, Display, Formatter},
    time::Duration,
};

/// Connections to each instance that ask at once.
const CLIENTS: usize = 8;
/// Turns the agreement between instances on who loads off (feature `rig` of the server).
const LEASE: &str = "TRADEWIND_FILL_LEASE";

/// After all copies of all keys are gone.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Expiry {
    pub(crate) instances: usize,
    /// Whether instances agree on who loads.
    pub(crate) lease: bool,
    /// Requests for each key.
    pub(crate) requests_per_key: usize,
    pub(crate) keys: usize,
    /// Statements that read products by id, over the number of keys.
    pub(crate) statements_per_key: f64,
    /// At most so many are wanted: one in all with the lease, without it one of each instance.
    pub(crate) wanted: usize,
}

impl Expiry {
    /// No instance asks twice. The lease is best effort: where the one that loads takes long, others do as well.
    #[allow(clippy::cast_precision_loss, reason = "a few")]
    pub(crate) fn holds(&self) -> bool {
        self.statements_per_key <= self.instances as f64
    }
}

impl Display for Expiry {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} instances, lease {:3}, {:2} requests for each of {} keys: {:.2} statements per key (wanted: <= {})",
            self.instances,
            if self.lease { "on" } else { "off" },
            self.requests_per_key,
            self.keys,
            self.statements_per_key,
            self.wanted
        )
    }
}

/// Measures it with one instance and with all, without the lease and with it.
pub(crate) async fn run(layout: Layout, seed: u64) -> Result<Vec<Expiry>, Failure> {
    let mut cluster = Cluster::start(layout).await?;
    let measured = with(&mut cluster, seed).await;
    cluster.stop().await;
    measured
}

async fn with(cluster: &mut Cluster, seed: u64) -> Result<Vec<Expiry>, Failure> {
    fill(&cluster.client().await?, &Keys::new()).await?;
    cluster.replicas_follow(Duration::from_secs(60)).await?;
    let mut all = Vec::new();
    for lease in [false, true] {
        for instances in [1, cluster.instances.len()] {
            all.push(expire(cluster, instances, lease, seed).await?);
        }
    }
    Ok(all)
}

async fn expire(cluster: &mut Cluster, instances: usize, lease: bool, seed: u64) -> Result<Expiry, Failure> {
    // A new process has no first tier, an emptied Redis no second.
    for instance in &mut cluster.instances {
        instance.process.kill().await;
        instance.set(LEASE, if lease { "on" } else { "off" });
    }
    cluster.redis.command("FLUSHALL").await?;
    cluster.start_instances().await?;
    let addresses: Vec<_> = cluster.edges.iter().take(instances).map(|edges| edges.client.address()).collect();
    // Nor has a new process connections to the databases: what opening them takes is not asked here.
    storm(&addresses, CLIENTS, KeyKind::Direct, seed).await?;
    let before = statements(cluster, instances).await?;
    let keys = storm(&addresses, CLIENTS, KeyKind::Title, seed).await?;
    let asked = statements(cluster, instances).await? - before;
    #[allow(clippy::cast_precision_loss, reason = "a few hundred")]
    let statements_per_key = asked / keys as f64;
    let wanted = if lease { 1 } else { instances };
    Ok(Expiry { instances, lease, requests_per_key: CLIENTS * instances, keys, statements_per_key, wanted })
}

async fn statements(cluster: &Cluster, instances: usize) -> Result<f64, Failure> {
    let mut all = 0.0;
    for instance in cluster.instances.iter().take(instances) {
        let totals = parse(&get(instance.metrics(), "/metrics").await?);
        all += sum(&totals, "db_client_operation_duration_seconds_count", &["products by id"]);
    }
    Ok(all)
}
