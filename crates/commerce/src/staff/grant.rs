//! What somebody may give to others.
use tradewind_domain::staff::{Area, Permission, Permissions};
use tradewind_persistence::write::staff::{StaffMember, StaffRole};
use uuid::Uuid;

/// Whoever manages staff. Nobody gives away what they may not do themselves, nor changes a member who may do more:
/// otherwise who may manage staff could make themselves an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granter {
    /// What they may do.
    pub permissions: Permissions,
}

impl Granter {
    /// Somebody at the machine.
    pub fn owner() -> Self {
        Self { permissions: Permissions::all() }
    }

    /// Whether these may be given, or taken.
    pub fn may_give(self, permissions: Permissions) -> bool {
        self.permissions.covers_all(permissions)
    }

    /// The roles of these ids and what they allow together; Err: the place of one that does not exist, or allows too much.
    pub(super) fn roles(self, roles: &[StaffRole], wanted: &[Uuid]) -> Result<Permissions, Ungiven> {
        let mut permissions = Permissions::NONE;
        for (place, id) in wanted.iter().enumerate() {
            let Some(role) = roles.iter().find(|role| role.id == *id) else { return Err(Ungiven::Unknown(place)) };
            if !self.may_give(role.permissions) {
                return Err(Ungiven::TooMuch(place));
            }
            permissions = permissions.union(role.permissions);
        }
        Ok(permissions)
    }
}

/// Why a role is not given.
pub(super) enum Ungiven {
    Unknown(usize),
    TooMuch(usize),
}

/// Whether somebody is left who can log in and manage staff.
pub(super) fn somebody_manages(members: &[StaffMember]) -> bool {
    let manages = |member: &StaffMember| {
        let may = member.permissions.covers(Permission::write(Area::Staff));
        may && member.disabled_at.is_none() && member.password_hash.is_some()
    };
    members.iter().any(manages)
}
