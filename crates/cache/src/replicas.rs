//! The read-only copies: how far each is, and which may answer.

use crate::{cache::Core, clock::micros, floors::Position, log::Replicas};
use parking_lot::Mutex;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Failures in a row after which one is left alone.
const FAILURES: u32 = 5;
/// For how long, times the number of times in a row.
const EJECTED: Duration = Duration::from_secs(10);
/// At most so many times as long.
const EJECTIONS: u32 = 6;
/// Without requests, each looks so often whether there are any again.
const IDLE: Duration = Duration::from_millis(250);

pub(crate) struct Fleet {
    source: Arc<dyn Replicas>,
    members: Vec<Mutex<Member>>,
    next: AtomicUsize,
    max_lag: Duration,
}

#[derive(Clone, Debug)]
struct Member {
    epoch: Arc<str>,
    xmin: u64,
    failures: u32,
    ejections: u32,
    ejected_until: u64,
}

impl Fleet {
    pub(crate) fn new(source: Arc<dyn Replicas>, max_lag: Duration) -> Self {
        let member = Member { epoch: Arc::from(""), xmin: 0, failures: 0, ejections: 0, ejected_until: 0 };
        let members = (0..source.count()).map(|_| Mutex::new(member.clone())).collect();
        Self { source, members, next: AtomicUsize::new(0), max_lag }
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    /// One that is well, of this history, and further than `needed`; with how far it was before whatever is asked of it
    /// now. In turns. Otherwise why not, of the last one.
    pub(crate) fn choose(
        &self,
        position: &Position,
        needed: u64,
        but: Option<usize>,
        now: u64,
    ) -> Result<(usize, u64), &'static str> {
        let mut why = "none";
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        for step in 0..self.members.len() {
            let number = first.wrapping_add(step) % self.members.len();
            let Some(member) = self.members.get(number).filter(|_| Some(number) != but) else { continue };
            let member = member.lock();
            why = if now < member.ejected_until {
                "ejected"
            } else if !position.name.is_empty() && member.epoch != position.name {
                "epoch"
            } else if member.xmin <= needed {
                "behind"
            } else {
                return Ok((number, member.xmin));
            };
        }
        Err(why)
    }

    /// Tells how a load from it went.
    pub(crate) fn ended(&self, number: usize, failed: bool, now: u64) {
        let Some(member) = self.members.get(number) else { return };
        let mut member = member.lock();
        if !failed {
            member.failures = 0;
            return;
        }
        member.failures += 1;
        if member.failures >= FAILURES {
            member.eject(now);
        }
    }
}

impl Member {
    fn eject(&mut self, now: u64) {
        self.failures = 0;
        self.ejections = (self.ejections + 1).min(EJECTIONS);
        self.ejected_until = now + micros(EJECTED) * u64::from(self.ejections);
    }
}

/// Follows one replica.
pub(crate) async fn follow(core: Arc<Core>, number: usize) {
    loop {
        let Some(fleet) = &core.fleet else { return };
        if !core.is_active() {
            tokio::time::sleep(IDLE).await;
            continue;
        }
        let polled = tokio::time::timeout(core.config.poll_timeout, fleet.source.poll(number)).await;
        let now = core.clock.now();
        match polled {
            Ok(Ok(poll)) => {
                let behind = core.floors.position().as_of.saturating_sub(poll.xmin);
                core.config.metrics.replica(number, behind);
                if let Some(member) = fleet.members.get(number) {
                    let mut member = member.lock();
                    let ejected = now < member.ejected_until;
                    if poll.lag > fleet.max_lag && !ejected {
                        member.eject(now);
                    } else if poll.lag <= fleet.max_lag && !ejected {
                        member.ejections = 0;
                    }
                    member.epoch = poll.epoch;
                    member.xmin = poll.xmin;
                }
            }
            _ => fleet.ended(number, true, now),
        }
        tokio::time::sleep(core.config.poll_interval).await;
    }
}
