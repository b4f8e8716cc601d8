//! A hit in the first tier beside the floor: the same look-ups in a plain map, in the same run.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]
use criterion::{Criterion, criterion_group, criterion_main};
use futures_util::{FutureExt, future::BoxFuture};
use std::{collections::HashMap, convert::Infallible, fmt::Write, hint::black_box, sync::Arc};
use tradewind_cache::{Cache, CacheConfig, Cached, Log, LogError, Policy, Poll, Route, Tag, Use};

const KEYS: u64 = 24;

struct Rows;

impl Cached for Rows {
    const NAME: &'static str = "row";
    const POLICY: Policy = Policy::public(3_600).stale_if_error(3_600);
    const SHAPE: &'static str = "1";
    type Key = u64;
    type Value = [u64; 4];

    fn write_key(&self, key: &u64, out: &mut String) {
        let _ = write!(out, "00000000-0000-0000-0000-{key:012x}");
    }
    fn key_tags(&self, key: &u64, out: &mut Vec<Tag>) {
        out.extend([Tag(*key), Tag(u64::MAX)]);
    }
    fn value_tags(&self, key: &u64, _: &[u64; 4], out: &mut Vec<Tag>) {
        out.extend([Tag(key + 1_000), Tag(key + 2_000)]);
    }
    fn weight(_: &[u64; 4]) -> usize {
        0
    }
}

struct Quiet;

impl Log for Quiet {
    fn poll(&self, _: Option<u64>) -> BoxFuture<'_, Result<Poll, LogError>> {
        let poll = Poll { epoch: "1".into(), xmin: 9, xmax: 9, horizon: 1, changes: Vec::new(), oldest_write: None };
        async move { Ok(poll) }.boxed()
    }
}

async fn read(cache: &Cache, keys: Vec<u64>) -> HashMap<u64, [u64; 4], foldhash::fast::RandomState> {
    let load = |keys: Vec<u64>, _: Route| async move {
        Ok::<_, Infallible>(keys.into_iter().map(|key| (key, [key; 4])).collect())
    };
    cache.view(None, Use::ReadWrite).get_many(&Rows, keys, load).await.0.unwrap()
}

fn hits(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let cache = runtime.block_on(async { Cache::start(CacheConfig::default(), Arc::new(Quiet), None, None) });
    let keys: Vec<u64> = (0..KEYS).collect();
    runtime.block_on(read(&cache, keys.clone()));
    let (entries, bytes) = cache.l1_size();
    println!(
        "{} bytes per entry with a value of 32 bytes and 4 tags, by the first tier's count",
        bytes / entries as u64
    );
    let stamp = runtime.block_on(async {
        let view = cache.view(None, Use::ReadWrite);
        let load = |_: Vec<u64>, _: Route| async { Ok::<HashMap<u64, [u64; 4]>, Infallible>(HashMap::new()) };
        view.get_many(&Rows, keys.clone(), load).await.0.unwrap();
        view.summary().stamp(cache.now()).unwrap()
    });

    let names: Vec<String> = keys.iter().map(|key| format!("row:00000000-0000-0000-0000-{key:012x}")).collect();
    let moka = moka::sync::Cache::builder().max_capacity(1 << 20).build();
    for name in &names {
        moka.insert(name.clone(), Arc::new([1_u64; 4]));
    }
    let mut group = criterion.benchmark_group("24 keys");
    group.bench_function("floor: moka get", |bencher| {
        bencher.iter(|| names.iter().filter_map(|name| moka.get(name.as_str())).count());
    });
    group.bench_function("get_many, all in the first tier", |bencher| {
        bencher.iter(|| runtime.block_on(read(&cache, black_box(keys.clone()))));
    });
    group.finish();
    criterion.bench_function("judge an answer of 96 tags", |bencher| bencher.iter(|| cache.judge(black_box(&stamp))));
}

criterion_group!(benches, hits);
criterion_main!(benches);
