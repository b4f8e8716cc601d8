//! One `get_many`: first tier, then what others load already, then [`fill`](crate::fill).

use crate::{
    CacheError, Failing, Lookup, Route, Scope, Verdict, View,
    asked::Asked,
    cache::Core,
    entry::{Entry, Value},
    flight::{Boarded, Flight, Landed, Ticket},
    kind::Kind,
    metrics::OfType,
    mistake::Mistake,
    sampler::Drawn,
    summary::Summary,
};
use futures_util::{FutureExt, future::BoxFuture};
use std::{cell::Cell, fmt::Write, future::poll_fn, sync::Arc, time::Duration};

thread_local! {
    /// Where names are written: most are only looked up.
    static NAME: Cell<String> = const { Cell::new(String::new()) };
}

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
pub(crate) struct Want<'f> {
    /// Its number.
    pub(crate) key: usize,
    /// Its text in the first tier, and in flights.
    pub(crate) ticket: Ticket<'f>,
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

    /// Answers the keys; `None`: they are answered. In a box, so that a hit pays nothing for it.
    pub(crate) fn run<'b>(&'b mut self, asked: &'b mut dyn Asked) -> Option<BoxFuture<'b, Result<(), Stop>>> {
        match self.freshness() {
            Some(freshness) => self.answer(freshness, asked),
            None => Some(self.wait(asked).boxed()),
        }
    }

    /// What the reader must know, where nobody has to wait for it.
    fn freshness(&mut self) -> Option<Freshness> {
        let policy = self.kind.policy;
        self.summary.private |= policy.scope == Scope::Private;
        let nobody = policy.scope == Scope::Private && self.view.viewer().is_none();
        if policy.is_never() || nobody || self.view.bypasses() {
            return Some(Freshness::Bypassed);
        }
        let fence = self.view.verified(policy.mode, self.now)?;
        Some(Freshness::Verified { fence })
    }

    /// Makes sure of what the reader must know.
    async fn wait(&mut self, asked: &mut dyn Asked) -> Result<(), Stop> {
        let freshness = self.view.freshness(self.kind.policy).await;
        let now = self.core.clock.now();
        self.found.fence = Duration::from_micros(now - self.now);
        self.now = now;
        if matches!(freshness, Ok(Freshness::Unverified)) {
            self.core.config.metrics.unverified(self.core.progress.age(now));
        }
        match self.answer(freshness.map_err(Stop::Unverified)?, asked) {
            Some(answering) => answering.await,
            None => Ok(()),
        }
    }

    fn answer<'b>(
        &'b mut self,
        freshness: Freshness,
        asked: &'b mut dyn Asked,
    ) -> Option<BoxFuture<'b, Result<(), Stop>>> {
        let wants = self.look_all(asked, freshness);
        Some(match freshness {
            Freshness::Bypassed => self.bypass(asked).boxed(),
            _ if wants.is_empty() => return None,
            Freshness::Verified { fence } => self.resolve(wants, fence, asked).boxed(),
            Freshness::Unverified => self.unverified(wants, false, asked).boxed(),
            Freshness::Cold => self.unverified(wants, true, asked).boxed(),
        })
    }

    /// Serves what the first tier has; what is left.
    fn look_all(&mut self, asked: &dyn Asked, freshness: Freshness) -> Vec<Want<'a>> {
        let mut wants = Vec::new();
        if matches!(freshness, Freshness::Bypassed) {
            return wants;
        }
        self.looked = Some(self.core.flights.ended());
        let keys = asked.len();
        self.draw(keys, freshness);
        let mut name = NAME.take();
        for key in 0..keys {
            name.clear();
            name.push_str(self.kind.name);
            name.push(':');
            asked.write_key(key, &mut name);
            if self.kind.policy.scope == Scope::Private {
                write_owner(self.owner(), &mut name);
            }
            let entry = self.core.l1.get(&name).filter(|entry| (self.kind.holds)(entry));
            match self.look(entry, freshness) {
                Ok(entry) => {
                    if key == self.drawn.place {
                        self.drawn.served = Some((Arc::from(&*name), Arc::clone(&entry)));
                    }
                    if !entry.is_absent {
                        self.served.reserve(keys - key);
                        self.served.push((key, entry));
                    }
                }
                Err(left) => wants.push(Want { key, ticket: Ticket::new(&name), left }),
            }
        }
        NAME.set(name);
        wants
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
        match load(asked, 0..keys, Route::Primary).await {
            Ok(()) => Ok(()),
            Err(error) => Err(failed(asked, &*error)),
        }
    }

    /// Whose entries these are; 0 = everybody's.
    pub(crate) fn owner(&self) -> u64 {
        if self.kind.policy.scope == Scope::Private { self.view.viewer().unwrap_or(0) } else { 0 }
    }

    /// What the first tier has of a key, where it may be served: it is noted and counted then.
    fn look(&mut self, entry: Option<Arc<Entry>>, freshness: Freshness) -> Result<Arc<Entry>, Left> {
        let unverified = match freshness {
            Freshness::Verified { .. } => false,
            Freshness::Unverified => true,
            Freshness::Cold | Freshness::Bypassed => return Err(Left::default()),
        };
        let entry = entry.ok_or_else(Left::default)?;
        let old = match self.core.floors.judge(&entry.stamp, self.now) {
            Verdict::Usable if unverified || !entry.renews_early(self.now) => return Ok(self.hit(entry, unverified)),
            Verdict::Expired if unverified => return Ok(self.hit(entry, unverified)),
            Verdict::Usable | Verdict::Expired => Some(entry),
            Verdict::Over => None,
            Verdict::Superseded => {
                self.found.superseded += 1;
                return Err(Left { old: None, floor: self.core.floors.highest(&entry.stamp.tags), counted: true });
            }
        };
        self.found.expired += 1;
        Err(Left { old, floor: 0, counted: true })
    }

    fn hit(&mut self, entry: Arc<Entry>, unverified: bool) -> Arc<Entry> {
        self.found.l1 += 1;
        self.note(&entry, unverified);
        entry
    }

    async fn resolve(&mut self, mut wants: Vec<Want<'a>>, fence: u64, asked: &mut dyn Asked) -> Result<(), Stop> {
        for _ in 0..ROUNDS {
            let Boarded { started: mut mine, joined, ended } = self.core.flights.board(wants);
            if self.looked.take() != Some(ended) {
                self.take_filled_meanwhile(&mut mine);
            }
            if !mine.is_empty() {
                self.fill(mine, asked).await?;
            }
            if joined.is_empty() {
                return Ok(());
            }
            wants = self.join(joined, fence, asked).await?;
        }
        self.load(wants, asked).await
    }

    /// Waits for other readers' loads; what must go again.
    async fn join(
        &mut self,
        joined: Vec<(Want<'a>, Arc<Flight>)>,
        fence: u64,
        asked: &mut dyn Asked,
    ) -> Result<Vec<Want<'a>>, Stop> {
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
                        return Err(failed(asked, &*error));
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
    pub(crate) fn instead(&mut self, want: Want<'_>) -> bool {
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

/// Loads these keys; what it brings answers them.
pub(crate) async fn load(
    asked: &mut dyn Asked,
    mut keys: impl Iterator<Item = usize>,
    route: Route,
) -> Result<(), Arc<Value>> {
    asked.begin_load(&mut keys, route);
    poll_fn(|context| asked.poll_load(context)).await
}

/// The reader hears of the error of a load.
pub(crate) fn failed(asked: &mut dyn Asked, error: &Value) -> Stop {
    asked.fail(error);
    Stop::Load(())
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
