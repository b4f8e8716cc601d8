//! The decision about a type.
use tradewind_cache::Policy;

/// What was decided about a type or a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It may be kept, this long and in this way.
    Kept(Policy),
    /// A part of whatever it stands in, with nothing of its own to say: an amount of money, a page of a list.
    Part,
    /// It is never kept, nor is an answer with it.
    Never,
}

impl Decision {
    /// What the loaders of the type obey.
    pub(crate) const fn policy(self) -> Policy {
        match self {
            Self::Kept(policy) => policy,
            Self::Part | Self::Never => Policy::NEVER,
        }
    }
}

/// A type of the schema about which something was decided.
pub(crate) trait Governed {
    /// The decision, in the one place where it is made.
    const DECISION: Decision;
}

/// What the catalog shows to everybody: an hour, and ten minutes more while the database is gone.
pub(crate) const CATALOG: Decision = Decision::Kept(Policy::public(3600).stale_if_error(600));

/// Writes decisions down.
macro_rules! governed {
    ($($decision:expr => $($object:ty),+;)+) => {
        $($(impl $crate::policy::Governed for $object {
            const DECISION: $crate::policy::Decision = $decision;
        })+)+
    };
}
pub(crate) use governed;
