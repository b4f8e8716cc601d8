//! What the faults tell the driver.
use crate::Failure;
use std::{
    sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering},
    time::Duration,
};
use tokio::sync::{mpsc::UnboundedSender, oneshot};

/// No instance.
const NONE: usize = usize::MAX;

/// Shared with the driver's thread.
#[derive(Debug)]
pub(crate) struct Control {
    stop: AtomicBool,
    /// Nobody begins a write.
    quiet: AtomicBool,
    /// Writers send to this instance only.
    write_to: AtomicUsize,
    /// The next write to this instance kills it after the commit.
    die: AtomicUsize,
    /// Where the rig's own statements go.
    primary: AtomicU16,
    orders: UnboundedSender<Order>,
}

/// Something that the driver does at once.
#[derive(Debug)]
pub(crate) enum Order {
    /// Names what the rig does from now on.
    Phase(String),
    /// Updates every product in one statement.
    UpdateAll(oneshot::Sender<Result<(), String>>),
    /// Keeps a writing transaction open for so long.
    LongTransaction(Duration, oneshot::Sender<Result<(), String>>),
}

impl Control {
    pub(crate) fn new(primary: u16, orders: UnboundedSender<Order>) -> Self {
        Self {
            stop: AtomicBool::new(false),
            quiet: AtomicBool::new(false),
            write_to: AtomicUsize::new(NONE),
            die: AtomicUsize::new(NONE),
            primary: AtomicU16::new(primary),
            orders,
        }
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Whether writers rest; what was begun goes on to its end.
    pub(crate) fn rest(&self, quiet: bool) {
        self.quiet.store(quiet, Ordering::Relaxed);
    }

    pub(super) fn is_resting(&self) -> bool {
        self.quiet.load(Ordering::Relaxed)
    }

    pub(crate) fn write_to(&self, instance: Option<usize>) {
        self.write_to.store(instance.unwrap_or(NONE), Ordering::Relaxed);
    }

    pub(super) fn writes_to(&self) -> Option<usize> {
        Some(self.write_to.load(Ordering::Relaxed)).filter(|instance| *instance != NONE)
    }

    pub(crate) fn kill_after_commit(&self, instance: usize) {
        self.die.store(instance, Ordering::Relaxed);
    }

    /// Whether this write is the one that kills.
    pub(super) fn kills(&self, instance: usize) -> bool {
        self.die.compare_exchange(instance, NONE, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    pub(crate) fn lead(&self, port: u16) {
        self.primary.store(port, Ordering::Relaxed);
    }

    pub(super) fn primary(&self) -> u16 {
        self.primary.load(Ordering::Relaxed)
    }

    /// Names what the rig does from now on.
    pub(crate) fn phase(&self, name: impl Into<String>) {
        let _ = self.orders.send(Order::Phase(name.into()));
    }

    /// Has something done, and waits for it.
    pub(crate) async fn order(
        &self,
        order: impl FnOnce(oneshot::Sender<Result<(), String>>) -> Order,
    ) -> Result<(), Failure> {
        let (done, wait) = oneshot::channel();
        let _ = self.orders.send(order(done));
        Ok(wait.await??)
    }
}
