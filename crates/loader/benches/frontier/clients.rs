//! Concurrent clients: each sends its next request when the last is answered.

use crate::{
    executor::Executor,
    schema::{BATCHES, CatalogSchema},
    sources::Batching,
};
use std::{
    sync::{Arc, atomic::Ordering::Relaxed, mpsc},
    time::{Duration, Instant},
};

/// What a run of all clients did.
#[derive(Default, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) requests: usize,
    pub(crate) batches: usize,
    pub(crate) elapsed: Duration,
    pub(crate) cpu: Duration,
}

/// Runs `clients` until `more` says no.
pub(crate) fn run(
    executor: &Executor,
    schema: &CatalogSchema,
    batching: Batching,
    clients: usize,
    more: impl Fn() -> bool + Send + Sync + 'static,
) -> Sample {
    let more = Arc::new(more);
    let (done, ended) = mpsc::channel();
    let (batches, cpu, start) = (BATCHES.load(Relaxed), process_cpu(), Instant::now());
    for _ in 0..clients {
        let (more, done, schema, spawner) = (more.clone(), done.clone(), schema.clone(), executor.clone());
        executor.spawn(Box::pin(async move {
            let mut requests = 0;
            while more() {
                let response = batching.execute(&schema, &spawner).await;
                let body = serde_json::to_vec(&response).unwrap_or_default();
                assert!(response.errors.is_empty() && body.len() > 20_000, "{response:?}");
                requests += 1;
            }
            let _ = done.send(requests);
        }));
    }
    drop(done);
    let requests = ended.into_iter().sum();
    Sample {
        requests,
        batches: BATCHES.load(Relaxed) - batches,
        elapsed: start.elapsed(),
        cpu: process_cpu().saturating_sub(cpu),
    }
}

/// CPU time of this process so far, in the kernel's ticks of 10 ms; zero where there is no `/proc`.
fn process_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
