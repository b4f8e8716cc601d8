//! One `get_many`: first tier, then what others load already, then [`fill`](crate::fill).

use crate::{
    CacheError, Cached, Failing, Lookup, Route, Scope, Verdict, View,
    cache::Core,
    entry::Entry,
    flight::{Boarding, Claim, Flight, Landed},
    mistake::Mistake,
    summary::Summary,
};
use std::{collections::HashMap, fmt::Write, hash::BuildHasher, sync::Arc, time::Duration};

/// So often a reader goes again because what it joined was superseded or given up; then it loads alone.
const ROUNDS: usize = 4;
/// A reader waits no longer for another's load.
const JOIN_TIMEOUT: Duration = Duration::from_secs(2);

/// What is known of the log for this batch.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Freshness {
    /// Everything acknowledged before the request, from the poll of this number.
    Verified { fence: u64 },
    /// What the last poll said.
    Unverified,
    /// Nothing ever was.
    Cold,
}

/// A key that the first tier could not answer.
pub(crate) struct Want<C: Cached> {
    pub(crate) key: C::Key,
    /// Its text in the first tier, and in flights.
    pub(crate) name: Arc<str>,
    /// Too old, but nothing newer was acknowledged when it was judged.
    pub(crate) old: Option<Arc<Entry<C::Value>>>,
    /// The highest floor of what an older value depended on.
    pub(crate) floor: u64,
    /// Counted already, as superseded or expired.
    pub(crate) counted: bool,
}

impl<C: Cached> Want<C> {
    fn new(key: C::Key, name: &str, old: Option<Arc<Entry<C::Value>>>, floor: u64, counted: bool) -> Self {
        Self { key, name: Arc::from(name), old, floor, counted }
    }
}

/// A key that this batch loads.
pub(crate) struct Mine<C: Cached> {
    pub(crate) want: Want<C>,
    pub(crate) claim: Option<Claim>,
}

pub(crate) struct Batch<'a, C: Cached, S> {
    pub(crate) view: &'a View,
    pub(crate) core: &'a Core,
    pub(crate) spec: &'a C,
    pub(crate) now: u64,
    pub(crate) found: Lookup,
    values: HashMap<C::Key, C::Value, S>,
    summary: Summary,
}

impl<'a, C: Cached, S: BuildHasher + Default + Send> Batch<'a, C, S> {
    pub(crate) fn new(view: &'a View, spec: &'a C, keys: usize) -> Self {
        let core = view.core();
        let values = HashMap::with_capacity_and_hasher(keys, S::default());
        Self { view, core, spec, now: core.clock.now(), found: Lookup::default(), values, summary: Summary::new() }
    }

    pub(crate) fn finish(self, failed: bool) -> (HashMap<C::Key, C::Value, S>, Lookup) {
        let noted = self.summary;
        self.view.note(|all| all.merge(noted));
        self.core.config.metrics.looked_up(C::NAME, &self.found, failed.into());
        (self.values, self.found)
    }

    pub(crate) async fn run<E, F, Fut>(&mut self, keys: Vec<C::Key>, load: &F) -> Result<(), CacheError<E>>
    where
        E: Clone + Send + Sync + 'static,
        F: Fn(Vec<C::Key>, Route) -> Fut + Send + Sync,
        Fut: Future<Output = Result<HashMap<C::Key, C::Value, S>, E>> + Send,
    {
        let policy = C::POLICY;
        self.summary.private |= policy.scope == Scope::Private;
        let nobody = policy.scope == Scope::Private && self.view.viewer().is_none();
        if policy.is_never() || nobody || self.view.bypasses() {
            return self.bypass(keys, load).await;
        }
        let freshness = self.view.freshness(policy).await;
        let now = self.core.clock.now();
        self.found.fence = Duration::from_micros(now - self.now);
        self.now = now;
        match freshness.map_err(CacheError::Unverified)? {
            Freshness::Verified { fence } => {
                let wants = self.take_from_l1(keys, false);
                if wants.is_empty() { Ok(()) } else { self.resolve(wants, fence, load).await }
            }
            Freshness::Unverified => {
                self.core.config.metrics.unverified(self.core.progress.age(now));
                let wants = self.take_from_l1(keys, true);
                if wants.is_empty() { Ok(()) } else { self.unverified(wants, false, load).await }
            }
            Freshness::Cold => {
                let wants = self.all(keys);
                self.unverified(wants, true, load).await
            }
        }
    }

    async fn bypass<E, F, Fut>(&mut self, keys: Vec<C::Key>, load: &F) -> Result<(), CacheError<E>>
    where
        F: Fn(Vec<C::Key>, Route) -> Fut,
        Fut: Future<Output = Result<HashMap<C::Key, C::Value, S>, E>> + Send,
    {
        self.summary.uncached = true;
        self.found.bypassed += count(keys.len());
        self.values = load(keys, Route::Primary).await.map_err(CacheError::Load)?;
        Ok(())
    }

    /// Serves what the first tier has; what is left.
    fn take_from_l1(&mut self, keys: Vec<C::Key>, unverified: bool) -> Vec<Want<C>> {
        let mut name = String::with_capacity(96);
        let mut wants = Vec::new();
        for key in keys {
            self.write_name(&key, &mut name);
            let Some(entry) = self.core.l1.get::<C::Value>(&name) else {
                wants.push(Want::new(key, &name, None, 0, false));
                continue;
            };
            match self.core.floors.judge(&entry.stamp, self.now) {
                Verdict::Usable if unverified || !entry.renews_early(self.now) => {
                    self.found.l1 += 1;
                    self.serve(key, &entry, unverified);
                }
                Verdict::Expired if unverified => {
                    self.found.l1 += 1;
                    self.serve(key, &entry, unverified);
                }
                Verdict::Usable | Verdict::Expired => {
                    self.found.expired += 1;
                    wants.push(Want::new(key, &name, Some(entry), 0, true));
                }
                Verdict::Over => {
                    self.found.expired += 1;
                    wants.push(Want::new(key, &name, None, 0, true));
                }
                Verdict::Superseded => {
                    self.found.superseded += 1;
                    let floor = self.core.floors.highest(&entry.stamp.tags);
                    wants.push(Want::new(key, &name, None, floor, true));
                }
            }
        }
        wants
    }

    fn all(&mut self, keys: Vec<C::Key>) -> Vec<Want<C>> {
        let mut name = String::with_capacity(96);
        keys.into_iter()
            .map(|key| {
                self.write_name(&key, &mut name);
                Want::new(key, &name, None, 0, false)
            })
            .collect()
    }

    /// `{type}:{key}`, and whose it is.
    fn write_name(&self, key: &C::Key, out: &mut String) {
        out.clear();
        out.push_str(C::NAME);
        out.push(':');
        self.spec.write_key(key, out);
        if C::POLICY.scope == Scope::Private {
            let _ = write!(out, ":v{:x}", self.owner());
        }
    }

    /// Whose entries these are; 0 = everybody's.
    pub(crate) fn owner(&self) -> u64 {
        if C::POLICY.scope == Scope::Private { self.view.viewer().unwrap_or(0) } else { 0 }
    }

    async fn resolve<E, F, Fut>(&mut self, mut wants: Vec<Want<C>>, fence: u64, load: &F) -> Result<(), CacheError<E>>
    where
        E: Clone + Send + Sync + 'static,
        F: Fn(Vec<C::Key>, Route) -> Fut + Send + Sync,
        Fut: Future<Output = Result<HashMap<C::Key, C::Value, S>, E>> + Send,
    {
        for _ in 0..ROUNDS {
            let boarded = self.core.flights.board(wants.iter().map(|want| &want.name));
            let mut mine = Vec::new();
            let mut joined = Vec::new();
            for (want, boarding) in wants.into_iter().zip(boarded) {
                match boarding {
                    Boarding::Started(claim) => mine.push(Mine { want, claim: Some(claim) }),
                    Boarding::Joined(flight) => joined.push((want, flight)),
                }
            }
            if !mine.is_empty() {
                self.fill(mine, load).await?;
            }
            wants = self.join(joined, fence).await?;
            if wants.is_empty() {
                return Ok(());
            }
        }
        let alone = wants.into_iter().map(|want| Mine { want, claim: None }).collect();
        self.load(alone, load).await
    }

    /// Waits for other readers' loads; what must go again.
    async fn join<E: Clone + Send + Sync + 'static>(
        &mut self,
        joined: Vec<(Want<C>, Arc<Flight>)>,
        fence: u64,
    ) -> Result<Vec<Want<C>>, CacheError<E>> {
        let mut again = Vec::new();
        for (want, flight) in joined {
            match tokio::time::timeout(JOIN_TIMEOUT, flight.land()).await.unwrap_or(Landed::Abandoned) {
                Landed::Entry { entry, began } => match entry.downcast::<Entry<C::Value>>() {
                    Ok(entry) if self.may_use(&entry, began, fence) => {
                        self.found.joined += 1;
                        self.serve(want.key, &entry, false);
                    }
                    _ => {
                        self.core.config.metrics.retried();
                        again.push(want);
                    }
                },
                Landed::Failed(error) => match error.downcast_ref::<E>() {
                    Some(error) => self.instead(want, error)?,
                    None => again.push(want),
                },
                Landed::Abandoned => again.push(want),
            }
        }
        Ok(again)
    }

    /// A load that began after this reader's fence has all that the reader must see; any other is judged.
    fn may_use(&self, entry: &Entry<C::Value>, began: u64, fence: u64) -> bool {
        if self.core.mistakes.is(Mistake::JoinerUnchecked) {
            return true;
        }
        let now = self.core.clock.now();
        began >= fence || self.core.floors.judge(&entry.stamp, now) == Verdict::Usable
    }

    /// The load failed: what is too old but was not superseded stands in.
    pub(crate) fn instead<E: Clone>(&mut self, want: Want<C>, error: &E) -> Result<(), CacheError<E>> {
        let now = self.core.clock.now();
        let old = want
            .old
            .filter(|old| matches!(self.core.floors.judge(&old.stamp, now), Verdict::Usable | Verdict::Expired));
        let Some(old) = old else { return Err(CacheError::Load(error.clone())) };
        if now >= old.stamp.soft {
            self.summary.stale = true;
            self.found.stale += 1;
        }
        self.serve(want.key, &old, false);
        Ok(())
    }

    pub(crate) fn serve(&mut self, key: C::Key, entry: &Entry<C::Value>, unverified: bool) {
        self.summary.note(&entry.stamp);
        if unverified {
            self.summary.unverified = true;
            self.found.unverified += 1;
        }
        match &entry.value {
            Some(value) => {
                self.values.insert(key, value.clone());
            }
            None => {
                // Whoever keeps the whole could not tell when it comes to be.
                self.summary.uncached |= !C::KEEPS_ABSENCE;
                self.found.negative += 1;
            }
        }
    }

    /// Serves what a load brought that is kept nowhere.
    pub(crate) fn serve_unkept(&mut self, loaded: HashMap<C::Key, C::Value, S>) {
        self.summary.unverified = true;
        self.summary.uncached = true;
        self.values.extend(loaded);
    }
}

pub(crate) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl View {
    async fn freshness(&self, policy: crate::Policy) -> Result<Freshness, Failing> {
        let failing = match self.verify(policy.mode).await {
            Ok(fence) => return Ok(Freshness::Verified { fence }),
            Err(failing) => failing,
        };
        match failing.age {
            Some(age) if age <= Duration::from_secs(policy.stale_if_error.into()) => Ok(Freshness::Unverified),
            None if policy.unverified_start => Ok(Freshness::Cold),
            _ => Err(failing),
        }
    }
}
