//! When what a channel shows changes by itself: its next product is published, and nothing is written then.
use crate::loaders::Source;
use chrono::{DateTime, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use get_size2::GetSize as _;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};
use tradewind_cache::{CacheError, Cached, Policy, Tag, View, Watermark};
use tradewind_loader::Loaded;
use tradewind_persistence::{
    DbError,
    read::publication::{MOST_PUBLICATIONS, next_publications},
};
use uuid::Uuid;

/// So often a load looks for what another reader did not load just now.
const LOOKS: usize = 3;

/// When products are published, the next one first.
type Moments = Arc<[DateTime<Utc>]>;

/// The next publication in the channel of one request. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Boundary(Arc<Mutex<Known>>);

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    next: Option<SystemTime>,
    /// Up to where the log was applied before the look; `None`: nobody has looked.
    watermark: Option<Watermark>,
}

impl Boundary {
    /// Asks for it, through the cache: whoever writes a listing touches the channel's tag. `None`: it is known.
    ///
    /// Before each load, and after the load has taken its as-of. A product that is scheduled later than this look is
    /// then above that as-of, and so are the tags of the values that it will be seen in; one that was scheduled before
    /// is in the answer. No as-of is above the log's watermark: while that stands still, the last look will do.
    pub(crate) fn learn<'a>(
        &'a self,
        source: &'a Source,
        view: &'a View,
    ) -> Option<BoxFuture<'a, Result<(), DbError>>> {
        let watermark = view.watermark();
        (self.known().watermark != Some(watermark)).then(|| self.look_from(watermark, source, view).boxed())
    }

    async fn look_from(&self, watermark: Watermark, source: &Source, view: &View) -> Result<(), DbError> {
        // What another reader loaded is as new as this request's beginning, which is not enough: it is judged the next time.
        for _ in 0..LOOKS {
            let (Some(moments), is_joined) = look(source, view).await? else { break };
            if !is_joined {
                let next = first_after(source.scope.now, &moments);
                self.note(Known { next, watermark: Some(watermark) });
                return Ok(());
            }
        }
        // What cannot be proved is not kept.
        self.note(Known { next: Some(source.scope.now.into()), watermark: Some(watermark) });
        Ok(())
    }

    fn known(&self) -> Known {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Loads look beside each other: one that began earlier may end later.
    fn note(&self, new: Known) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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

/// The channel's next publications, and whether another reader loaded them. `None`: nothing can be proved of them.
async fn look(source: &Source, view: &View) -> Result<(Option<Moments>, bool), DbError> {
    let channel = source.scope.channel_id;
    let load = |_: Vec<Uuid>, _| async move {
        let moments = next_publications(&source.db, channel, source.scope.now).await?;
        Ok(Loaded::from_iter([(channel, moments.into_iter().map(|row| row.at).collect::<Vec<_>>().into())]))
    };
    let (found, lookup) = view.get_many(&NextPublications, vec![channel], load).await;
    let mut found: Loaded<Uuid, Moments> = match found {
        Ok(found) => found,
        Err(CacheError::Load(cause)) => return Err(cause),
        Err(_) => return Ok((None, false)),
    };
    Ok((Some(found.remove(&channel).unwrap_or_default()), lookup.joined > 0))
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
        let boundary = Boundary::default();
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
}
