//! What an entry of the first tier takes beside what the tier counts for it, and how often a batch allocates.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]
mod support;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use support::{Texts, load, read, start, view};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const LIMIT: u64 = 64 << 20;

fn held(region: &Region<'_, System>) -> usize {
    let change = region.change();
    change.bytes_allocated - change.bytes_deallocated
}

/// Fills a tier to its limit.
async fn fill(length: usize) {
    let region = Region::new(ALLOCATOR);
    let cache = start(LIMIT);
    let mut next = 1;
    loop {
        let before = cache.l1_size().0;
        read(&view(&cache), &Texts(length), (next..next + 1_000).collect()).await;
        next += 1_000;
        if cache.l1_size().0 < before + 1_000 {
            break;
        }
    }
    let (entries, counted) = cache.l1_size();
    let held = held(&region);
    println!(
        "| {length} | {entries} | {} | {} | {:.2} |",
        counted / entries as u64,
        held / entries,
        held as f64 / counted as f64
    );
    // Its tasks hold it too, and would give it back while the next is measured.
    cache.shutdown().await;
}

/// Allocations of a batch of so many keys: all known, none known, and what the load takes of the latter.
async fn batches(keys: u64) {
    let cache = start(LIMIT);
    let (texts, rounds) = (Texts(32), 1_000);
    let batch = |number: u64| (1 + number * keys..=(number + 1) * keys).collect::<Vec<_>>();
    read(&view(&cache), &texts, batch(0)).await;
    let hits = Region::new(ALLOCATOR);
    for _ in 0..rounds {
        read(&view(&cache), &texts, batch(0)).await;
    }
    let hits = hits.change().allocations;
    let misses = Region::new(ALLOCATOR);
    for number in 1..=rounds {
        read(&view(&cache), &texts, batch(number)).await;
    }
    let misses = misses.change().allocations;
    let loads = Region::new(ALLOCATOR);
    for number in 1..=rounds {
        load(&texts, batch(number)).await.unwrap();
    }
    let each = |total: usize| (total as f64 / rounds as f64).round();
    println!("| {keys} | {} | {} | {} |", each(hits), each(misses), each(loads.change().allocations));
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("| bytes of the value; 0 = absent | entries | counted for each | held for each | held / counted |");
    println!("| --- | --- | --- | --- | --- |");
    for length in [0, 32, 200, 2_000, 20_000] {
        fill(length).await;
    }
    println!("\n| keys of a batch | allocations, all known | none known | the load alone |\n| --- | --- | --- | --- |");
    for keys in [1, 24] {
        batches(keys).await;
    }
}
