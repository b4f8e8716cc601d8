//! Who asks.
use super::{Grant, Grants};
use uuid::Uuid;

/// Whoever showed a token that is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// A customer, through one of their sessions.
    Customer {
        /// Row id.
        customer: Uuid,
        /// Row id of the session.
        session: Uuid,
    },
}

impl Viewer {
    /// What a viewer, or nobody, may use.
    pub(crate) fn grants(viewer: Option<Self>) -> Grants {
        match viewer {
            None => Grants::of(&[Grant::Anyone]),
            Some(Self::Customer { .. }) => Grants::of(&[Grant::Anyone, Grant::Customer]),
        }
    }

    /// Whose entries of the cache these are. Ids are UUIDv7: their second half is random.
    pub(crate) fn cache_owner(self) -> u64 {
        match self {
            Self::Customer { customer, .. } => customer.as_u64_pair().1,
        }
    }
}
