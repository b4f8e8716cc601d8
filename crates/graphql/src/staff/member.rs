//! Members of staff.
use super::role::StaffRole;
use crate::{
    access::{AccessTo, Grant, StaffPermission, Viewer},
    context::Request as _,
    error::database,
    execution::direct,
    policy::{CacheControl, Decision, Governed as _, governed},
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::write::staff::{self, staff_member_by_id, staff_members, staff_roles};
use uuid::Uuid;

/// Somebody who works for the shop.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(StaffMember::DECISION))]
pub struct StaffMember {
    /// Opaque id.
    pub id: ID,
    /// What they log in with.
    pub email: String,
    /// For people.
    pub name: String,
    /// They have set a password: the invitation was followed.
    pub has_password: bool,
    /// They cannot log in.
    pub is_disabled: bool,
    /// When they were invited.
    pub created_at: DateTime<Utc>,
    /// Their roles.
    pub roles: Vec<StaffRole>,
    /// What any of their roles allows.
    pub permissions: Vec<StaffPermission>,
}

impl StaffMember {
    pub(super) fn of(member: &staff::StaffMember, roles: &[staff::StaffRole]) -> Self {
        Self {
            id: ID(GlobalId::encode(NodeKind::StaffMember, member.id)),
            email: member.email.clone(),
            name: member.name.clone(),
            has_password: member.password_hash.is_some(),
            is_disabled: member.disabled_at.is_some(),
            created_at: member.created_at,
            roles: roles.iter().filter(|role| member.roles.contains(&role.id)).map(StaffRole::of).collect(),
            permissions: StaffPermission::write(member.permissions),
        }
    }

    pub(super) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        let db = &ctx.request().db;
        let Some(member) = staff_member_by_id(db.into(), id).await.map_err(database)? else { return Ok(None) };
        let roles = staff_roles(db.into()).await.map_err(database)?;
        Ok(Some(Self::of(&member, &roles)))
    }
}

/// Queries for members of staff.
#[derive(Default)]
pub struct MemberQuery;

#[Object(crate = "crate::execution")]
impl MemberQuery {
    /// For staff: the member who is logged in.
    #[graphql(directive = AccessTo::apply(&[Grant::Staff]))]
    async fn staff_me(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>> {
        match ctx.request().caller.viewer {
            Some(Viewer::Staff { member, .. }) => StaffMember::load(ctx, member).await,
            _ => Ok(None),
        }
    }

    /// For staff: every member, in the order in which they came.
    #[graphql(directive = AccessTo::apply(&[Grant::StaffRead]))]
    async fn staff_members(&self, ctx: &Context<'_>) -> Result<Vec<StaffMember>> {
        let db = &ctx.request().db;
        let members = staff_members(db.into()).await.map_err(database)?;
        let roles = staff_roles(db.into()).await.map_err(database)?;
        Ok(members.iter().map(|member| StaffMember::of(member, &roles)).collect())
    }
}

direct!(StaffMember {});
direct!(MemberQuery {});
governed! {
    Decision::Never => StaffMember;
    Decision::Part => MemberQuery;
}
