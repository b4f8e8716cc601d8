//! Who asks.
use super::{Grant, Grants};
use tradewind_commerce::staff::{Actor, Granter};
use tradewind_domain::staff::Permissions;
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
    /// A member of staff, through one of their sessions.
    Staff {
        /// Row id.
        member: Uuid,
        /// Row id of the session.
        session: Uuid,
        /// What they may do.
        permissions: Permissions,
    },
    /// A program, through an API key.
    ApiKey {
        /// Row id.
        key: Uuid,
        /// What it may do: of its scopes, those that the member who made it has too.
        permissions: Permissions,
    },
}

impl Viewer {
    /// What a viewer, or nobody, may use.
    pub(crate) fn grants(viewer: Option<Self>) -> Grants {
        match viewer {
            None => Grants::of(&[Grant::Anyone]),
            Some(Self::Customer { .. }) => Grants::of(&[Grant::Anyone, Grant::Customer]),
            Some(Self::Staff { permissions, .. }) => {
                Grants::of(&[Grant::Anyone, Grant::Staff]).and(Grants::of_permissions(permissions))
            }
            Some(Self::ApiKey { permissions, .. }) => {
                Grants::of(&[Grant::Anyone]).and(Grants::of_permissions(permissions))
            }
        }
    }

    /// Whose entries of the cache these are. Ids are UUIDv7: their second half is random.
    pub(crate) fn cache_owner(self) -> u64 {
        let (Self::Customer { customer: id, .. } | Self::Staff { member: id, .. } | Self::ApiKey { key: id, .. }) =
            self;
        id.as_u64_pair().1
    }

    /// In whose name staff writes; None of customers.
    pub(crate) fn actor(self) -> Option<Actor> {
        match self {
            Self::Customer { .. } => None,
            Self::Staff { member, .. } => Some(Actor::Member(member)),
            Self::ApiKey { key, .. } => Some(Actor::ApiKey(key)),
        }
    }

    /// What staff may give to others.
    pub(crate) fn granter(self) -> Granter {
        match self {
            Self::Customer { .. } => Granter { permissions: Permissions::NONE },
            Self::Staff { permissions, .. } | Self::ApiKey { permissions, .. } => Granter { permissions },
        }
    }
}
