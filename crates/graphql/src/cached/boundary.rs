//! When what a channel shows changes by itself: its next product is published, and nothing is written then.
use crate::loaders::Source;
use chrono::{DateTime, Utc};
use get_size2::GetSize as _;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::SystemTime,
};
use tradewind_cache::{CacheError, Cached, Policy, Tag, View};
use tradewind_loader::Loaded;
use tradewind_persistence::{
    DbError,
    read::publication::{MOST_PUBLICATIONS, next_publications},
};
use uuid::Uuid;

const NONE: i64 = i64::MAX;

/// The next publication in the channel of one request, in microseconds since 1970. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Boundary(Arc<AtomicI64>);

impl Default for Boundary {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(NONE)))
    }
}

impl Boundary {
    /// Asks for it, through the cache: whoever writes a listing touches the channel's tag.
    ///
    /// Before each load, and after the load has taken its as-of. A product that is scheduled later than this look is
    /// then above that as-of, and so are the tags of the values that it will be seen in; one that was scheduled before
    /// is in the answer.
    pub(crate) async fn learn(&self, source: &Source, view: &View) -> Result<(), DbError> {
        let channel = source.scope.channel_id;
        let load = |_: Vec<Uuid>, _| async move {
            let moments = next_publications(&source.db, channel, source.scope.now).await?;
            Ok(Loaded::from_iter([(channel, moments.into_iter().map(|row| row.at).collect::<Vec<_>>().into())]))
        };
        let (found, _) = view.get_many(&NextPublications, vec![channel], load).await;
        let mut found: Loaded<Uuid, Arc<[DateTime<Utc>]>> = match found {
            Ok(found) => found,
            Err(CacheError::Load(cause)) => return Err(cause),
            // What cannot be proved is not kept either.
            Err(_) => Loaded::default(),
        };
        let moments = found.remove(&channel).unwrap_or_default();
        let next = moments.iter().find(|moment| **moment > source.scope.now);
        self.0.store(
            match next {
                Some(next) => next.timestamp_micros(),
                None if moments.len() < MOST_PUBLICATIONS => NONE,
                // There may be more, which nobody has read.
                None => source.scope.now.timestamp_micros(),
            },
            Ordering::Relaxed,
        );
        Ok(())
    }

    /// For `until: publication`.
    pub(crate) fn publication(&self) -> Option<SystemTime> {
        let micros = self.0.load(Ordering::Relaxed);
        (micros != NONE).then(|| DateTime::from_timestamp_micros(micros).map(SystemTime::from)).flatten()
    }
}

/// Never compared with the primary: moments that have passed since are still in what is kept.
struct NextPublications;

impl Cached for NextPublications {
    const NAME: &'static str = "nextPublications";
    const POLICY: Policy = crate::policy::CATALOG.policy();
    const SHAPE: &'static str = super::SHAPE;
    type Key = Uuid;
    type Value = Arc<[DateTime<Utc>]>;

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
