//! What an entry of the first tier takes beside what the tier counts for it, and how often a hit allocates.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]
mod support;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use support::{Texts, read, start, view};

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
}

async fn hits(keys: u64) {
    let cache = start(LIMIT);
    let keys: Vec<u64> = (1..=keys).collect();
    read(&view(&cache), &Texts(32), keys.clone()).await;
    let region = Region::new(ALLOCATOR);
    for _ in 0..1_000 {
        read(&view(&cache), &Texts(32), keys.clone()).await;
    }
    println!("| {} | {} |", keys.len(), (region.change().allocations + 500) / 1_000);
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("| bytes of the value; 0 = absent | entries | counted for each | held for each | held / counted |");
    println!("| --- | --- | --- | --- | --- |");
    for length in [0, 32, 200, 2_000, 20_000] {
        fill(length).await;
    }
    println!("\n| keys of a batch, all hits | allocations |\n| --- | --- |");
    for keys in [1, 24] {
        hits(keys).await;
    }
}
