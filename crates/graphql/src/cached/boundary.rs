//! When what a channel shows changes by itself: its next product is published, and nothing is written then.
use crate::loaders::Source;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use get_size2::GetSize as _;
use parking_lot::{Mutex, RwLock};
use std::{collections::HashMap, sync::Arc, time::SystemTime};
use tradewind_cache::{CacheError, Cached, Lookup, Policy, Tag, View, Watermark};
use tradewind_loader::Loaded;
use tradewind_persistence::{
    DbError,
    read::{
        Scope,
        publication::{MOST_PUBLICATIONS, next_publications},
    },
};
use uuid::Uuid;

/// So often a load looks for what another reader did not load just now.
const LOOKS: usize = 3;

/// A look does for requests that began this much earlier or later: no request lasts so long, and no clock that serves the
/// same shop should be so wrong.
const SLACK: TimeDelta = TimeDelta::minutes(1);

/// When products are published, the next one first.
type Moments = Arc<[DateTime<Utc>]>;

/// The last look of any request, by channel: many requests read between two polls of the log.
#[derive(Debug, Default)]
pub(crate) struct Looks(RwLock<HashMap<Uuid, Look>>);

#[derive(Clone, Debug)]
struct Look {
    moments: Moments,
    /// Up to where the log was applied before.
    watermark: Watermark,
    at: DateTime<Utc>,
}

impl Looks {
    /// The channel's next publication at `now`, where a look says it that will do.
    fn next(&self, channel: Uuid, watermark: Watermark, now: DateTime<Utc>) -> Option<Option<SystemTime>> {
        let looks = self.0.read();
        let look = looks.get(&channel).filter(|look| look.watermark == watermark)?;
        let is_young = (now - look.at).abs() <= SLACK;
        is_young.then(|| first_after(now, &look.moments)).filter(|next| *next != Some(now.into()))
    }

    fn note(&self, channel: Uuid, look: Look) {
        self.0.write().insert(channel, look);
    }
}

/// The next publication in the channel of one request. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Boundary(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    known: Mutex<Known>,
    looks: Arc<Looks>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    next: Option<SystemTime>,
    /// Up to where the log was applied before the look; `None`: nobody has looked.
    watermark: Option<Watermark>,
}

impl Boundary {
    pub(crate) fn new(looks: &Arc<Looks>) -> Self {
        Self(Arc::new(Inner { known: Mutex::default(), looks: Arc::clone(looks) }))
    }

    /// Asks for it, through the cache: whoever writes a listing touches the channel's tag. `None`: it is known, or nobody
    /// keeps what is loaded.
    ///
    /// Before each load, and after the load has taken its as-of. A product that is scheduled later than this look is
    /// then above that as-of, and so are the tags of the values that it will be seen in; one that was scheduled before
    /// is in the answer. No as-of is above the log's watermark: while that stands still, the last look will do, also
    /// that of another request.
    pub(crate) fn learn<'a>(
        &'a self,
        source: &'a Source,
        view: &'a View,
    ) -> Option<BoxFuture<'a, Result<(), DbError>>> {
        let watermark = view.watermark();
        if view.bypasses() || self.known().watermark == Some(watermark) {
            return None;
        }
        let (channel, now) = (source.scope.channel_id, source.scope.now);
        match self.0.looks.next(channel, watermark, now) {
            Some(next) => {
                self.note(Known { next, watermark: Some(watermark) });
                None
            }
            None => Some(self.look_from(watermark, source, view).boxed()),
        }
    }

    async fn look_from(&self, watermark: Watermark, source: &Source, view: &View) -> Result<(), DbError> {
        let Scope { channel_id: channel, now, .. } = source.scope;
        // What another reader loaded is as new as this request's beginning, which is not enough: it is judged the next time.
        for _ in 0..LOOKS {
            let (Some(moments), found) = look(source, view).await? else { break };
            if found.joined == 0 {
                self.note(Known { next: first_after(now, &moments), watermark: Some(watermark) });
                if found.unverified == 0 && found.bypassed == 0 {
                    self.0.looks.note(channel, Look { moments, watermark, at: now });
                }
                return Ok(());
            }
        }
        // What cannot be proved is not kept.
        self.note(Known { next: Some(now.into()), watermark: Some(watermark) });
        Ok(())
    }

    fn known(&self) -> Known {
        *self.0.known.lock()
    }

    /// Loads look beside each other: one that began earlier may end later.
    fn note(&self, new: Known) {
        let mut known = self.0.known.lock();
        let is_older =
            |old: Watermark| new.watermark.is_some_and(|new| new.epoch == old.epoch && new.as_of < old.as_of);
        if !known.watermark.is_some_and(is_older) {
            *known = new;
        }
    }

    /// For `until: publication`.
    pub(crate) fn publication(&self) -> Option<SystemTime> {
        self.known().next
    }
}

/// The channel's next publications, and where they were found. `None`: nothing can be proved of them.
async fn look(source: &Source, view: &View) -> Result<(Option<Moments>, Lookup), DbError> {
    let channel = source.scope.channel_id;
    let load = |_: Vec<Uuid>, _| async move {
        let moments = next_publications(&source.db, channel, source.scope.now - SLACK).await?;
        Ok(Loaded::from_iter([(channel, moments.into_iter().map(|row| row.at).collect::<Vec<_>>().into())]))
    };
    let (found, lookup) = view.get_many(&NextPublications, vec![channel], load).await;
    let mut found: Loaded<Uuid, Moments> = match found {
        Ok(found) => found,
        Err(CacheError::Load(cause)) => return Err(cause),
        Err(_) => return Ok((None, lookup)),
    };
    Ok((Some(found.remove(&channel).unwrap_or_default()), lookup))
}

fn first_after(now: DateTime<Utc>, moments: &[DateTime<Utc>]) -> Option<SystemTime> {
    match moments.iter().find(|moment| **moment > now) {
        Some(next) => Some((*next).into()),
        None if moments.len() < MOST_PUBLICATIONS => None,
        // There may be more, which nobody has read.
        None => Some(now.into()),
    }
}

/// Never compared with the primary: moments that have passed since are still in what is kept.
struct NextPublications;

impl Cached for NextPublications {
    const NAME: &'static str = "nextPublications";
    const POLICY: Policy = crate::policy::CATALOG.policy();
    const SHAPE: &'static str = super::SHAPE;
    type Key = Uuid;
    type Value = Moments;

    fn write_key(&self, channel: &Uuid, out: &mut String) {
        out.push_str(channel.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    }

    fn key_tags(&self, channel: &Uuid, tags: &mut Vec<Tag>) {
        super::Tags::new(tags).listings(*channel);
    }

    fn value_tags(&self, _: &Uuid, _: &Self::Value, _: &mut Vec<Tag>) {}

    fn weight(moments: &Self::Value) -> usize {
        moments.get_heap_size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_that_began_earlier_takes_nothing_back() {
        let boundary = Boundary::new(&Arc::default());
        let look = |second, epoch, as_of| {
            let next = DateTime::from_timestamp(second, 0).map(SystemTime::from);
            boundary.note(Known { next, watermark: Some(Watermark { epoch, as_of }) });
            boundary.publication().map(DateTime::<Utc>::from).map(|time| time.timestamp())
        };
        assert_eq!(look(1, 1, 10), Some(1));
        assert_eq!(look(2, 1, 11), Some(2));
        assert_eq!(look(1, 1, 10), Some(2), "an older one");
        assert_eq!(look(3, 1, 11), Some(3), "as new");
        assert_eq!(look(4, 2, 5), Some(4), "of another history");
    }

    #[test]
    fn a_look_does_for_other_requests_while_the_log_stands_still() {
        let time = |second| DateTime::from_timestamp(second, 0).expect("a time");
        let (looks, channel, known) = (Looks::default(), Uuid::from_u128(1), Watermark { epoch: 1, as_of: 10 });
        let look = |moments: &[i64]| {
            let moments = moments.iter().map(|second| time(*second)).collect();
            looks.note(channel, Look { moments, watermark: known, at: time(1_000) });
        };
        let next = |second| looks.next(channel, known, time(second)).map(|next| next.map(|next| next.into()));
        assert_eq!(next(1_000), None, "nobody has looked");
        look(&[]);
        assert_eq!(next(1_000), Some(None));
        look(&[990, 1_010]);
        assert_eq!(
            [940, 980, 1_000, 1_060].map(next),
            [Some(Some(time(990))), Some(Some(time(990))), Some(Some(time(1_010))), Some(None)]
        );
        assert_eq!((next(939), next(1_061)), (None, None), "too far from it");
        for other in [Watermark { as_of: 11, ..known }, Watermark { epoch: 2, ..known }] {
            assert_eq!(looks.next(channel, other, time(1_000)), None);
        }
        assert_eq!(looks.next(Uuid::from_u128(2), known, time(1_000)), None);
        look(&(0..256).collect::<Vec<_>>());
        assert_eq!(next(1_000), None, "there may be more");
    }
}
