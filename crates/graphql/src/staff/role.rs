//! Roles of members of staff.
use crate::{
    access::{AccessTo, Grant, StaffPermission},
    context::Request as _,
    error::database,
    execution::direct,
    policy::{CacheControl, Decision, Governed as _, governed},
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::write::staff::{self, staff_roles};
use uuid::Uuid;

/// What those who have it may do.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(StaffRole::DECISION))]
pub struct StaffRole {
    /// Opaque id.
    pub id: ID,
    /// For people; unique.
    pub name: String,
    /// Every shop has it as it is.
    pub is_built_in: bool,
    /// What it allows.
    pub permissions: Vec<StaffPermission>,
}

impl StaffRole {
    pub(super) fn of(role: &staff::StaffRole) -> Self {
        Self {
            id: ID(GlobalId::encode(NodeKind::StaffRole, role.id)),
            name: role.name.clone(),
            is_built_in: role.built_in.is_some(),
            permissions: StaffPermission::write(role.permissions),
        }
    }

    pub(super) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        let roles = staff_roles((&ctx.request().db).into()).await.map_err(database)?;
        Ok(roles.iter().find(|role| role.id == id).map(Self::of))
    }
}

/// Queries for roles.
#[derive(Default)]
pub struct RoleQuery;

#[Object(crate = "crate::execution")]
impl RoleQuery {
    /// For staff: every role, the built-in ones first.
    #[graphql(directive = AccessTo::apply(&[Grant::StaffRead]))]
    async fn staff_roles(&self, ctx: &Context<'_>) -> Result<Vec<StaffRole>> {
        let roles = staff_roles((&ctx.request().db).into()).await.map_err(database)?;
        Ok(roles.iter().map(StaffRole::of).collect())
    }
}

direct!(StaffRole {});
direct!(RoleQuery {});
governed! {
    Decision::Never => StaffRole;
    Decision::Part => RoleQuery;
}
