//! Values without a database, and a log in which nothing happens.
use futures_util::{FutureExt, future::BoxFuture};
use std::{collections::HashMap, convert::Infallible, fmt::Write, sync::Arc};
use tradewind_cache::{Cache, CacheConfig, Cached, Log, LogError, Policy, Poll, Route, Tag, Use, View};

/// Texts of so many bytes, 0 = none, with four tags and a key as long as an id.
pub(crate) struct Texts(pub(crate) usize);

impl Cached for Texts {
    const NAME: &'static str = "text";
    const POLICY: Policy = Policy::public(3_600).stale_if_error(3_600);
    const SHAPE: &'static str = "1";
    type Key = u64;
    type Value = Arc<str>;

    fn write_key(&self, key: &u64, out: &mut String) {
        let _ = write!(out, "00000000-0000-0000-0000-{key:012x}");
    }
    fn key_tags(&self, key: &u64, out: &mut Vec<Tag>) {
        out.extend([Tag(*key), Tag(u64::MAX)]);
    }
    fn value_tags(&self, key: &u64, _: &Arc<str>, out: &mut Vec<Tag>) {
        out.extend([Tag(key + (1 << 32)), Tag(key + (2 << 32))]);
    }
    fn weight(value: &Arc<str>) -> usize {
        2 * size_of::<usize>() + value.len()
    }
}

struct Quiet;

impl Log for Quiet {
    fn poll(&self, _: Option<u64>) -> BoxFuture<'_, Result<Poll, LogError>> {
        let poll = Poll { epoch: "1".into(), xmin: 9, xmax: 9, horizon: 1, changes: Vec::new(), oldest_write: None };
        async move { Ok(poll) }.boxed()
    }
}

pub(crate) fn start(l1_bytes: u64) -> Cache {
    Cache::start(CacheConfig { l1_bytes, ..CacheConfig::default() }, Arc::new(Quiet), None, None)
}

pub(crate) type Loaded = HashMap<u64, Arc<str>, foldhash::fast::RandomState>;

pub(crate) async fn read(view: &View, texts: &Texts, keys: Vec<u64>) -> Loaded {
    view.get_many(texts, keys, |keys: Vec<u64>, _: Route| load(texts, keys)).await.0.unwrap()
}

pub(crate) async fn load(texts: &Texts, keys: Vec<u64>) -> Result<Loaded, Infallible> {
    let length = texts.0;
    let text = || Arc::from("x".repeat(length));
    Ok(keys.into_iter().filter(|_| length > 0).map(|key| (key, text())).collect())
}

pub(crate) fn view(cache: &Cache) -> View {
    cache.view(None, Use::ReadWrite)
}
