//! One load per key at a time. Whoever comes second waits for it, and judges what it brought.

use crate::{
    batch::Want,
    entry::{Entry, Value},
};
use parking_lot::Mutex;
use std::{
    collections::{HashMap, hash_map},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::Notify;

/// How a flight ended.
#[derive(Clone)]
pub(crate) enum Landed {
    /// With an entry. `began`: the number of the last poll applied before its load began; 0 = it was found in a tier.
    Entry { entry: Arc<Entry>, began: u64 },
    /// With an error of the load.
    Failed(Arc<Value>),
    /// Its starter is gone.
    Abandoned,
}

#[derive(Default)]
pub(crate) struct Flight {
    landed: OnceLock<Landed>,
    notify: Notify,
}

impl Flight {
    pub(crate) async fn land(&self) -> Landed {
        loop {
            let notified = self.notify.notified();
            if let Some(landed) = self.landed.get() {
                return landed.clone();
            }
            notified.await;
        }
    }
}

/// A load under way: nobody has joined it yet, or whoever did waits here.
type Flying = Option<Arc<Flight>>;

#[derive(Default)]
pub(crate) struct Flights {
    flying: Mutex<HashMap<Arc<str>, Flying, foldhash::fast::RandomState>>,
    /// How many have ended.
    ended: AtomicU64,
}

/// The name of a key, and the starter's end of its flight. Dropped before it lands, those who joined go again.
pub(crate) struct Ticket<'f> {
    pub(crate) name: Arc<str>,
    /// `None`: it has started none, or that has landed.
    started: Option<&'f Flights>,
}

/// What became of asking for flights.
pub(crate) struct Boarded<'f> {
    pub(crate) started: Vec<Want<'f>>,
    pub(crate) joined: Vec<(Want<'f>, Arc<Flight>)>,
    /// How many flights had ended by then.
    pub(crate) ended: u64,
}

impl Flights {
    /// For each key: starts a flight, or joins the one under way.
    pub(crate) fn board<'f>(&'f self, wants: Vec<Want<'f>>) -> Boarded<'f> {
        let mut joined = Vec::new();
        let mut flying = self.flying.lock();
        let board = |mut want: Want<'f>| match flying.entry(Arc::clone(&want.ticket.name)) {
            hash_map::Entry::Vacant(place) => {
                place.insert(None);
                want.ticket.started = Some(self);
                Some(want)
            }
            hash_map::Entry::Occupied(mut flight) => {
                joined.push((want, Arc::clone(flight.get_mut().get_or_insert_default())));
                None
            }
        };
        let started = wants.into_iter().filter_map(board).collect();
        Boarded { started, joined, ended: self.ended.load(Ordering::Relaxed) }
    }

    /// How many have ended: as long as it stays the same, no flight has filled a tier.
    pub(crate) fn ended(&self) -> u64 {
        self.ended.load(Ordering::Acquire)
    }

    /// Gone from the map before anybody hears of it: who goes again starts a flight of its own.
    fn end(&self, key: &str, landed: impl FnOnce() -> Landed) {
        let joined = {
            let mut flying = self.flying.lock();
            self.ended.fetch_add(1, Ordering::Release);
            flying.remove(key).flatten()
        };
        if let Some(flight) = joined {
            flight.landed.set(landed()).ok();
            flight.notify.notify_waiters();
        }
    }
}

impl Ticket<'_> {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: Arc::from(name), started: None }
    }

    /// Ends the flight, if it has started one. `landed` is asked for where somebody has joined.
    pub(crate) fn land(&mut self, landed: impl FnOnce() -> Landed) {
        if let Some(flights) = self.started.take() {
            flights.end(&self.name, landed);
        }
    }

    /// With an entry; `began` as in [`Landed::Entry`].
    pub(crate) fn land_with(&mut self, entry: &Arc<Entry>, began: u64) {
        self.land(|| Landed::Entry { entry: Arc::clone(entry), began });
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.land(|| Landed::Abandoned);
    }
}
