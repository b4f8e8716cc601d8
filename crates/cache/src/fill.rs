//! Filling: what no tier has is loaded, stamped, and kept.

use crate::{
    CacheError, Cached, Failing, Route, Stamp, Tag, Verdict,
    batch::{Batch, Mine, Want, count},
    clock::micros,
    entry::Entry,
    flight::Landed,
    floors::Position,
    mistake::Mistake,
};
use std::{collections::HashMap, hash::BuildHasher, sync::Arc, time::Duration};

/// An entry with more tags is not kept.
pub(crate) const MAX_TAGS: usize = 1_024;

impl<C: Cached, S: BuildHasher + Default + Send> Batch<'_, C, S> {
    /// Answers the keys that this batch has claimed.
    pub(crate) async fn fill<E, F, Fut>(&mut self, mine: Vec<Mine<C>>, load: &F) -> Result<(), CacheError<E>>
    where
        E: Clone + Send + Sync + 'static,
        F: Fn(Vec<C::Key>, Route) -> Fut + Send + Sync,
        Fut: Future<Output = Result<HashMap<C::Key, C::Value, S>, E>> + Send,
    {
        let mine = self.filled_meanwhile(mine);
        if mine.is_empty() { Ok(()) } else { self.load(mine, load).await }
    }

    /// Between the look at the first tier and the claim, another reader's flight may have landed.
    fn filled_meanwhile(&mut self, mine: Vec<Mine<C>>) -> Vec<Mine<C>> {
        let now = self.core.clock.now();
        let mut left = Vec::with_capacity(mine.len());
        for mut one in mine {
            let entry = self.core.l1.get::<C::Value>(&one.want.name);
            let usable = entry.filter(|entry| {
                let renewed = one.want.old.as_ref().is_none_or(|old| entry.stamp.born > old.stamp.born);
                renewed && self.core.floors.judge(&entry.stamp, now) == Verdict::Usable
            });
            match usable {
                Some(entry) => {
                    self.found.joined += 1;
                    land(one.claim.take(), &entry, 0);
                    self.serve(one.want.key, &entry, false);
                }
                None => left.push(one),
            }
        }
        left
    }

    /// Loads, stamps, keeps and serves. Also without claims.
    pub(crate) async fn load<E, F, Fut>(&mut self, mine: Vec<Mine<C>>, load: &F) -> Result<(), CacheError<E>>
    where
        E: Clone + Send + Sync + 'static,
        F: Fn(Vec<C::Key>, Route) -> Fut + Send + Sync,
        Fut: Future<Output = Result<HashMap<C::Key, C::Value, S>, E>> + Send,
    {
        let keys: Vec<C::Key> = mine.iter().map(|one| one.want.key.clone()).collect();
        // Before the rows are read: the values then have every write below the as-of.
        let poll = self.core.progress.applied();
        let position = self.core.floors.position();
        let born = self.core.clock.now();
        let loaded = load(keys, Route::Primary).await;
        let ended = self.core.clock.now();
        let position =
            if self.core.mistakes.is(Mistake::AsOfAfterRead) { self.core.floors.position() } else { position };
        match loaded {
            Ok(values) => {
                let stamping = Stamping::new(self, position, born, ended);
                self.keep(mine, values, &stamping, poll);
                Ok(())
            }
            Err(error) => self.failed(mine, &error),
        }
    }

    fn keep(&mut self, mine: Vec<Mine<C>>, mut values: HashMap<C::Key, C::Value, S>, stamping: &Stamping, poll: u64) {
        let mut tags = Vec::new();
        for Mine { want, claim } in mine {
            let value = values.remove(&want.key);
            let entry = Arc::new(stamping.entry(self.spec, &want.key, value, &mut tags));
            let fits = entry.stamp.tags.len() <= MAX_TAGS && (C::KEEPS_ABSENCE || entry.value.is_some());
            if fits && self.core.floors.judge(&entry.stamp, stamping.ended) == Verdict::Usable {
                self.core.l1.put(want.name, Arc::clone(&entry), entry.value.as_ref().map_or(0, C::weight));
            }
            land(claim, &entry, poll);
            self.serve(want.key, &entry, false);
        }
    }

    fn failed<E: Clone + Send + Sync + 'static>(&mut self, mine: Vec<Mine<C>>, error: &E) -> Result<(), CacheError<E>> {
        let shared: Arc<dyn std::any::Any + Send + Sync> = Arc::new(error.clone());
        let mut result = Ok(());
        for Mine { want, claim } in mine {
            if let Some(claim) = claim {
                claim.land(Landed::Failed(Arc::clone(&shared)));
            }
            result = result.and(self.instead(want, error));
        }
        result
    }

    /// The log cannot be read: what a replica says, unproved.
    pub(crate) async fn unverified<E, F, Fut>(&mut self, wants: Vec<Want<C>>, _load: &F) -> Result<(), CacheError<E>>
    where
        F: Fn(Vec<C::Key>, Route) -> Fut + Send + Sync,
        Fut: Future<Output = Result<HashMap<C::Key, C::Value, S>, E>> + Send,
    {
        self.found.unverified += count(wants.len());
        Err(CacheError::Unverified(Failing { age: self.core.progress.age(self.now) }))
    }
}

/// What the entries of one load have in common.
struct Stamping {
    position: Position,
    born: u64,
    ended: u64,
    soft: u64,
    hard: u64,
}

impl Stamping {
    fn new<C: Cached, S>(batch: &Batch<'_, C, S>, position: Position, born: u64, ended: u64) -> Self {
        let policy = C::POLICY;
        let boundary = batch.spec.expires().map_or(u64::MAX, |time| batch.core.clock.of_calendar(time));
        let soft = batch.core.soft_end(born, policy.max_age);
        let hard = soft + micros(Duration::from_secs(policy.stale_if_error.into()));
        Self { position, born, ended, soft: soft.min(boundary), hard: hard.min(boundary) }
    }

    fn entry<C: Cached>(
        &self,
        spec: &C,
        key: &C::Key,
        value: Option<C::Value>,
        tags: &mut Vec<Tag>,
    ) -> Entry<C::Value> {
        tags.clear();
        spec.key_tags(key, tags);
        if let Some(value) = &value {
            spec.value_tags(key, value, tags);
        }
        tags.sort_unstable();
        tags.dedup();
        let (epoch, as_of) = (self.position.epoch, self.position.as_of);
        let stamp = Stamp::new(epoch, as_of, self.born, self.soft, self.hard, tags.as_slice().into());
        Entry { stamp, cost: u32::try_from(self.ended - self.born).unwrap_or(u32::MAX), value }
    }
}

fn land<V: Send + Sync + 'static>(claim: Option<crate::flight::Claim>, entry: &Arc<Entry<V>>, began: u64) {
    if let Some(claim) = claim {
        claim.land(Landed::Entry { entry: Arc::clone(entry) as _, began });
    }
}
