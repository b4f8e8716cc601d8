//! Logging in and out, for staff.
use super::{errors::StaffLogInUserError, member::StaffMember};
use crate::{
    access::{AccessTo, Grant, Viewer},
    context::Request as _,
    execution::direct,
    mutation::{Keep, flow, refusals, run},
    policy::{CacheControl, Decision, Governed as _, governed},
};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use futures_util::{FutureExt, TryFutureExt};
use tradewind_commerce::{
    account::{Refused, sessions},
    staff::log_in,
};
use uuid::Uuid;

/// A member of staff who logs in.
#[derive(Clone, InputObject)]
pub struct StaffLogInInput {
    /// The address of the member.
    pub email: String,
    /// The password of the member.
    pub password: String,
}

/// A session of a member of staff.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(StaffSessionToken::DECISION))]
pub struct StaffSessionToken {
    /// To be sent as `Authorization: Bearer <token>`. Whoever has it is the member: keep it secret.
    token: String,
    /// When it ends; then log in again.
    expires_at: DateTime<Utc>,
}

/// Who is logged in.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct StaffLogInPayload {
    /// The session; null where nobody is logged in.
    session: Option<StaffSessionToken>,
    /// Who is logged in.
    member: Option<StaffMember>,
    /// Why nobody is.
    user_errors: Vec<StaffLogInUserError>,
}

/// Nobody is logged in any more.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct StaffLogOutPayload {
    /// Whether the token stood for somebody until now.
    was_logged_in: bool,
}

/// Mutations about sessions of staff.
#[derive(Default)]
pub struct StaffSessionMutations;

#[Object(crate = "crate::execution")]
impl StaffSessionMutations {
    /// Logs a member of staff in, for 12 hours.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn staff_log_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: StaffLogInInput,
    ) -> Result<StaffLogInPayload> {
        let input = log_in::Input { email: input.email, password: input.password.into() };
        let (accounts, client) = (&ctx.request().commerce().accounts, &ctx.request().caller.client);
        let state = (accounts, input, client);
        let outcome = flow(
            ctx,
            Keep::Sealed,
            &state,
            |(accounts, input, client), moment| log_in::prepare(accounts, input, client, moment).boxed(),
            |_, prepared, tx, moment| log_in::apply(tx, prepared, moment).boxed(),
        )
        .await?;
        let (mut session, mut member) = (None, None);
        if let Ok(logged_in) = &outcome {
            ctx.request().effects.hold_secret();
            let (token, expires_at) = (logged_in.token.expose().to_owned(), logged_in.expires_at);
            session = Some(StaffSessionToken { token, expires_at });
            member = StaffMember::load(ctx, logged_in.member_id).await?;
        }
        Ok(StaffLogInPayload { session, member, user_errors: refusals(ctx, outcome) })
    }

    /// For staff: ends the session of this request.
    #[graphql(directive = AccessTo::apply(&[Grant::Staff]))]
    async fn staff_log_out(&self, ctx: &Context<'_>) -> Result<StaffLogOutPayload> {
        let session = match ctx.request().caller.viewer {
            Some(Viewer::Staff { session, .. }) => session,
            _ => Uuid::nil(),
        };
        let state = (session,);
        let outcome = run(ctx, Keep::Plainly, &state, |(session,), tx, moment| {
            log_in::log_out(tx, *session, moment).map_ok(Ok::<_, Vec<Refused<sessions::Code>>>).boxed()
        });
        Ok(StaffLogOutPayload { was_logged_in: outcome.await?.unwrap_or_default() })
    }
}

direct!(StaffSessionToken {});
direct!(StaffLogInPayload {});
direct!(StaffLogOutPayload {});
direct!(StaffSessionMutations {});
governed! {
    Decision::Part => StaffSessionMutations;
    Decision::Never => StaffSessionToken, StaffLogInPayload, StaffLogOutPayload;
}
