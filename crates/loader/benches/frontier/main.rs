//! The frontier beside async-graphql's `DataLoader` and the no-loader ceiling, on one worker thread.
//!
//! Criterion measures the cases one after another. The table at the end is the comparison: its cases take turns, so that a
//! busy machine disturbs all of them alike, and it has the batches per request.
#![allow(clippy::print_stdout, reason = "a bench reports on the terminal")]

mod clients;
mod comparison;
mod executor;
mod schema;
mod sources;

use criterion::{BenchmarkId, Criterion, Throughput};
use executor::Executor;
use sources::Batching;
use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Concurrent clients.
const CLIENTS: [usize; 2] = [1, 32];

fn criterion_cases(criterion: &mut Criterion, executors: &[Executor]) {
    let schema = schema::schema();
    for executor in executors {
        for clients in CLIENTS {
            let mut group = criterion.benchmark_group(format!("{} timer, {clients} clients", executor.name()));
            group.throughput(Throughput::Elements(1));
            for batching in Batching::ALL {
                group.bench_function(BenchmarkId::from_parameter(batching.name()), |bencher| {
                    bencher.iter_custom(|requests| {
                        let left = AtomicU64::new(requests);
                        let more = move || left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok();
                        clients::run(executor, &schema, batching, clients, more).elapsed
                    });
                });
            }
            group.finish();
        }
    }
}

fn main() -> std::io::Result<()> {
    let executors = [Executor::tokio()?, Executor::pool()?];
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .without_plots()
        .configure_from_args();
    criterion_cases(&mut criterion, &executors);
    criterion.final_summary();
    for executor in &executors {
        comparison::print(executor);
    }
    Ok(())
}
