use crate::{
    CacheError, Cached, Failing, Lookup, Mode, Route, Summary, Watermark, asked::Typed, batch::Batch, cache::Core,
    kind::Kind, l2::L2, mistake::Mistake,
};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    hash::BuildHasher,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

/// What a request may do with the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Read and fill it.
    ReadWrite,
    /// As `ReadWrite`, but nobody keeps the answer as a whole: what it depends on is not noted.
    Rows,
    /// Neither: a mutation reads the primary, and what it reads inside its transaction is nobody else's.
    Bypass,
}

/// What one request reads through. Clones are the same request.
#[derive(Clone)]
pub struct View {
    inner: Arc<Inner>,
}

struct Inner {
    core: Arc<Core>,
    viewer: Option<u64>,
    usage: Use,
    /// The first poll that begins after this request.
    wanted: OnceLock<u64>,
    /// Poll that satisfied a STRICT, a BOUNDED read of this request; 0 = none yet.
    strict: AtomicU64,
    bounded: AtomicU64,
    waited: AtomicU64,
    /// The second tier did not answer this request once: it waits for it no more, or each of its batches would.
    second_lost: AtomicBool,
    summary: Mutex<Summary>,
}

impl View {
    pub(crate) fn new(core: Arc<Core>, viewer: Option<u64>, usage: Use) -> Self {
        core.progress.request(core.clock.now());
        let inner = Inner {
            core,
            viewer,
            usage,
            wanted: OnceLock::new(),
            strict: AtomicU64::new(0),
            bounded: AtomicU64::new(0),
            waited: AtomicU64::new(0),
            second_lost: AtomicBool::new(false),
            summary: Mutex::new(Summary::of(usage)),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The values of `keys`, of which those that do not exist are absent. What no tier has is loaded with one call of
    /// `load`, unless another reader loads it already.
    ///
    /// # Errors
    /// [`CacheError::Load`] where a load fails and nothing can stand in; [`CacheError::Unverified`] where the log cannot
    /// be read and the type's policy allows nothing without it.
    pub async fn get_many<C, E, F, Fut, S>(
        &self,
        spec: &C,
        keys: Vec<C::Key>,
        load: F,
    ) -> (Result<HashMap<C::Key, C::Value, S>, CacheError<E>>, Lookup)
    where
        C: Cached,
        E: Clone + Send + Sync + 'static,
        F: Fn(Vec<C::Key>, Route) -> Fut + Send,
        Fut: Future<Output = Result<HashMap<C::Key, C::Value, S>, E>> + Send,
        S: BuildHasher + Default + Send,
    {
        let mut batch = Batch::new(self, Kind::of::<C>());
        let mut typed = Typed::new(spec, load, keys);
        let stopped = match batch.run(&mut typed) {
            Some(running) => running.await,
            None => Ok(()),
        };
        let sample = typed.sample(batch.kind, batch.drawn.take());
        let (served, found) = batch.finish(stopped.is_err());
        if let Some((sample, reread)) = sample {
            sample.compare(&self.inner.core, reread);
        }
        (typed.finish(served, stopped), found)
    }

    /// Makes sure that this request knows of every write that was acknowledged before it began, as `mode` does it.
    ///
    /// # Errors
    /// The log cannot be read.
    pub async fn fence(&self, mode: Mode) -> Result<(), Failing> {
        self.verify(mode).await.map(|_| ())
    }

    /// What was read until now.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = self.inner.summary.lock().clone();
        summary.tidy();
        summary.fence = Duration::from_micros(self.inner.waited.load(Ordering::Relaxed));
        summary
    }

    /// Up to where the log was applied. What is read through the cache from now on is no older than that.
    #[must_use]
    pub fn watermark(&self) -> Watermark {
        self.inner.core.floors.watermark()
    }

    /// Says that the answer holds what the cache does not know of.
    pub fn note_uncached(&self) {
        self.inner.summary.lock().uncached = true;
    }

    /// Whether nothing that this request reads comes from the cache, or is kept.
    #[must_use]
    pub fn bypasses(&self) -> bool {
        self.inner.usage == Use::Bypass
    }

    pub(crate) fn core(&self) -> &Core {
        &self.inner.core
    }

    /// The second tier, as long as it has answered each question of this request.
    pub(crate) fn second(&self) -> Option<&Arc<L2>> {
        self.inner.core.l2.as_ref().filter(|_| !self.inner.second_lost.load(Ordering::Relaxed))
    }

    pub(crate) fn lose_second(&self) {
        self.inner.second_lost.store(true, Ordering::Relaxed);
    }

    pub(crate) fn viewer(&self) -> Option<u64> {
        self.inner.viewer
    }

    pub(crate) fn usage(&self) -> Use {
        self.inner.usage
    }

    pub(crate) fn note(&self, note: impl FnOnce(&mut Summary)) {
        note(&mut self.inner.summary.lock());
    }

    /// Like [`fence`](Self::fence); the number of the poll that satisfied it.
    pub(crate) async fn verify(&self, mode: Mode) -> Result<u64, Failing> {
        match self.verified(mode, self.inner.core.clock.now()) {
            Some(known) => Ok(known),
            None => self.wait(mode).await,
        }
    }

    /// The number of the poll that satisfies it without a wait.
    pub(crate) fn verified(&self, mode: Mode, now: u64) -> Option<u64> {
        let core = &*self.inner.core;
        if core.mistakes.is(Mistake::DeleteAfterCommit) {
            return Some(core.progress.applied());
        }
        let mut known = self.inner.strict.load(Ordering::Acquire);
        if known == 0 && mode == Mode::Bounded {
            known = self.inner.bounded.load(Ordering::Acquire);
            if known == 0 && core.progress.holds_lease(now, core.config.delta) {
                known = core.progress.applied();
                self.inner.bounded.store(known, Ordering::Release);
            }
        }
        (known > 0).then_some(known)
    }

    async fn wait(&self, mode: Mode) -> Result<u64, Failing> {
        let core = &*self.inner.core;
        let began = core.clock.now();
        let timeout = core.config.fence_timeout;
        let waited = if mode == Mode::Strict {
            let wanted = *self.inner.wanted.get_or_init(|| {
                let started = core.progress.started();
                let joins = core.mistakes.is(Mistake::FenceJoined) && started > core.progress.applied();
                if joins { started } else { started + 1 }
            });
            core.progress.wait(&core.clock, timeout, wanted, |progress| progress.applied() >= wanted).await
        } else if core.mistakes.is(Mistake::LeaseUnchecked) {
            core.progress.wait(&core.clock, timeout, 1, |progress| progress.applied() > 0).await
        } else {
            let delta = core.config.delta;
            core.progress.wait(&core.clock, timeout, 1, |progress| progress.holds_lease(core.clock.now(), delta)).await
        };
        let spent = core.clock.now().saturating_sub(began);
        self.inner.waited.fetch_add(spent, Ordering::Relaxed);
        core.config.metrics.waited(Duration::from_micros(spent));
        waited?;
        let known = core.progress.applied();
        let slot = if mode == Mode::Strict { &self.inner.strict } else { &self.inner.bounded };
        slot.store(known, Ordering::Release);
        Ok(known)
    }
}

impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View").field("viewer", &self.inner.viewer.is_some()).finish_non_exhaustive()
    }
}
