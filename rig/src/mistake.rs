//! The mistakes that can be planted in a server, and the faults under which each shows.
use crate::fault::Fault;

/// A mistake by the name that the server knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mistake {
    pub(crate) name: &'static str,
    /// Faults that bring it to light; the load alone does for the others.
    pub(crate) faults: &'static [Fault],
}

/// What most shops do instead of a log: the writer deletes after its commit. The server does so for profiles.
pub(crate) const BASELINE: &str = "delete-after-commit";

/// All of them.
pub(crate) const ALL: &[Mistake] = &[
    Mistake { name: "as-of-after-read", faults: &[Fault::AnswersLate] },
    Mistake { name: "as-of-is-newest", faults: &[] },
    Mistake { name: "tail-by-newest", faults: &[] },
    Mistake { name: "floor-itself", faults: &[] },
    Mistake { name: "replica-as-primary", faults: &[Fault::ReplicaDelay, Fault::ReplicaPause, Fault::RedisFlush] },
    Mistake { name: "replica-ungated", faults: &[Fault::ReplicaDelay, Fault::ReplicaPause] },
    Mistake { name: "joiner-unchecked", faults: &[Fault::AnswersLate] },
    Mistake { name: "fence-joined", faults: &[Fault::LogLate] },
    Mistake { name: "no-commit-wait", faults: &[] },
    Mistake { name: "lease-unchecked", faults: &[Fault::PrimaryCutFromInstance] },
];
