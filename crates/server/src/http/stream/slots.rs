//! How much stays open, in all and for one address.
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::watch;

/// The places.
#[derive(Clone, Debug)]
pub(crate) struct Slots(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    most: usize,
    most_per_address: Option<usize>,
    by_address: Mutex<HashMap<IpAddr, usize>>,
    open: watch::Sender<usize>,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Full {
    /// For anybody.
    Server(usize),
    /// For this address.
    Address(usize),
}

impl Slots {
    pub(crate) fn new(most: usize, most_per_address: Option<usize>) -> Self {
        let (open, _) = watch::channel(0);
        Self(Arc::new(Inner { most, most_per_address, by_address: Mutex::default(), open }))
    }

    /// A place until the slot is dropped.
    pub(in crate::http) fn take(&self, address: IpAddr) -> Result<Slot, Full> {
        let mut by_address = self.0.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if *self.0.open.borrow() >= self.0.most {
            return Err(Full::Server(self.0.most));
        }
        let own = by_address.get(&address).copied().unwrap_or(0);
        if let Some(most) = self.0.most_per_address.filter(|most| own >= *most) {
            return Err(Full::Address(most));
        }
        by_address.insert(address, own + 1);
        self.0.open.send_modify(|open| *open += 1);
        Ok(Slot { slots: self.clone(), address })
    }

    /// Waits until nothing is open.
    pub(crate) async fn empty(&self) {
        // The sender is in `self`: it cannot be gone.
        let _ = self.0.open.subscribe().wait_for(|open| *open == 0).await;
    }

    /// What is open.
    pub(crate) fn open(&self) -> usize {
        *self.0.open.borrow()
    }
}

/// One place that is taken.
#[derive(Debug)]
pub(in crate::http) struct Slot {
    slots: Slots,
    address: IpAddr,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let inner = &self.slots.0;
        let mut by_address = inner.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        match by_address.get_mut(&self.address) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                by_address.remove(&self.address);
            }
        }
        inner.open.send_modify(|open| *open -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_back() {
        let slots = Slots::new(3, Some(2));
        let address = |last| IpAddr::from([192, 0, 2, last]);
        let held = [slots.take(address(1)).expect("free"), slots.take(address(1)).expect("free")];
        assert_eq!(slots.take(address(1)).expect_err("taken"), Full::Address(2));
        let other = slots.take(address(2)).expect("free");
        assert_eq!(slots.take(address(3)).expect_err("taken"), Full::Server(3));
        drop(other);
        drop(held);
        assert_eq!((slots.open(), slots.0.by_address.lock().expect("no panic").len()), (0, 0));
    }
}
