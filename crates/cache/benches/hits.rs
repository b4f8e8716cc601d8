//! A hit in the first tier beside the floor: the same look-ups in a plain map, in the same run.
#![allow(clippy::unwrap_used, missing_docs)]
mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use std::{hint::black_box, sync::Arc};
use support::{Texts, read, start, view};

const KEYS: u64 = 24;

fn hits(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let cache = runtime.block_on(async { start(64 << 20) });
    let keys: Vec<u64> = (1..=KEYS).collect();
    let stamp = runtime.block_on(async {
        let view = view(&cache);
        read(&view, &Texts(32), keys.clone()).await;
        view.summary().stamp(cache.now()).unwrap()
    });

    let names: Vec<String> = keys.iter().map(|key| format!("text:00000000-0000-0000-0000-{key:012x}")).collect();
    let moka = moka::sync::Cache::builder().max_capacity(1 << 20).build();
    for name in &names {
        moka.insert(name.clone(), Arc::<str>::from("x"));
    }
    let mut group = criterion.benchmark_group("24 keys");
    group.bench_function("floor: moka get", |bencher| {
        bencher.iter(|| names.iter().filter_map(|name| moka.get(name.as_str())).count());
    });
    group.bench_function("get_many, all in the first tier", |bencher| {
        bencher.iter(|| runtime.block_on(read(&view(&cache), &Texts(32), black_box(keys.clone()))));
    });
    let mut next = KEYS;
    group.bench_function("get_many, none in the first tier", |bencher| {
        bencher.iter(|| {
            next += KEYS;
            runtime.block_on(read(&view(&cache), &Texts(32), (next..next + KEYS).collect()))
        });
    });
    group.finish();
    criterion.bench_function("judge an answer of 73 tags", |bencher| {
        bencher.iter(|| cache.judge(black_box(&stamp), cache.now()))
    });
}

criterion_group!(benches, hits);
criterion_main!(benches);
