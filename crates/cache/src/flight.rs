//! One load per key at a time. Whoever comes second waits for it, and judges what it brought.

use crate::entry::{Entry, Value};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
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

#[derive(Default)]
pub(crate) struct Flights {
    flying: Mutex<HashMap<Arc<str>, Arc<Flight>, foldhash::fast::RandomState>>,
}

/// The starter's end of a flight. Dropped before it lands, those who joined go again.
pub(crate) struct Claim {
    flights: Arc<Flights>,
    key: Arc<str>,
    flight: Arc<Flight>,
}

/// What became of asking for a flight.
pub(crate) enum Boarding {
    Started(Claim),
    Joined(Arc<Flight>),
}

impl Flights {
    /// For each key: starts a flight, or joins the one under way.
    pub(crate) fn board<'a>(self: &Arc<Self>, keys: impl Iterator<Item = &'a Arc<str>>) -> Vec<Boarding> {
        let mut flying = self.flying.lock();
        keys.map(|key| match flying.get(key) {
            Some(flight) => Boarding::Joined(Arc::clone(flight)),
            None => {
                let flight = Arc::new(Flight::default());
                flying.insert(Arc::clone(key), Arc::clone(&flight));
                Boarding::Started(Claim { flights: Arc::clone(self), key: Arc::clone(key), flight })
            }
        })
        .collect()
    }
}

impl Claim {
    pub(crate) fn land(self, landed: Landed) {
        self.flight.landed.set(landed).ok();
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Gone from the map before anybody hears of it: who goes again starts a flight of its own.
        self.flights.flying.lock().remove(&self.key);
        self.flight.landed.get_or_init(|| Landed::Abandoned);
        self.flight.notify.notify_waiters();
    }
}
