//! One `get_many`: first tier, then what others load already, then [`fill`](crate::fill).

use crate::{
    CacheError, Failing, Lookup, Route, Scope, Verdict, View,
    asked::Asked,
    cache::Core,
    entry::Entry,
    flight::{Boarded, Boarding, Claim, Flight, Landed},
    kind::Kind,
    metrics::OfType,
    mistake::Mistake,
    sampler::Drawn,
    summary::Summary,
};
use futures_util::{FutureExt, future::BoxFuture};
use std::{fmt::Write, sync::Arc, time::Duration};

/// So often a reader goes again because what it joined was superseded or given up; then it loads alone.
const ROUNDS: usize = 4;
/// A reader waits no longer for another's load.
const JOIN_TIMEOUT: Duration = Duration::from_secs(2);

/// Why a batch ends without values; the error of a load lies with [`Asked`].
pub(crate) type Stop = CacheError<()>;

/// What is known of the log for this batch.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Freshness {
    /// Everything acknowledged before the request, from the poll of this number.
    Verified { fence: u64 },
    /// What the last poll said.
    Unverified,
    /// Nothing ever was.
    Cold,
    /// The cache is not used.
    Bypassed,
}

/// A key that the first tier could not answer.
pub(crate) struct Want {
    /// Its number.
    pub(crate) key: usize,
    /// Its text in the first tier, and in flights.
    pub(crate) name: Arc<str>,
    pub(crate) left: Left,
}

/// What the tiers said of a key that they could not answer.
#[derive(Default)]
pub(crate) struct Left {
    /// Too old, but nothing newer was acknowledged when it was judged.
    pub(crate) old: Option<Arc<Entry>>,
    /// The highest floor of what an older value depended on.
    pub(crate) floor: u64,
    /// Counted already, as superseded or expired.
    pub(crate) counted: bool,
}

/// A key that this batch loads.
pub(crate) struct Mine<'f> {
    pub(crate) want: Want,
    pub(crate) claim: Option<Claim<'f>>,
}

pub(crate) struct Batch<'a> {
    pub(crate) view: &'a View,
    pub(crate) core: &'a Core,
    pub(crate) kind: &'static Kind,
    pub(crate) now: u64,
    /// How many flights had ended when it looked at the first tier; `None`: that is too long ago.
    pub(crate) looked: Option<u64>,
    pub(crate) found: Lookup,
    pub(crate) series: Option<&'a OfType>,
    /// What answers the keys of [`Asked`].
    served: Vec<(usize, Arc<Entry>)>,
    summary: Summary,
    pub(crate) drawn: Drawn,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(view: &'a View, kind: &'static Kind) -> Self {
        let core = view.core();
        let (found, summary) = (Lookup::default(), Summary::of(view.usage()));
        let (now, looked) = (core.clock.now(), None);
        let series = core.config.metrics.of(kind.name);
        Self { view, core, kind, now, looked, found, series, served: Vec::new(), summary, drawn: Drawn::none() }
    }

    /// Makes sure of what the reader must know.
    pub(crate) async fn begin(&mut self) -> Result<Freshness, Failing> {
        let policy = self.kind.policy;
        self.summary.private |= policy.scope == Scope::Private;
        let nobody = policy.scope == Scope::Private && self.view.viewer().is_none();
        if policy.is_never() || nobody || self.view.bypasses() {
            return Ok(Freshness::Bypassed);
        }
        if let Some(fence) = self.view.verified(policy.mode, self.now) {
            return Ok(Freshness::Verified { fence });
        }
        let freshness = self.view.freshness(policy).await;
        let now = self.core.clock.now();
        self.found.fence = Duration::from_micros(now - self.now);
        self.now = now;
        if matches!(freshness, Ok(Freshness::Unverified)) {
            self.core.config.metrics.unverified(self.core.progress.age(now));
        }
        freshness
    }

    /// Answers what the first tier did not; `None`: it answered all. In a box, so that a hit pays nothing for it.
    pub(crate) fn go_on<'b>(
        &'b mut self,
        freshness: Freshness,
        wants: Vec<Want>,
        asked: &'b mut dyn Asked,
    ) -> Option<BoxFuture<'b, Result<(), Stop>>> {
        Some(match freshness {
            Freshness::Bypassed => self.bypass(asked).boxed(),
            _ if wants.is_empty() => return None,
            Freshness::Verified { fence } => self.resolve(wants, fence, asked).boxed(),
            Freshness::Unverified => self.unverified(wants, false, asked).boxed(),
            Freshness::Cold => self.unverified(wants, true, asked).boxed(),
        })
    }

    /// Tells the view and the metrics what was read; what answers the keys of [`Asked`].
    pub(crate) fn finish(self, failed: bool) -> (Vec<(usize, Arc<Entry>)>, Lookup) {
        let noted = self.summary;
        self.view.note(|all| all.merge(noted));
        self.core.config.metrics.looked_up(self.kind.name, self.series, &self.found, failed.into());
        (self.served, self.found)
    }

    async fn bypass(&mut self, asked: &mut dyn Asked) -> Result<(), Stop> {
        let keys = asked.len();
        self.summary.uncached = true;
        self.found.bypassed += count(keys);
        if let Err(error) = asked.load((0..keys).collect(), Route::Primary).await {
            asked.fail(&*error);
            return Err(Stop::Load(()));
        }
        Ok(())
    }

    /// The end of a name where the type is private.
    pub(crate) fn write_owner(&self, name: &mut String) {
        write_owner(self.owner(), name);
    }

    /// Whose entries these are; 0 = everybody's.
    pub(crate) fn owner(&self) -> u64 {
        if self.kind.policy.scope == Scope::Private { self.view.viewer().unwrap_or(0) } else { 0 }
    }

    /// What to do with what the first tier has of a key; `None`: serve it, it is noted and counted.
    pub(crate) fn look(&mut self, entry: Option<&Arc<Entry>>, freshness: Freshness) -> Option<Left> {
        let unverified = match freshness {
            Freshness::Verified { .. } => false,
            Freshness::Unverified => true,
            Freshness::Cold | Freshness::Bypassed => return Some(Left::default()),
        };
        let Some(entry) = entry else { return Some(Left::default()) };
        match self.core.floors.judge(&entry.stamp, self.now) {
            Verdict::Usable if unverified || !entry.renews_early(self.now) => {}
            Verdict::Expired if unverified => {}
            Verdict::Usable | Verdict::Expired => {
                self.found.expired += 1;
                return Some(Left { old: Some(Arc::clone(entry)), floor: 0, counted: true });
            }
            Verdict::Over => {
                self.found.expired += 1;
                return Some(Left { old: None, floor: 0, counted: true });
            }
            Verdict::Superseded => {
                self.found.superseded += 1;
                let floor = self.core.floors.highest(&entry.stamp.tags);
                return Some(Left { old: None, floor, counted: true });
            }
        }
        self.found.l1 += 1;
        self.note(entry, unverified);
        None
    }

    async fn resolve(&mut self, mut wants: Vec<Want>, fence: u64, asked: &mut dyn Asked) -> Result<(), Stop> {
        for _ in 0..ROUNDS {
            let Boarded { boardings, ended } = self.core.flights.board(wants.iter().map(|want| &want.name));
            let mut mine = Vec::with_capacity(wants.len());
            let mut joined = Vec::new();
            for (want, boarding) in wants.into_iter().zip(boardings) {
                match boarding {
                    Boarding::Started(claim) => mine.push(Mine { want, claim: Some(claim) }),
                    Boarding::Joined(flight) => joined.push((want, flight)),
                }
            }
            if self.looked.take() != Some(ended) {
                self.take_filled_meanwhile(&mut mine);
            }
            if !mine.is_empty() {
                self.fill(mine, asked).await?;
            }
            wants = self.join(joined, fence, asked).await?;
            if wants.is_empty() {
                return Ok(());
            }
        }
        let alone = wants.into_iter().map(|want| Mine { want, claim: None }).collect();
        self.load(alone, asked).await
    }

    /// Waits for other readers' loads; what must go again.
    async fn join(
        &mut self,
        joined: Vec<(Want, Arc<Flight>)>,
        fence: u64,
        asked: &mut dyn Asked,
    ) -> Result<Vec<Want>, Stop> {
        let mut again = Vec::new();
        for (want, flight) in joined {
            match tokio::time::timeout(JOIN_TIMEOUT, flight.land()).await.unwrap_or(Landed::Abandoned) {
                Landed::Entry { entry, began } => {
                    if (self.kind.holds)(&entry) && self.may_use(&entry, began, fence) {
                        self.found.joined += 1;
                        self.serve(want.key, entry, false);
                    } else {
                        self.core.config.metrics.retried();
                        again.push(want);
                    }
                }
                Landed::Failed(error) if asked.hears(&*error) => {
                    if !self.instead(want) {
                        asked.fail(&*error);
                        return Err(Stop::Load(()));
                    }
                }
                Landed::Failed(_) | Landed::Abandoned => again.push(want),
            }
        }
        Ok(again)
    }

    /// A load that began after this reader's fence has all that the reader must see; any other is judged.
    fn may_use(&self, entry: &Entry, began: u64, fence: u64) -> bool {
        if self.core.mistakes.is(Mistake::JoinerUnchecked) {
            return true;
        }
        let now = self.core.clock.now();
        began >= fence || self.core.floors.judge(&entry.stamp, now) == Verdict::Usable
    }

    /// The load failed: whether what is too old but was not superseded stands in.
    pub(crate) fn instead(&mut self, want: Want) -> bool {
        let now = self.core.clock.now();
        let old = want
            .left
            .old
            .filter(|old| matches!(self.core.floors.judge(&old.stamp, now), Verdict::Usable | Verdict::Expired));
        let Some(old) = old else { return false };
        if now >= old.stamp.soft {
            self.summary.stale = true;
            self.found.stale += 1;
        }
        self.serve(want.key, old, false);
        true
    }

    /// Answers a key with what was found, not loaded: that is with [`Asked`] already.
    pub(crate) fn serve(&mut self, key: usize, entry: Arc<Entry>, unverified: bool) {
        self.note(&entry, unverified);
        if !entry.is_absent {
            self.served.push((key, entry));
        }
    }

    pub(crate) fn note(&mut self, entry: &Entry, unverified: bool) {
        self.summary.note(&entry.stamp);
        if unverified {
            self.summary.unverified = true;
            self.found.unverified += 1;
        }
        if entry.is_absent {
            // Whoever keeps the whole could not tell when it comes to be.
            self.summary.uncached |= !self.kind.keeps_absence;
            self.found.negative += 1;
        }
    }

    /// What a load brought is kept nowhere.
    pub(crate) fn note_unkept(&mut self) {
        self.summary.unverified = true;
        self.summary.uncached = true;
    }
}

/// The end of the name of an entry that is one viewer's.
pub(crate) fn write_owner(owner: u64, name: &mut String) {
    let _ = write!(name, ":v{owner:x}");
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
