//! Two instances, a database with open transactions, a lagging replica, and a second tier that answers with anything
//! that was ever stored. Time is virtual and every delay is drawn from a seed: one seed is one interleaving.
use fastrand::Rng;
use futures_util::{FutureExt, future::BoxFuture};
use parking_lot::Mutex;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};
use tokio::time::sleep;
use tradewind_cache::{
    Cache, CacheConfig, Cached, Clock, Log, LogError, Mistake, Policy, Poll, ReplicaPoll, Replicas, Route, Tag, Use,
};
use tradewind_kv::{Kv, KvError, Put};

const KEYS: u32 = 2;

/// A key's value: the transactions that wrote it.
pub(crate) struct Writes<const STRICT: bool>;

impl<const STRICT: bool> Cached for Writes<STRICT> {
    const NAME: &'static str = if STRICT { "strict" } else { "bounded" };
    const POLICY: Policy = if STRICT { Policy::public(3600).strict() } else { Policy::public(3600) };
    const SHAPE: &'static str = "1";
    type Key = u32;
    type Value = BTreeSet<u64>;

    fn write_key(&self, key: &u32, out: &mut String) {
        out.push_str(&key.to_string());
    }
    fn key_tags(&self, key: &u32, out: &mut Vec<Tag>) {
        // What writes touch: known from the key, or only from what was found.
        out.push(Tag(u64::from(*key) + if STRICT { 0 } else { 100 }));
    }
    fn value_tags(&self, key: &u32, _: &BTreeSet<u64>, out: &mut Vec<Tag>) {
        if !STRICT {
            out.push(Tag((*key).into()));
        }
    }
    fn weight(_: &BTreeSet<u64>) -> usize {
        64
    }
}

#[derive(Default)]
struct State {
    next: u64,
    open: BTreeSet<u64>,
    /// In the order of their commits.
    committed: Vec<(u64, u32)>,
    /// How many of them the replica has replayed.
    replayed: usize,
    acknowledged: HashMap<u32, BTreeSet<u64>>,
    stored: HashMap<String, Vec<bytes::Bytes>>,
    rng: Rng,
}

pub(crate) struct World {
    state: Mutex<State>,
}

impl World {
    fn draw(&self, below: u64) -> u64 {
        self.state.lock().rng.u64(0..below)
    }

    /// What a read that begins now must contain. STRICT needs no writer to wait: whatever is committed.
    fn must_see(&self, strict: bool) -> HashMap<u32, BTreeSet<u64>> {
        let state = self.state.lock();
        if !strict {
            return state.acknowledged.clone();
        }
        let mut all: HashMap<u32, BTreeSet<u64>> = HashMap::new();
        for (xid, key) in &state.committed {
            all.entry(*key).or_default().insert(*xid);
        }
        all
    }

    /// Mostly short, now and then long.
    async fn pause(&self, short: u64, long: u64) {
        let most = if self.draw(8) == 0 { long } else { short };
        sleep(Duration::from_millis(self.draw(most + 1))).await;
    }

    async fn load(&self, keys: Vec<u32>, route: Route) -> Result<HashMap<u32, BTreeSet<u64>>, String> {
        self.pause(4, 60).await;
        let rows = {
            let state = self.state.lock();
            let seen = if route == Route::Primary { state.committed.len() } else { state.replayed };
            let of = |key: u32| state.committed[..seen].iter().filter(|row| row.1 == key).map(|row| row.0).collect();
            keys.into_iter().map(|key| (key, of(key))).collect()
        };
        self.pause(4, 90).await;
        Ok(rows)
    }
}

struct Primary(Arc<World>);

impl Log for Primary {
    fn poll(&self, since: Option<u64>) -> BoxFuture<'_, Result<Poll, LogError>> {
        async move {
            self.0.pause(3, 45).await;
            let poll = {
                let state = self.0.state.lock();
                let since = since.unwrap_or(0);
                let rows = state.committed.iter().filter(|row| row.0 >= since);
                Poll {
                    epoch: "1".into(),
                    xmin: state.open.first().copied().unwrap_or(state.next),
                    xmax: state.next,
                    horizon: 0,
                    changes: rows.map(|row| (row.0, Tag(row.1.into()))).collect(),
                    oldest_write: None,
                }
            };
            self.0.pause(3, 45).await;
            Ok(poll)
        }
        .boxed()
    }
}

struct Replica(Arc<World>);

impl Replicas for Replica {
    fn count(&self) -> usize {
        1
    }
    fn poll(&self, _: usize) -> BoxFuture<'_, Result<ReplicaPoll, LogError>> {
        let state = self.0.state.lock();
        let seen: BTreeSet<u64> = state.committed[..state.replayed].iter().map(|row| row.0).collect();
        let xmin = (1..).find(|xid| !seen.contains(xid)).unwrap_or(1);
        async move { Ok(ReplicaPoll { epoch: "1".into(), xmin, lag: Duration::ZERO }) }.boxed()
    }
}

struct Liar(Arc<World>);

impl std::fmt::Debug for Liar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Liar")
    }
}

impl Kv for Liar {
    fn mget(&self, keys: Vec<String>) -> BoxFuture<'_, Result<Vec<Option<bytes::Bytes>>, KvError>> {
        async move {
            self.0.pause(2, 20).await;
            let mut state = self.0.state.lock();
            let State { stored, rng, .. } = &mut *state;
            let any = |key| stored.get(key).and_then(|old| rng.choice(old).cloned().filter(|_| rng.u8(0..3) > 0));
            Ok(keys.iter().map(any).collect())
        }
        .boxed()
    }
    fn set(&self, values: Vec<Put>) -> BoxFuture<'_, Result<(), KvError>> {
        async move {
            self.0.pause(5, 60).await;
            let mut state = self.0.state.lock();
            for put in values {
                state.stored.entry(put.key).or_default().push(put.value);
            }
            Ok(())
        }
        .boxed()
    }
    fn set_nx(&self, keys: Vec<String>, _: Duration) -> BoxFuture<'_, Result<Vec<bool>, KvError>> {
        let won = keys.iter().map(|_| self.0.draw(3) > 0).collect();
        async move { Ok(won) }.boxed()
    }
    /// The cache counts nothing.
    fn increment(&self, _: String, _: Duration) -> BoxFuture<'_, Result<u64, KvError>> {
        async { Err(KvError::Open) }.boxed()
    }
    fn ping(&self) -> BoxFuture<'_, Result<(), KvError>> {
        async { Ok(()) }.boxed()
    }
}

/// What a run saw: reads, and the first that was older than an acknowledged write.
pub(crate) struct Seen {
    pub(crate) reads: usize,
    pub(crate) stale: Option<String>,
}

async fn write(world: Arc<World>, instances: Vec<Cache>) {
    for _ in 0..12 {
        world.pause(60, 150).await;
        let key = u32::try_from(world.draw(KEYS.into())).unwrap();
        let xid = {
            let mut state = world.state.lock();
            let xid = state.next;
            state.next += 1;
            state.open.insert(xid);
            xid
        };
        world.pause(10, 120).await;
        {
            let mut state = world.state.lock();
            state.open.remove(&xid);
            state.committed.push((xid, key));
        }
        let committed = tokio::time::Instant::now().into_std();
        let by = usize::try_from(world.draw(2)).unwrap();
        instances[by].commit_wait(committed).await;
        world.state.lock().acknowledged.entry(key).or_default().insert(xid);
    }
}

async fn read<const STRICT: bool>(world: Arc<World>, cache: Cache, seen: Arc<Mutex<Seen>>) {
    for _ in 0..60 {
        world.pause(12, 80).await;
        let acknowledged = world.must_see(STRICT);
        let view = cache.view(None, Use::ReadWrite);
        let keys: Vec<u32> = (0..KEYS).filter(|_| world.draw(3) > 0).collect();
        let (got, found) = view
            .get_many(&Writes::<STRICT>, keys.clone(), |keys, route| {
                let world = Arc::clone(&world);
                async move { world.load(keys, route).await }
            })
            .await;
        // A poll may be late; then a read says so. It is never stale.
        let Ok(got): Result<HashMap<_, _>, _> = got else { continue };
        let mut seen = seen.lock();
        for key in keys {
            seen.reads += 1;
            let missing = acknowledged.get(&key).and_then(|must| must.iter().find(|xid| !got[&key].contains(xid)));
            if let Some(xid) = missing {
                seen.stale.get_or_insert_with(|| format!("key {key}: without acknowledged write {xid}; {found:?}"));
            }
        }
    }
}

/// One interleaving.
pub(crate) fn simulate(seed: u64, mistake: Option<Mistake>) -> Seen {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    fastrand::seed(seed);
    runtime.block_on(async {
        let state = State { next: 1, rng: Rng::with_seed(seed), ..State::default() };
        let world = Arc::new(World { state: Mutex::new(state) });
        let clock = Clock::Runtime(tokio::time::Instant::now());
        let start = || {
            let config = CacheConfig { clock, mistake, ..CacheConfig::default() };
            let (log, replica) = (Primary(Arc::clone(&world)), Replica(Arc::clone(&world)));
            Cache::start(config, Arc::new(log), Some(Arc::new(replica)), Some(Arc::new(Liar(Arc::clone(&world)))))
        };
        let instances = vec![start(), start()];
        let seen = Arc::new(Mutex::new(Seen { reads: 0, stale: None }));
        let replay = tokio::spawn({
            let world = Arc::clone(&world);
            async move {
                loop {
                    world.pause(30, 200).await;
                    sleep(Duration::from_millis(1)).await;
                    let mut state = world.state.lock();
                    state.replayed = (state.replayed + 1).min(state.committed.len());
                }
            }
        });
        let mut tasks: Vec<_> = (0..3).map(|_| tokio::spawn(write(Arc::clone(&world), instances.clone()))).collect();
        for instance in &instances {
            for _ in 0..2 {
                tasks.push(tokio::spawn(read::<true>(Arc::clone(&world), instance.clone(), Arc::clone(&seen))));
                tasks.push(tokio::spawn(read::<false>(Arc::clone(&world), instance.clone(), Arc::clone(&seen))));
            }
        }
        for task in tasks {
            task.await.unwrap();
        }
        replay.abort();
        let seen = seen.lock();
        Seen { reads: seen.reads, stale: seen.stale.clone() }
    })
}
