//! Filling: what no tier has is loaded, stamped, and kept.

use crate::{
    CacheError, Cached, Failing, Mode, Route, Stamp, Tag, Verdict,
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
        let mut mine = self.filled_meanwhile(mine);
        let core = self.core;
        let Some(l2) = &core.l2 else { return self.load(mine, load).await };
        mine = self.take_from_l2(l2, mine).await;
        if mine.is_empty() || !core.config.fill_lease {
            return self.load(mine, load).await;
        }
        let (winners, losers) = self.agree(l2, mine).await;
        self.load(winners, load).await?;
        let left = self.wait_for_others(l2, losers).await;
        self.load(left, load).await
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
    pub(crate) async fn load<E, F, Fut>(&mut self, mut mine: Vec<Mine<C>>, load: &F) -> Result<(), CacheError<E>>
    where
        E: Clone + Send + Sync + 'static,
        F: Fn(Vec<C::Key>, Route) -> Fut + Send + Sync,
        Fut: Future<Output = Result<HashMap<C::Key, C::Value, S>, E>> + Send,
    {
        self.found.missed += count(mine.iter().filter(|one| !one.want.counted).count());
        let mut failed = None;
        let mut replicas = C::POLICY.mode != Mode::Strict;
        while !mine.is_empty() {
            let keys: Vec<C::Key> = mine.iter().map(|one| one.want.key.clone()).collect();
            // Before the rows are read: the values then have every write below the as-of.
            let poll = self.core.progress.applied();
            let (route, position) = self.route(&mine, replicas, failed);
            let born = self.core.clock.now();
            let loaded = load(keys, route).await;
            let ended = self.core.clock.now();
            self.loaded(route, loaded.is_err(), born, ended);
            let late = self.core.mistakes.is(Mistake::AsOfAfterRead);
            let position = if late { self.core.floors.position() } else { position };
            match (loaded, route) {
                (Ok(values), _) => {
                    let stamping = Stamping::new(self, position, born, ended);
                    // What a replica could not know yet, the primary does.
                    mine = self.keep(mine, values, &stamping, poll, route);
                    replicas = false;
                }
                (Err(_), Route::Replica(number)) => {
                    replicas = failed.is_none();
                    failed = Some(number);
                }
                (Err(error), Route::Primary) => return self.failed(mine, &error),
            }
        }
        Ok(())
    }

    /// Who is asked, and how far that server is.
    fn route(&self, mine: &[Mine<C>], replicas: bool, but: Option<usize>) -> (Route, Position) {
        let core = self.core;
        let mut position = core.floors.position();
        let Some(fleet) = core.fleet.as_ref().filter(|_| replicas) else { return (Route::Primary, position) };
        let mut tags = Vec::new();
        for one in mine {
            self.spec.key_tags(&one.want.key, &mut tags);
        }
        let floors = mine.iter().map(|one| one.want.floor).max().unwrap_or(0);
        let needed = core.floors.highest(&tags).max(floors);
        let needed = if core.mistakes.is(Mistake::ReplicaUngated) { 0 } else { needed };
        match fleet.choose(&position, needed, but, core.clock.now()) {
            Ok((number, xmin)) => {
                if !core.mistakes.is(Mistake::ReplicaAsPrimary) {
                    position.as_of = xmin;
                }
                (Route::Replica(number), position)
            }
            Err(why) => {
                core.config.metrics.rejected(why);
                (Route::Primary, position)
            }
        }
    }

    fn loaded(&self, route: Route, failed: bool, born: u64, ended: u64) {
        let source = match route {
            Route::Primary => "primary",
            Route::Replica(number) => {
                if let Some(fleet) = &self.core.fleet {
                    fleet.ended(number, failed, ended);
                }
                "replica"
            }
        };
        self.core.config.metrics.filled(C::NAME, source, Duration::from_micros(ended.saturating_sub(born)));
    }

    /// Stamps, keeps and serves; what a replica answered too old is left.
    fn keep(
        &mut self,
        mine: Vec<Mine<C>>,
        mut values: HashMap<C::Key, C::Value, S>,
        stamping: &Stamping,
        poll: u64,
        route: Route,
    ) -> Vec<Mine<C>> {
        let unjudged = route == Route::Primary || self.core.mistakes.is(Mistake::ReplicaUngated);
        let mut tags = Vec::new();
        let mut left = Vec::new();
        let mut kept = Vec::new();
        for Mine { want, claim } in mine {
            let value = values.remove(&want.key);
            let entry = Arc::new(stamping.entry(self.spec, &want.key, value, &mut tags));
            let verdict = self.core.floors.judge(&entry.stamp, stamping.ended);
            if verdict == Verdict::Superseded && !unjudged {
                left.push(Mine { want, claim });
                continue;
            }
            let fits = entry.stamp.tags.len() <= MAX_TAGS && (C::KEEPS_ABSENCE || entry.value.is_some());
            if verdict == Verdict::Usable && fits {
                self.core.l1.put(Arc::clone(&want.name), Arc::clone(&entry), entry.value.as_ref().map_or(0, C::weight));
                kept.push((want.name, Arc::clone(&entry)));
            }
            land(claim, &entry, poll);
            self.serve(want.key, &entry, false);
        }
        if let Some(l2) = &self.core.l2 {
            l2.write::<C>(&stamping.position.name, self.owner(), kept);
        }
        left
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

    /// The log cannot be read: what the second tier holds, or a replica says, unproved.
    pub(crate) async fn unverified<E, F, Fut>(
        &mut self,
        wants: Vec<Want<C>>,
        cold: bool,
        load: &F,
    ) -> Result<(), CacheError<E>>
    where
        F: Fn(Vec<C::Key>, Route) -> Fut + Send + Sync,
        Fut: Future<Output = Result<HashMap<C::Key, C::Value, S>, E>> + Send,
    {
        let left = self.take_unverified_from_l2(wants, cold).await;
        if left.is_empty() {
            return Ok(());
        }
        let failing = CacheError::Unverified(Failing { age: self.core.progress.age(self.now) });
        let position = self.core.floors.position();
        let replica = self.core.fleet.as_ref().and_then(|fleet| fleet.choose(&position, 0, None, self.now).ok());
        let route = match replica {
            Some((number, _)) => Route::Replica(number),
            // Nothing was ever proved here: the primary's own word is the best there is.
            None if cold => Route::Primary,
            // A log that cannot be read must not send every read to the primary.
            None => return Err(failing),
        };
        self.found.unverified += count(left.len());
        let values = load(left.into_iter().map(|want| want.key).collect(), route).await.map_err(CacheError::Load)?;
        self.serve_unkept(values);
        Ok(())
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

pub(crate) fn land<V: Send + Sync + 'static>(claim: Option<crate::flight::Claim>, entry: &Arc<Entry<V>>, began: u64) {
    if let Some(claim) = claim {
        claim.land(Landed::Entry { entry: Arc::clone(entry) as _, began });
    }
}
