//! The mistakes that can be planted in a server, and the faults under which each shows.
use crate::{fault::Fault, load::Registers};

/// A mistake by the name that the server knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mistake {
    pub(crate) name: &'static str,
    /// Faults that bring it to light; the load alone does for the others.
    pub(crate) faults: &'static [Fault],
    /// What is read and written: where it shows only in a few registers, these.
    pub(crate) read: Registers,
}

/// What most shops do instead of a log: the writer deletes after its commit. The server does so for profiles.
pub(crate) const BASELINE: &str = "delete-after-commit";

/// All of them.
pub(crate) const ALL: &[Mistake] = &[
    Mistake::new("as-of-after-read", &[Fault::AnswersLate]),
    Mistake::new("as-of-is-newest", &[]),
    Mistake::new("tail-by-newest", &[]),
    Mistake::new("floor-itself", &[]),
    Mistake::new("replica-as-primary", &[Fault::ReplicaDelay, Fault::ReplicaPause, Fault::RedisFlush]),
    Mistake::new("replica-ungated", &[Fault::ReplicaDelay, Fault::ReplicaPause]),
    Mistake::new("joiner-unchecked", &[Fault::AnswersLate]),
    // Only STRICT reads wait for a poll.
    Mistake { read: Registers::Profiles, ..Mistake::new("fence-joined", &[Fault::LogLate]) },
    Mistake::new("no-commit-wait", &[]),
    Mistake::new("lease-unchecked", &[Fault::PrimaryCutFromInstance]),
];

impl Mistake {
    const fn new(name: &'static str, faults: &'static [Fault]) -> Self {
        Self { name, faults, read: Registers::All }
    }
}
