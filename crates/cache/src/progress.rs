//! How far the tail is, for those who wait for it.

use crate::{Clock, Failing, clock::micros};
use std::{
    sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// After so many failed polls in a row, nobody waits for the next.
const PATIENCE: u32 = 3;
/// ... unless the last failure is longer ago than this: then nobody has tried of late.
const RECENT: u64 = 500_000;

/// Polls are numbered from 1 in the order that they begin.
#[derive(Default)]
pub(crate) struct Progress {
    started: AtomicU64,
    applied: AtomicU64,
    /// When the last applied poll began; 0 = none was.
    lease: AtomicU64,
    wanted: AtomicU64,
    failures: AtomicU32,
    failed_at: AtomicU64,
    /// When the last request began.
    pub(crate) requested: AtomicU64,
    pub(crate) idle: AtomicBool,
    pub(crate) wake: Notify,
    ended: Notify,
}

impl Progress {
    pub(crate) fn begin(&self) -> u64 {
        self.started.fetch_add(1, Ordering::AcqRel) + 1
    }

    pub(crate) fn succeed(&self, poll: u64, began: u64) {
        self.failures.store(0, Ordering::Relaxed);
        // In this order: who sees the lease knows at least this poll's number.
        self.applied.store(poll, Ordering::Release);
        self.lease.store(began, Ordering::Release);
        self.ended.notify_waiters();
    }

    pub(crate) fn fail(&self, now: u64) {
        self.failed_at.store(now, Ordering::Relaxed);
        self.failures.fetch_add(1, Ordering::Release);
        self.ended.notify_waiters();
    }

    pub(crate) fn failures(&self) -> u32 {
        self.failures.load(Ordering::Acquire)
    }

    pub(crate) fn applied(&self) -> u64 {
        self.applied.load(Ordering::Acquire)
    }

    pub(crate) fn started(&self) -> u64 {
        self.started.load(Ordering::Acquire)
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Acquire) > self.applied()
    }

    /// Age of what is known; `None` = nothing is.
    pub(crate) fn age(&self, now: u64) -> Option<Duration> {
        let lease = self.lease.load(Ordering::Acquire);
        (lease > 0).then(|| Duration::from_micros(now.saturating_sub(lease)))
    }

    pub(crate) fn has_given_up(&self, now: u64) -> bool {
        self.failures() >= PATIENCE && now.saturating_sub(self.failed_at.load(Ordering::Relaxed)) < RECENT
    }

    pub(crate) fn request(&self, now: u64) {
        self.requested.store(now, Ordering::Relaxed);
        if self.idle.load(Ordering::Relaxed) {
            self.wake.notify_one();
        }
    }

    /// Waits until `enough` says so after a poll was applied. `wanted`: the least number of the poll that may do.
    pub(crate) async fn wait(
        &self,
        clock: &Clock,
        timeout: Duration,
        wanted: u64,
        enough: impl Fn(&Self) -> bool,
    ) -> Result<(), Failing> {
        let deadline = Instant::now() + timeout;
        loop {
            let ended = self.ended.notified();
            if enough(self) {
                return Ok(());
            }
            let now = clock.now();
            if self.has_given_up(now) {
                return Err(Failing { age: self.age(now) });
            }
            self.wanted.fetch_max(wanted.max(self.applied() + 1), Ordering::AcqRel);
            self.wake.notify_one();
            if tokio::time::timeout_at(deadline, ended).await.is_err() {
                return if enough(self) { Ok(()) } else { Err(Failing { age: self.age(clock.now()) }) };
            }
        }
    }

    /// Whether the last applied poll began no longer ago than `delta`.
    pub(crate) fn holds_lease(&self, now: u64, delta: Duration) -> bool {
        let lease = self.lease.load(Ordering::Acquire);
        lease > 0 && now.saturating_sub(lease) <= micros(delta)
    }
}
