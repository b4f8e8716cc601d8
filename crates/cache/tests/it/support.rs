//! A database of numbers with its log, as one process sees it.
use futures_util::{FutureExt, future::BoxFuture};
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use tradewind_cache::{
    Cache, CacheConfig, CacheError, Cached, Clock, Log, LogError, Lookup, Policy, Poll, Route, Tag, View,
};

/// A number under a key.
pub(crate) struct Numbers;

impl Cached for Numbers {
    const NAME: &'static str = "number";
    const POLICY: Policy = Policy::public(60).stale_if_error(600);
    const SHAPE: &'static str = "1";
    type Key = u32;
    type Value = u64;

    fn write_key(&self, key: &u32, out: &mut String) {
        out.push_str(&key.to_string());
    }

    fn key_tags(&self, key: &u32, out: &mut Vec<Tag>) {
        out.push(Tag((*key).into()));
    }

    fn value_tags(&self, _: &u32, _: &u64, _: &mut Vec<Tag>) {}

    fn weight(_: &u64) -> usize {
        0
    }
}

#[derive(Default)]
pub(crate) struct Database {
    rows: Mutex<BTreeMap<u32, u64>>,
    log: Mutex<Vec<(u64, Tag)>>,
    /// Nothing answers.
    pub(crate) down: AtomicBool,
    pub(crate) log_down: AtomicBool,
    pub(crate) reads_down: AtomicBool,
    pub(crate) epoch: AtomicUsize,
    pub(crate) polls: AtomicUsize,
    pub(crate) loads: AtomicUsize,
}

impl Database {
    pub(crate) fn write(&self, key: u32, value: Option<u64>) {
        let mut rows = self.rows.lock();
        match value {
            Some(value) => rows.insert(key, value),
            None => rows.remove(&key),
        };
        let mut log = self.log.lock();
        let xid = log.len() as u64 + 10;
        log.push((xid, Tag(key.into())));
    }

    /// As somebody does who has switched the triggers off.
    pub(crate) fn write_unlogged(&self, key: u32, value: u64) {
        self.rows.lock().insert(key, value);
    }

    pub(crate) async fn read(&self, keys: Vec<u32>) -> Result<HashMap<u32, u64>, String> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        if self.down.load(Ordering::SeqCst) || self.reads_down.load(Ordering::SeqCst) {
            return Err("down".into());
        }
        let rows = self.rows.lock();
        Ok(keys.into_iter().filter_map(|key| Some((key, *rows.get(&key)?))).collect())
    }

    pub(crate) fn loads(&self) -> usize {
        self.loads.load(Ordering::SeqCst)
    }
}

/// So that the test keeps the database.
pub(crate) struct Tailed(pub(crate) Arc<Database>);

impl Log for Tailed {
    fn poll(&self, since: Option<u64>) -> BoxFuture<'_, Result<Poll, LogError>> {
        async move {
            self.0.polls.fetch_add(1, Ordering::SeqCst);
            if self.0.down.load(Ordering::SeqCst) || self.0.log_down.load(Ordering::SeqCst) {
                return Err(LogError("down".into()));
            }
            let log = self.0.log.lock();
            let next = log.len() as u64 + 10;
            let since = since.unwrap_or(0);
            let changes = log.iter().filter(|(xid, _)| *xid >= since).copied().collect();
            let epoch = format!("model-{}", self.0.epoch.load(Ordering::SeqCst)).into();
            Ok(Poll { epoch, xmin: next, xmax: next, horizon: 0, changes, oldest_write: None })
        }
        .boxed()
    }
}

pub(crate) fn config() -> CacheConfig {
    CacheConfig { clock: Clock::Runtime(tokio::time::Instant::now()), ..CacheConfig::default() }
}

pub(crate) fn start(db: &Arc<Database>) -> Cache {
    Cache::start(config(), Arc::new(Tailed(Arc::clone(db))), None, None)
}

pub(crate) type Got = Result<HashMap<u32, u64>, CacheError<String>>;

pub(crate) async fn get(view: &View, db: &Arc<Database>, keys: &[u32]) -> (Got, Lookup) {
    view.get_many(&Numbers, keys.to_vec(), |keys, _: Route| {
        let db = Arc::clone(db);
        async move { db.read(keys).await }
    })
    .await
}
