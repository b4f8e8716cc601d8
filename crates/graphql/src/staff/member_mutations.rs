//! Inviting and changing members of staff.
use super::{errors::StaffMemberUserError, member::StaffMember};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    execution::direct,
    mutation::{Keep, refusals, shown, staff_of, staff_run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use futures_util::FutureExt;
use tradewind_commerce::{
    account::Outcome,
    staff::members::{self, Code, MemberChanges, NewMember},
};
use tradewind_domain::global_id::NodeKind;
use uuid::Uuid;

/// Somebody who is to work for the shop.
#[derive(Clone, InputObject)]
pub struct StaffMemberCreateInput {
    /// Where the invitation goes, and what they log in with.
    pub email: String,
    /// For people, at most 100 characters.
    pub name: String,
    /// Ids of their roles.
    pub role_ids: Vec<ID>,
}

/// What is to be different; what is left out stays.
#[derive(Clone, InputObject)]
pub struct StaffMemberUpdateInput {
    /// For people, at most 100 characters.
    pub name: Option<String>,
    /// Ids of all their roles from now on.
    pub role_ids: Option<Vec<ID>>,
    /// Whether they cannot log in; their sessions end, and their API keys do nothing meanwhile.
    pub is_disabled: Option<bool>,
}

/// A member of staff.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct StaffMemberPayload {
    /// The member, as they are now; null where nothing was done.
    member: Option<StaffMember>,
    /// Why nothing was done.
    user_errors: Vec<StaffMemberUserError>,
}

impl StaffMemberPayload {
    async fn of(ctx: &Context<'_>, outcome: Outcome<Uuid, Code>) -> Result<Self> {
        let member = shown(&outcome, |id| StaffMember::load(ctx, *id)).await?;
        Ok(Self { member, user_errors: refusals(ctx, outcome) })
    }
}

fn roles(argument: &str, ids: &[ID]) -> Result<Vec<Uuid>> {
    let read = |(place, id)| typed_id(format_args!("{argument}[{place}]"), id, NodeKind::StaffRole);
    ids.iter().enumerate().map(read).collect()
}

/// Mutations about members of staff.
#[derive(Default)]
pub struct MemberMutations;

#[Object(crate = "crate::execution")]
impl MemberMutations {
    /// For staff: adds a member, and mails a link that sets the password. Nobody gives a role that may do more than they
    /// may themselves.
    #[graphql(directive = AccessTo::apply(&[Grant::StaffWrite]))]
    async fn staff_member_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: StaffMemberCreateInput,
    ) -> Result<StaffMemberPayload> {
        let (_, granter) = staff_of(ctx)?;
        let roles = roles("input.roleIds", &input.role_ids)?;
        let new = NewMember { email: input.email, name: input.name, roles };
        let state = (&ctx.request().commerce().accounts, new, granter);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(accounts, new, granter), tx, moment| {
            members::invite(accounts, tx, new, *granter, moment).boxed()
        });
        StaffMemberPayload::of(ctx, outcome.await?).await
    }

    /// For staff: changes a member. Somebody who may manage staff is always left.
    #[graphql(directive = AccessTo::apply(&[Grant::StaffWrite]))]
    async fn staff_member_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the member.")] id: ID,
        #[graphql(desc = "What is to be different.")] input: StaffMemberUpdateInput,
    ) -> Result<StaffMemberPayload> {
        let (_, granter) = staff_of(ctx)?;
        let id = typed_id("id", &id, NodeKind::StaffMember)?;
        let roles = input.role_ids.map(|ids| roles("input.roleIds", &ids)).transpose()?;
        let state = (id, MemberChanges { name: input.name, roles, disabled: input.is_disabled }, granter);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, changes, granter), tx, moment| {
            members::update(tx, *id, changes, *granter, moment).boxed()
        });
        StaffMemberPayload::of(ctx, outcome.await?).await
    }

    /// For staff: mails the invitation once more; the links before it are good no more.
    #[graphql(directive = AccessTo::apply(&[Grant::StaffWrite]))]
    async fn staff_member_invite_again(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the member.")] id: ID,
    ) -> Result<StaffMemberPayload> {
        let (_, granter) = staff_of(ctx)?;
        let id = typed_id("id", &id, NodeKind::StaffMember)?;
        let state = (&ctx.request().commerce().accounts, id, granter);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(accounts, id, granter), tx, moment| {
            members::invite_again(accounts, tx, *id, *granter, moment).boxed()
        });
        StaffMemberPayload::of(ctx, outcome.await?).await
    }
}

direct!(StaffMemberPayload {});
direct!(MemberMutations {});
governed! {
    Decision::Part => MemberMutations;
    Decision::Never => StaffMemberPayload;
}
