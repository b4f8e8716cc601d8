//! Roles of the shop's own.
use super::{errors::StaffRoleUserError, role::StaffRole};
use crate::{
    access::{AccessTo, Grant, StaffPermission},
    execution::direct,
    mutation::{Keep, deleted, refusals, shown, staff_of, staff_run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use futures_util::FutureExt;
use tradewind_commerce::{
    account::Outcome,
    staff::roles::{self, Code},
};
use tradewind_domain::{global_id::NodeKind, staff::Permissions};
use uuid::Uuid;

/// A role of the shop's own; of an update, what is left out stays.
#[derive(Clone, InputObject)]
pub struct StaffRoleInput {
    /// For people; unique, at most 100 characters.
    pub name: Option<String>,
    /// What it allows, nothing that you may not do yourself.
    pub permissions: Option<Vec<StaffPermission>>,
}

/// A role.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct StaffRolePayload {
    /// The role, as it is now; null where nothing was done.
    role: Option<StaffRole>,
    /// Why nothing was done.
    user_errors: Vec<StaffRoleUserError>,
}

/// A role that is gone.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct StaffRoleDeletePayload {
    /// Id of the role; null where nothing was done.
    deleted_id: Option<ID>,
    /// Why nothing was done.
    user_errors: Vec<StaffRoleUserError>,
}

async fn save(ctx: &Context<'_>, id: Option<Uuid>, input: StaffRoleInput) -> Result<StaffRolePayload> {
    let (_, granter) = staff_of(ctx)?;
    let permissions: Option<Permissions> = input.permissions.as_deref().map(StaffPermission::read);
    let state = (id, input.name, permissions, granter);
    let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, name, permissions, granter), tx, moment| {
        roles::save(tx, *id, name.as_deref(), *permissions, *granter, moment).boxed()
    });
    let outcome: Outcome<Uuid, Code> = outcome.await?;
    let role = shown(&outcome, |id| StaffRole::load(ctx, *id)).await?;
    Ok(StaffRolePayload { role, user_errors: refusals(ctx, outcome) })
}

/// Mutations about roles.
#[derive(Default)]
pub struct RoleMutations;

#[Object(crate = "crate::execution")]
impl RoleMutations {
    /// For staff: makes a role.
    #[graphql(directive = AccessTo::apply(&[Grant::StaffWrite]))]
    async fn staff_role_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role.")] input: StaffRoleInput,
    ) -> Result<StaffRolePayload> {
        save(ctx, None, input).await
    }

    /// For staff: changes a role of the shop's own; members who have it are bound to it with their next request.
    #[graphql(directive = AccessTo::apply(&[Grant::StaffWrite]))]
    async fn staff_role_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the role.")] id: ID,
        #[graphql(desc = "What is to be different.")] input: StaffRoleInput,
    ) -> Result<StaffRolePayload> {
        let id = typed_id("id", &id, NodeKind::StaffRole)?;
        save(ctx, Some(id), input).await
    }

    /// For staff: deletes a role that nobody has.
    #[graphql(directive = AccessTo::apply(&[Grant::StaffWrite]))]
    async fn staff_role_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the role.")] id: ID,
    ) -> Result<StaffRoleDeletePayload> {
        let (_, granter) = staff_of(ctx)?;
        let state = (typed_id("id", &id, NodeKind::StaffRole)?, granter);
        let outcome =
            staff_run(ctx, Keep::Plainly, &state, |(id, granter), tx, _| roles::delete(tx, *id, *granter).boxed());
        let outcome = outcome.await?;
        let deleted_id = deleted(&outcome, NodeKind::StaffRole);
        Ok(StaffRoleDeletePayload { deleted_id, user_errors: refusals(ctx, outcome) })
    }
}

direct!(StaffRolePayload {});
direct!(StaffRoleDeletePayload {});
direct!(RoleMutations {});
governed! {
    Decision::Part => RoleMutations;
    Decision::Never => StaffRolePayload, StaffRoleDeletePayload;
}
