//! What a batch does with the second tier.

use crate::{
    Verdict,
    asked::Asked,
    batch::{Batch, Left, Want},
    entry::Entry,
    floors::Position,
    l2::{L2, LOSER_WAITS},
};
use bytes::Bytes;
use std::sync::Arc;

impl Batch<'_> {
    /// Serves what the second tier has; what is left.
    pub(crate) async fn take_from_l2<'f>(&mut self, l2: &L2, mine: Vec<Want<'f>>) -> Vec<Want<'f>> {
        // Before the read: if the history changes meanwhile, the stamps belong to the old one.
        let position = self.core.floors.position();
        if mine.is_empty() || position.name.is_empty() {
            return mine;
        }
        let keys = mine.iter().map(|one| l2.key(self.kind, &position.name, &one.ticket.name)).collect();
        let Some(found) = l2.read(keys).await else {
            self.view.lose_second();
            return mine;
        };
        let now = self.core.clock.now();
        let mut left = Vec::new();
        for (mut one, bytes) in mine.into_iter().zip(found) {
            match bytes.and_then(|bytes| self.judge_found(l2, &bytes, &position, now, &mut one.left)) {
                Some(entry) => {
                    let bytes = (self.kind.weigh)(&entry.value);
                    self.core.l1.put(Arc::clone(&one.ticket.name), Arc::clone(&entry), bytes);
                    self.found.l2 += 1;
                    if one.key == self.drawn.place {
                        self.drawn.served = Some((Arc::clone(&one.ticket.name), Arc::clone(&entry)));
                    }
                    one.ticket.land_with(&entry, 0);
                    self.serve(one.key, entry, false);
                }
                None => left.push(one),
            }
        }
        left
    }

    /// A usable entry. What is not is counted, and noted where it may stand in or tells how far a load must be.
    fn judge_found(
        &mut self,
        l2: &L2,
        bytes: &Bytes,
        position: &Position,
        now: u64,
        left: &mut Left,
    ) -> Option<Arc<Entry>> {
        let Ok(found) = l2.open(bytes, position, self.owner()) else {
            self.core.config.metrics.denied();
            return None;
        };
        let found = found?;
        let verdict = self.core.floors.judge(&found.stamp, now);
        let counted = std::mem::replace(&mut left.counted, true);
        match verdict {
            Verdict::Usable => {
                let entry = l2.decode(self.kind, found);
                let early = entry.as_ref().is_some_and(|entry| entry.renews_early(now));
                if early || left.old.as_ref().is_some_and(|old| now < old.stamp.soft) {
                    // This reader was chosen to renew it.
                    left.old = left.old.take().or(entry);
                    self.found.expired += u32::from(!counted);
                    return None;
                }
                left.counted = counted || entry.is_none();
                entry
            }
            Verdict::Expired => {
                self.found.expired += u32::from(!counted);
                left.old = left.old.take().or_else(|| l2.decode(self.kind, found));
                None
            }
            Verdict::Over => {
                self.found.expired += u32::from(!counted);
                None
            }
            Verdict::Superseded => {
                self.found.superseded += u32::from(!counted);
                left.floor = left.floor.max(self.core.floors.highest(&found.stamp.tags));
                None
            }
        }
    }

    /// Who loads what all instances miss: those that this one does, and those that another does.
    pub(crate) async fn agree<'f>(
        &self,
        l2: &L2,
        mine: Vec<Want<'f>>,
        asked: &mut dyn Asked,
    ) -> (Vec<Want<'f>>, Vec<Want<'f>>) {
        let position = self.core.floors.position();
        let mut tags = Vec::new();
        let (mut winners, mut others, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for one in mine {
            tags.clear();
            asked.key_tags(one.key, &mut tags);
            let floor = self.core.floors.highest(&tags).max(one.left.floor);
            if floor >= position.as_of {
                // A transaction older than the last change is open: what is loaded now, nobody else may use.
                winners.push(one);
            } else {
                // Per version: who held it for an older one keeps nobody from loading the next.
                keys.push(format!("{}:lease:{floor:x}", l2.key(self.kind, &position.name, &one.ticket.name)));
                others.push(one);
            }
        }
        if others.is_empty() {
            return (winners, Vec::new());
        }
        let Some(won) = l2.lease(keys).await else {
            self.view.lose_second();
            winners.append(&mut others);
            return (winners, others);
        };
        let mut losers = Vec::new();
        for (one, won) in others.into_iter().zip(won) {
            if won { winners.push(one) } else { losers.push(one) }
        }
        (winners, losers)
    }

    /// Waits for what another instance loads; what it did not bring in time.
    pub(crate) async fn wait_for_others<'f>(&mut self, l2: &L2, mut losers: Vec<Want<'f>>) -> Vec<Want<'f>> {
        for wait in LOSER_WAITS {
            if losers.is_empty() || self.view.second().is_none() {
                break;
            }
            tokio::time::sleep(wait).await;
            losers = self.take_from_l2(l2, losers).await;
        }
        losers
    }

    /// Serves what the second tier has although nobody can tell whether it is the newest; what is left.
    pub(crate) async fn take_unverified_from_l2<'f>(&mut self, wants: Vec<Want<'f>>, cold: bool) -> Vec<Want<'f>> {
        let Some(l2) = self.view.second() else { return wants };
        let mut position = self.core.floors.position();
        if cold {
            let Some(name) = l2.remembered_epoch().await else { return wants };
            position.name = name;
        }
        let keys = wants.iter().map(|want| l2.key(self.kind, &position.name, &want.ticket.name)).collect();
        let Some(found) = l2.read(keys).await else {
            self.view.lose_second();
            return wants;
        };
        let now = self.core.clock.now();
        let mut left = Vec::new();
        for (want, bytes) in wants.into_iter().zip(found) {
            let entry = bytes.and_then(|bytes| {
                let found = l2.open(&bytes, &position, self.owner()).ok()??;
                let young = now < found.stamp.hard;
                let known =
                    cold || matches!(self.core.floors.judge(&found.stamp, now), Verdict::Usable | Verdict::Expired);
                if young && known { l2.decode(self.kind, found) } else { None }
            });
            match entry {
                Some(entry) => {
                    self.found.l2 += 1;
                    self.serve(want.key, entry, true);
                }
                None => left.push(want),
            }
        }
        left
    }
}
