//! Filling: what no tier has is loaded, stamped, and kept.

use crate::{
    Failing, Mode, Route, Verdict,
    asked::Asked,
    batch::{Batch, Stop, Want, count, failed, load},
    entry::Value,
    flight::Landed,
    floors::Position,
    l2::L2,
    mistake::Mistake,
    stamping::Stamping,
};
use std::{sync::Arc, time::Duration};

/// An entry with more tags is not kept.
pub(crate) const MAX_TAGS: usize = 1_024;

impl<'a> Batch<'a> {
    /// Answers the keys that this batch has claimed.
    pub(crate) async fn fill(&mut self, mine: Vec<Want<'a>>, asked: &mut dyn Asked) -> Result<(), Stop> {
        let view = self.view;
        match view.second() {
            // Who has no second tier pays nothing for it.
            Some(l2) => Box::pin(self.fill_through(l2, mine, asked)).await,
            None => self.load(mine, asked).await,
        }
    }

    async fn fill_through(&mut self, l2: &L2, mut mine: Vec<Want<'a>>, asked: &mut dyn Asked) -> Result<(), Stop> {
        mine = self.take_from_l2(l2, mine).await;
        if mine.is_empty() || self.view.second().is_none() || !self.core.config.fill_lease {
            return self.load(mine, asked).await;
        }
        let (winners, losers) = self.agree(l2, mine, asked).await;
        self.load(winners, asked).await?;
        let left = self.wait_for_others(l2, losers).await;
        self.load(left, asked).await
    }

    /// Between the look at the first tier and the claim, another reader's flight may have landed.
    pub(crate) fn take_filled_meanwhile(&mut self, mine: &mut Vec<Want<'_>>) {
        let now = self.core.clock.now();
        mine.retain_mut(|want| {
            let entry = self.core.l1.get(&want.ticket.name);
            let usable = entry.filter(|entry| (self.kind.holds)(entry)).filter(|entry| {
                let renewed = want.left.old.as_ref().is_none_or(|old| entry.stamp.born > old.stamp.born);
                renewed && self.core.floors.judge(&entry.stamp, now) == Verdict::Usable
            });
            let Some(entry) = usable else { return true };
            self.found.joined += 1;
            want.ticket.land_with(&entry, 0);
            self.serve(want.key, entry, false);
            false
        });
    }

    /// Loads, stamps, keeps and serves. Also without claims.
    pub(crate) async fn load(&mut self, mut mine: Vec<Want<'_>>, asked: &mut dyn Asked) -> Result<(), Stop> {
        self.found.missed += count(mine.iter().filter(|want| !want.left.counted).count());
        let mut failed = None;
        let mut replicas = self.kind.policy.mode != Mode::Strict;
        while !mine.is_empty() {
            // Before the rows are read: the values then have every write below the as-of.
            let poll = self.core.progress.applied();
            let (route, position) = self.route(&mine, replicas, failed, asked);
            let born = self.core.clock.now();
            let loaded = load(asked, mine.iter().map(|want| want.key), route).await;
            let ended = self.core.clock.now();
            self.loaded(route, loaded.is_err(), born, ended);
            let late = self.core.mistakes.is(Mistake::AsOfAfterRead);
            let position = if late { self.core.floors.position() } else { position };
            match (loaded, route) {
                (Ok(()), _) => {
                    let expires = asked.expires();
                    let stamping = Stamping::new(self.core, self.kind, expires, position, (born, ended));
                    // What a replica could not know yet, the primary does.
                    self.keep(&mut mine, &stamping, poll, route, asked);
                    replicas = false;
                }
                (Err(_), Route::Replica(number)) => {
                    replicas = failed.is_none();
                    failed = Some(number);
                }
                (Err(error), Route::Primary) => return self.failed(mine, &error, asked),
            }
        }
        Ok(())
    }

    /// Who is asked, and how far that server is.
    fn route(&self, mine: &[Want<'_>], replicas: bool, but: Option<usize>, asked: &dyn Asked) -> (Route, Position) {
        let core = self.core;
        let mut position = core.floors.position();
        let Some(fleet) = core.fleet.as_ref().filter(|_| replicas) else { return (Route::Primary, position) };
        let mut tags = Vec::new();
        for want in mine {
            asked.key_tags(want.key, &mut tags);
        }
        let floors = mine.iter().map(|want| want.left.floor).max().unwrap_or(0);
        let needed = core.floors.highest(&tags).max(floors);
        let needed = if core.mistakes.is(Mistake::ReplicaUngated) { 0 } else { needed };
        match fleet.choose(&position, needed, but, core.clock.now()) {
            // It may be further than the log was read. What it knows from there on is in no floor yet, and what is looked
            // up through the cache beside the load (the next publication) is as old as the floors are.
            Ok((number, xmin)) if position.as_of.min(xmin) > needed => {
                if !core.mistakes.is(Mistake::ReplicaAsPrimary) {
                    position.as_of = position.as_of.min(xmin);
                }
                (Route::Replica(number), position)
            }
            chosen => {
                core.config.metrics.rejected(chosen.err().unwrap_or("behind"));
                (Route::Primary, position)
            }
        }
    }

    fn loaded(&self, route: Route, failed: bool, born: u64, ended: u64) {
        if let (Route::Replica(number), Some(fleet)) = (route, &self.core.fleet) {
            fleet.ended(number, failed, ended);
        }
        self.core.config.metrics.filled(
            self.kind.name,
            self.series,
            route,
            Duration::from_micros(ended.saturating_sub(born)),
        );
    }

    /// Stamps, keeps and serves; what a replica answered too old is left.
    fn keep(&mut self, mine: &mut Vec<Want<'_>>, stamping: &Stamping, poll: u64, route: Route, asked: &mut dyn Asked) {
        let unjudged = route == Route::Primary || self.core.mistakes.is(Mistake::ReplicaUngated);
        let mut tags = Vec::new();
        let mut kept = Vec::new();
        mine.retain_mut(|want| {
            let entry = asked.entry(want.key, stamping, &mut tags);
            let verdict = self.core.floors.judge(&entry.stamp, stamping.ended);
            if verdict == Verdict::Superseded && !unjudged {
                asked.take_back(want.key);
                return true;
            }
            let fits = entry.stamp.tags.len() <= MAX_TAGS && (self.kind.keeps_absence || !entry.is_absent);
            if verdict == Verdict::Usable && fits {
                self.core.l1.put(Arc::clone(&want.ticket.name), Arc::clone(&entry), (self.kind.weigh)(&entry.value));
                if self.core.l2.is_some() {
                    kept.push((Arc::clone(&want.ticket.name), Arc::clone(&entry)));
                }
            }
            want.ticket.land_with(&entry, poll);
            self.note(&entry, false);
            false
        });
        if let Some(l2) = &self.core.l2 {
            l2.write(self.kind, &stamping.position.name, self.owner(), kept);
        }
    }

    fn failed(&mut self, mine: Vec<Want<'_>>, error: &Arc<Value>, asked: &mut dyn Asked) -> Result<(), Stop> {
        let mut all_answered = true;
        for mut want in mine {
            want.ticket.land(|| Landed::Failed(Arc::clone(error)));
            all_answered &= self.instead(want);
        }
        if all_answered { Ok(()) } else { Err(failed(asked, &**error)) }
    }

    /// The log cannot be read: what the second tier holds, or a replica says, unproved.
    pub(crate) async fn unverified(
        &mut self,
        wants: Vec<Want<'_>>,
        cold: bool,
        asked: &mut dyn Asked,
    ) -> Result<(), Stop> {
        let left = self.take_unverified_from_l2(wants, cold).await;
        if left.is_empty() {
            return Ok(());
        }
        let failing = Stop::Unverified(Failing { age: self.core.progress.age(self.now) });
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
        if let Err(error) = load(asked, left.iter().map(|want| want.key), route).await {
            return Err(failed(asked, &*error));
        }
        self.note_unkept();
        Ok(())
    }
}
