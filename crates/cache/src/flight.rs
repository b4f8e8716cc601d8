//! One load per key at a time. Whoever comes second waits for it, and judges what it brought.

use crate::entry::{Entry, Value};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
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

/// The starter's end of a flight. Dropped before it lands, those who joined go again.
pub(crate) struct Claim<'f> {
    flights: &'f Flights,
    /// `None`: it has landed.
    key: Option<Arc<str>>,
}

/// What became of asking for a flight.
pub(crate) enum Boarding<'f> {
    Started(Claim<'f>),
    Joined(Arc<Flight>),
}

/// Of asking for some.
pub(crate) struct Boarded<'f> {
    pub(crate) boardings: Vec<Boarding<'f>>,
    /// How many flights had ended by then.
    pub(crate) ended: u64,
}

impl Flights {
    /// For each key: starts a flight, or joins the one under way.
    pub(crate) fn board<'a>(&self, keys: impl Iterator<Item = &'a Arc<str>>) -> Boarded<'_> {
        let mut flying = self.flying.lock();
        let board = |key: &Arc<str>| match flying.get_mut(key) {
            Some(flight) => Boarding::Joined(Arc::clone(flight.get_or_insert_default())),
            None => {
                flying.insert(Arc::clone(key), None);
                Boarding::Started(Claim { flights: self, key: Some(Arc::clone(key)) })
            }
        };
        let boardings = keys.map(board).collect();
        Boarded { boardings, ended: self.ended.load(Ordering::Relaxed) }
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

impl Claim<'_> {
    /// `landed` is asked for where somebody has joined.
    pub(crate) fn land(mut self, landed: impl FnOnce() -> Landed) {
        self.end(landed);
    }

    fn end(&mut self, landed: impl FnOnce() -> Landed) {
        if let Some(key) = self.key.take() {
            self.flights.end(&key, landed);
        }
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.end(|| Landed::Abandoned);
    }
}
