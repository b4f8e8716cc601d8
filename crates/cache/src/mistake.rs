//! Mistakes in the protocol that a test must find. They exist only with the feature `rig`; without it, each question is
//! answered `false` when the code is compiled.

/// A mistake that can be planted: what the code does wrong then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(not(feature = "rig"), allow(dead_code, unreachable_pub, reason = "planted only by the rig"))]
pub enum Mistake {
    /// Takes the as-of after the rows were read.
    AsOfAfterRead,
    /// Takes the next free transaction as as-of, although some below it are still open.
    AsOfIsNewest,
    /// Tails the log from the highest transaction seen, although a lower one may commit later.
    TailByNewest,
    /// Uses a value whose as-of equals a floor.
    FloorItself,
    /// Stamps what a replica answered with the primary's as-of.
    ReplicaAsPrimary,
    /// Reads a replica however far behind it is, and does not judge what it answers.
    ReplicaUngated,
    /// A reader that joined another's load uses its result unjudged.
    JoinerUnchecked,
    /// A STRICT read is content with a poll that was under way before it began.
    FenceJoined,
    /// A writer answers right after its commit.
    NoCommitWait,
    /// A BOUNDED read does not look how old the last poll is.
    LeaseUnchecked,
    /// No log at all: a value is used as long as it is young, and a writer deletes it from the second tier after its
    /// commit. What most shops do; the figures to compare with.
    DeleteAfterCommit,
}

/// The planted mistake, if any.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mistakes {
    #[cfg(feature = "rig")]
    pub(crate) planted: Option<Mistake>,
}

impl Mistakes {
    #[cfg(feature = "rig")]
    pub(crate) fn is(self, mistake: Mistake) -> bool {
        self.planted == Some(mistake)
    }

    #[cfg(not(feature = "rig"))]
    #[inline(always)]
    #[allow(clippy::unused_self, reason = "as with the feature")]
    pub(crate) const fn is(self, _: Mistake) -> bool {
        false
    }
}

#[cfg(feature = "rig")]
impl Mistake {
    /// Every mistake.
    pub const ALL: [Self; 11] = [
        Self::AsOfAfterRead,
        Self::AsOfIsNewest,
        Self::TailByNewest,
        Self::FloorItself,
        Self::ReplicaAsPrimary,
        Self::ReplicaUngated,
        Self::JoinerUnchecked,
        Self::FenceJoined,
        Self::NoCommitWait,
        Self::LeaseUnchecked,
        Self::DeleteAfterCommit,
    ];

    /// Its name on a command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AsOfAfterRead => "as-of-after-read",
            Self::AsOfIsNewest => "as-of-is-newest",
            Self::TailByNewest => "tail-by-newest",
            Self::FloorItself => "floor-itself",
            Self::ReplicaAsPrimary => "replica-as-primary",
            Self::ReplicaUngated => "replica-ungated",
            Self::JoinerUnchecked => "joiner-unchecked",
            Self::FenceJoined => "fence-joined",
            Self::NoCommitWait => "no-commit-wait",
            Self::LeaseUnchecked => "lease-unchecked",
            Self::DeleteAfterCommit => "delete-after-commit",
        }
    }

    /// The mistake of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mistake| mistake.name() == name)
    }
}
