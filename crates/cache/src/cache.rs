use crate::{
    CacheConfig, Clock, Failing, Log, Lookup, Mode, Poll, Replicas, Stamp, Use, Verdict, View,
    clock::micros,
    flight::Flights,
    floors::{Applied, Floors},
    l1::L1,
    l2::L2,
    mistake::{Mistake, Mistakes},
    progress::Progress,
    replicas::{self, Fleet},
    sampler::Sampler,
    tail,
};
use parking_lot::Mutex;
use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;
use tradewind_kv::Kv;

/// A process's cache: both tiers, and the task that tails the log. Clones share it.
#[derive(Clone)]
pub struct Cache {
    core: Arc<Core>,
    tasks: Arc<Tasks>,
}

/// All that the tasks and the views share.
pub(crate) struct Core {
    pub(crate) config: CacheConfig,
    pub(crate) clock: Clock,
    pub(crate) mistakes: Mistakes,
    pub(crate) floors: Floors,
    pub(crate) progress: Progress,
    pub(crate) l1: L1,
    pub(crate) flights: Flights,
    pub(crate) l2: Option<Arc<L2>>,
    pub(crate) fleet: Option<Fleet>,
    pub(crate) sampler: Sampler,
}

/// Ends with the last clone of its cache.
struct Tasks(Mutex<Vec<JoinHandle<()>>>);

impl Drop for Tasks {
    fn drop(&mut self) {
        for task in self.0.get_mut() {
            task.abort();
        }
    }
}

/// What is known of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseState {
    /// A poll began no longer ago than delta: BOUNDED reads need not wait.
    Held(Duration),
    /// The last poll is older: the next read waits for one.
    Lapsed(Duration),
    /// Polls fail.
    Failing(Failing),
    /// No poll was ever applied.
    Cold,
}

impl Cache {
    /// Starts the cache and the task that tails the log. Within a runtime.
    #[must_use]
    pub fn start(
        config: CacheConfig,
        log: Arc<dyn Log>,
        replicas: Option<Arc<dyn Replicas>>,
        kv: Option<Arc<dyn Kv>>,
    ) -> Self {
        let mistakes = Mistakes {
            #[cfg(feature = "rig")]
            planted: config.mistake,
        };
        let l1_bytes = if mistakes.is(Mistake::DeleteAfterCommit) { 0 } else { config.l1_bytes };
        let core = Arc::new(Core {
            clock: config.clock,
            mistakes,
            floors: Floors::new(config.max_floors, mistakes),
            progress: Progress::default(),
            l1: L1::new(l1_bytes),
            flights: Flights::default(),
            l2: kv.map(|kv| Arc::new(L2::new(kv, &config))),
            fleet: replicas.map(|source| Fleet::new(source, config.replica_max_lag)),
            sampler: Sampler::new(config.sample),
            config,
        });
        let mut tasks = vec![tokio::spawn(tail::run(Arc::clone(&core), log))];
        for number in 0..core.fleet.as_ref().map_or(0, Fleet::len) {
            tasks.push(tokio::spawn(replicas::follow(Arc::clone(&core), number)));
        }
        Self { core, tasks: Arc::new(Tasks(Mutex::new(tasks))) }
    }

    /// What one request reads through.
    #[must_use]
    pub fn view(&self, viewer: Option<u64>, usage: Use) -> View {
        View::new(Arc::clone(&self.core), viewer, usage)
    }

    /// As [`View::fence`], for what reads nothing else through a view; the time then, for [`judge`](Self::judge).
    ///
    /// # Errors
    /// The log cannot be read.
    pub async fn fence(&self, mode: Mode) -> Result<u64, Failing> {
        let (progress, now) = (&self.core.progress, self.core.clock.now());
        if mode == Mode::Bounded && progress.holds_lease(now, self.core.config.delta) {
            progress.request(now);
            return Ok(now);
        }
        let view = self.view(None, Use::ReadWrite);
        Box::pin(async move { view.fence(mode).await }).await?;
        Ok(self.now())
    }

    /// Microseconds of the cache's clock, as in [`Stamp`].
    #[must_use]
    pub fn now(&self) -> u64 {
        self.core.clock.now()
    }

    /// What an answer's stamp is good for at `now`, as far as this instance knows: ask [`fence`](Self::fence) first.
    #[must_use]
    pub fn judge(&self, stamp: &Stamp, now: u64) -> Verdict {
        self.core.floors.judge(stamp, now)
    }

    /// Counts what a caller that keeps something itself found there, under a name of its own.
    pub fn count(&self, name: &'static str, found: &Lookup) {
        let metrics = &self.core.config.metrics;
        metrics.looked_up(name, metrics.of(name), found, 0);
    }

    /// What is known of the log.
    #[must_use]
    pub fn lease(&self) -> LeaseState {
        let now = self.core.clock.now();
        let progress = &self.core.progress;
        match progress.age(now) {
            age if progress.failures() > 0 => LeaseState::Failing(Failing { age }),
            None => LeaseState::Cold,
            Some(age) if progress.holds_lease(now, self.core.config.delta) => LeaseState::Held(age),
            Some(age) => LeaseState::Lapsed(age),
        }
    }

    /// Waits until every instance knows of what was committed at `committed`: call it before a mutation answers.
    pub async fn commit_wait(&self, committed: Instant) {
        if self.core.mistakes.is(Mistake::NoCommitWait) || self.core.mistakes.is(Mistake::DeleteAfterCommit) {
            return;
        }
        let delta = self.core.config.delta;
        let began = Instant::now();
        // Clocks may run at rates that differ by a thousandth.
        tokio::time::sleep_until((committed + delta + delta / 1_000 + Duration::from_micros(1)).into()).await;
        self.core.config.metrics.commit_waited(began.elapsed());
    }

    /// Deletes from the second tier what a writer without a log has changed: what most shops do. `viewer`: whose entries
    /// they are, where the type is private.
    #[cfg(feature = "rig")]
    pub async fn delete<C: crate::Cached>(&self, spec: &C, viewer: u64, keys: &[C::Key]) {
        let Some(l2) = &self.core.l2 else { return };
        let epoch = self.core.floors.position().name;
        let key = |key| {
            let mut name = format!("{}:", C::NAME);
            spec.write_key(key, &mut name);
            if C::POLICY.scope == crate::Scope::Private {
                crate::batch::write_owner(viewer, &mut name);
            }
            l2.key(crate::kind::Kind::of::<C>(), &epoch, &name)
        };
        l2.delete(keys.iter().map(key).collect()).await;
    }

    /// Sets the gauges; called when metrics are scraped.
    pub fn sample(&self) {
        let core = &self.core;
        core.config.metrics.sample(core.progress.age(core.clock.now()), core.floors.len(), core.l1.size());
    }

    /// Entries of the first tier and their bytes, roughly.
    #[must_use]
    pub fn l1_size(&self) -> (usize, u64) {
        self.core.l1.size()
    }

    /// Ends the tasks. Reads go on, and find that nothing new can be proved.
    pub async fn shutdown(&self) {
        let tasks = std::mem::take(&mut *self.tasks.0.lock());
        for task in tasks {
            task.abort();
            task.await.ok();
        }
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").field("lease", &self.lease()).field("l1", &self.l1_size()).finish_non_exhaustive()
    }
}

impl Core {
    /// A poll was applied.
    pub(crate) fn polled(&self, poll: &Poll, applied: Applied) {
        self.config.metrics.polled(poll, applied == Applied::NewEpoch);
        if let (Applied::NewEpoch, Some(l2)) = (applied, &self.l2) {
            l2.remember_epoch(&poll.epoch);
        }
    }

    /// Whether requests come.
    pub(crate) fn is_active(&self) -> bool {
        let requested = self.progress.requested.load(Ordering::SeqCst);
        requested > 0 && self.clock.now().saturating_sub(requested) < micros(tail::ACTIVE)
    }

    /// When what was filled at `from` gets too old: what was filled together does not end together.
    pub(crate) fn soft_end(&self, from: u64, max_age: u32) -> u64 {
        let age = u64::from(max_age) * 1_000_000;
        from + age - age / 10 + fastrand::u64(..=age / 5)
    }
}
