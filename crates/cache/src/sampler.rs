//! Compares a few of the answers that a tier gave with what the primary says: whether a write has escaped the log.
//!
//! After Meta's Polaris (<https://engineering.fb.com/2022/06/08/core-infra/cache-made-consistent/>). The promise holds as
//! long as each write leaves its tags in the log; what bypasses the triggers shows only here.

use crate::{
    batch::{Batch, Freshness},
    cache::Core,
    entry::Entry,
    kind::{Encoded, Kind},
};
use futures_util::future::BoxFuture;
use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// A comparison that takes longer has none.
const TIMEOUT: Duration = Duration::from_secs(15);

/// What a key has on the primary, without the cache; an absent value is `None`. Lives on after the request.
pub type Reread<V> = BoxFuture<'static, Result<Option<V>, Box<dyn Error + Send + Sync>>>;

/// The same, encoded, to be compared byte by byte.
pub(crate) type RereadBytes = Reread<Encoded>;

/// Which answers are compared, and whether one is just now.
pub(crate) struct Sampler {
    /// Keys per comparison; infinite = none is compared.
    spacing: f64,
    busy: AtomicBool,
}

/// The key of a batch that is compared if a tier answers it.
pub(crate) struct Drawn {
    /// Its number; `usize::MAX` = none.
    pub(crate) place: usize,
    /// Its name, and the entry that was served.
    pub(crate) served: Option<(Arc<str>, Arc<Entry>)>,
}

/// An answer of a tier.
pub(crate) struct Sample {
    pub(crate) kind: &'static Kind,
    pub(crate) name: Arc<str>,
    pub(crate) entry: Arc<Entry>,
}

/// The one comparison that may be under way.
struct Turn(Arc<Core>);

impl Sampler {
    /// Compares this share (0 to 1) of the answers.
    pub(crate) fn new(share: f64) -> Self {
        let spacing = if share > 0.0 { share.min(1.0).recip() } else { f64::INFINITY };
        Self { spacing, busy: AtomicBool::new(false) }
    }

    /// The place of the key to compare, of so many keys: each is as likely. Mostly one random number per batch.
    pub(crate) fn draw(&self, keys: usize) -> Option<usize> {
        let is_drawn = self.spacing.is_finite() && fastrand::f64() * self.spacing < keys as f64;
        is_drawn.then(|| fastrand::usize(..keys))
    }
}

impl Drawn {
    pub(crate) const fn none() -> Self {
        Self { place: usize::MAX, served: None }
    }

    pub(crate) const fn take(&mut self) -> Self {
        std::mem::replace(self, Self::none())
    }
}

impl Batch<'_> {
    /// Draws what is compared of so many keys. What is served without proof is not: it is allowed to be old.
    pub(crate) fn draw(&mut self, keys: usize, freshness: Freshness) {
        if matches!(freshness, Freshness::Verified { .. })
            && let Some(place) = self.core.sampler.draw(keys)
        {
            self.drawn.place = place;
        }
    }
}

impl Turn {
    fn take(core: &Arc<Core>) -> Option<Self> {
        (!core.sampler.busy.swap(true, Ordering::Acquire)).then(|| Self(Arc::clone(core)))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.sampler.busy.store(false, Ordering::Release);
    }
}

impl Sample {
    /// Compares in the background, unless another comparison is under way: nobody waits for it.
    pub(crate) fn compare(self, core: &Arc<Core>, reread: RereadBytes) {
        let Some(turn) = Turn::take(core) else { return };
        tokio::spawn(async move {
            match tokio::time::timeout(TIMEOUT, reread).await {
                Ok(Ok(found)) => self.judge(&turn.0, found).await,
                Ok(Err(error)) => tracing::debug!(r#type = self.kind.name, %error, "a sample was not read again"),
                Err(_) => tracing::debug!(r#type = self.kind.name, "a sample was not read again in time"),
            }
        });
    }

    async fn judge(&self, core: &Core, found: Option<Encoded>) {
        let metrics = &core.config.metrics;
        metrics.sampled(self.kind.name);
        let served = if self.entry.is_absent { None } else { (self.kind.encode)(&self.entry.value) };
        if served == found {
            return;
        }
        let why = self.why(core).await;
        metrics.mismatched(why);
        if why == "escaped" {
            let key = if self.kind.key_is_plain { &*self.name } else { self.kind.name };
            tracing::error!(
                r#type = self.kind.name,
                key,
                "a cached value is not what the database has, and no write of it is in the log: something writes \
                 without the triggers. The entry is dropped; `SELECT cache_log_bulk(KIND)` drops all of a kind everywhere"
            );
            core.forget(self.kind, &self.name).await;
        }
    }

    /// Why the values differ. A poll that begins now sees each write that the primary has just shown.
    async fn why(&self, core: &Core) -> &'static str {
        let wanted = core.progress.started() + 1;
        let enough = |progress: &crate::progress::Progress| progress.applied() >= wanted;
        match core.progress.wait(&core.clock, core.config.fence_timeout, wanted, enough).await {
            Err(_) => "unjudged",
            Ok(()) if core.floors.is_above(&self.entry.stamp) => "escaped",
            Ok(()) => "superseded",
        }
    }
}

impl Core {
    /// Drops an entry from both tiers.
    async fn forget(&self, kind: &Kind, name: &str) {
        self.l1.remove(name);
        let position = self.floors.position();
        if let Some(l2) = self.l2.as_ref().filter(|_| !position.name.is_empty()) {
            l2.delete(vec![l2.key(kind, &position.name, name)]).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_of_a_batch_is_as_likely() {
        fastrand::seed(3);
        let sampler = Sampler::new(0.01);
        let mut places = [0_u32; 20];
        for _ in 0..100_000 {
            if let Some(place) = sampler.draw(places.len()) {
                places[place] += 1;
            }
        }
        // 1,000 are expected of each; five standard deviations.
        assert!(places.iter().all(|count| count.abs_diff(1_000) < 160), "{places:?}");
    }

    #[test]
    fn none_or_the_first_of_each_batch() {
        let next = |sampler: &Sampler| (0..100).map(|_| sampler.draw(1)).collect::<Vec<_>>();
        assert!(next(&Sampler::new(0.0)).iter().all(Option::is_none));
        assert!(next(&Sampler::new(1.0)).iter().all(|place| *place == Some(0)));
        assert_eq!(Sampler::new(1.0).draw(0), None);
    }
}
