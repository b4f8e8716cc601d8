//! Passwords of members of staff.
use super::errors::StaffPasswordUserError;
use crate::{
    access::{AccessTo, Grant, Viewer},
    context::Request as _,
    execution::direct,
    mutation::{Applied, Keep, audited, flow, refusals},
    policy::{Decision, governed},
};
use async_graphql::{Context, Object, Result, SimpleObject};
use futures_util::FutureExt;
use tradewind_commerce::{
    account::{AccountError, Moment, Token},
    staff::{
        Actor,
        password::{self, ChangeInput, Code, PasswordSet, Prepared},
    },
};
use tradewind_persistence::write::WriteTx;
use uuid::Uuid;

/// A password of a member of staff.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct StaffPasswordPayload {
    /// It was set; or, where it was asked for: a link is on its way, if the address is a member's.
    done: bool,
    /// Why not.
    user_errors: Vec<StaffPasswordUserError>,
}

/// Mutations about passwords of staff.
#[derive(Default)]
pub struct StaffPasswordMutations;

fn apply<'t>(
    prepared: &'t Prepared,
    tx: &'t WriteTx,
    moment: &'t mut Moment<'_>,
) -> Applied<'t, PasswordSet, Code, AccountError> {
    async move {
        let outcome = password::apply(tx, prepared, &mut *moment).await?;
        // In the name of whoever proved to be the member.
        let actor = outcome.as_ref().map_or(Actor::Command, |set| Actor::Member(set.value.member_id));
        Ok(audited(tx, actor, outcome, moment).await?)
    }
    .boxed()
}

#[Object(crate = "crate::execution")]
impl StaffPasswordMutations {
    /// Mails a link that sets a password, if the address is a member's.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn staff_password_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address of the member.")] email: String,
    ) -> Result<StaffPasswordPayload> {
        let (accounts, client) = (&ctx.request().commerce().accounts, &ctx.request().caller.client);
        let state = (accounts, email, client);
        let outcome = flow(
            ctx,
            Keep::Plainly,
            &state,
            |(accounts, email, client), _| password::prepare_request(accounts, email, client).boxed(),
            |(accounts, ..), prepared, tx, moment| password::request(accounts, tx, prepared, moment).boxed(),
        )
        .await?;
        Ok(StaffPasswordPayload { done: outcome.is_ok(), user_errors: refusals(ctx, outcome) })
    }

    /// Sets a password with the token of a link that was mailed; every session of the member ends.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn staff_password_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the link has behind `#`.")] token: String,
        #[graphql(desc = "At least 8 characters, at most 256 bytes.")] password: String,
    ) -> Result<StaffPasswordPayload> {
        let accounts = &ctx.request().commerce().accounts;
        let state = (accounts, Token::sent(token), password.into());
        let outcome = flow(
            ctx,
            Keep::Plainly,
            &state,
            |(accounts, token, password), moment| password::prepare_set(accounts, token, password, moment).boxed(),
            |_, prepared, tx, moment| apply(prepared, tx, moment),
        )
        .await?;
        Ok(StaffPasswordPayload { done: outcome.is_ok(), user_errors: refusals(ctx, outcome) })
    }

    /// For staff: changes the password of the member who is logged in; their other sessions end.
    #[graphql(directive = AccessTo::apply(&[Grant::Staff]))]
    async fn staff_password_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old one.")] current_password: String,
        #[graphql(desc = "At least 8 characters, at most 256 bytes.")] new_password: String,
    ) -> Result<StaffPasswordPayload> {
        let (member_id, session) = match ctx.request().caller.viewer {
            Some(Viewer::Staff { member, session, .. }) => (member, session),
            _ => (Uuid::nil(), Uuid::nil()),
        };
        let (current_password, new_password) = (current_password.into(), new_password.into());
        let (accounts, client) = (&ctx.request().commerce().accounts, &ctx.request().caller.client);
        let state = (accounts, ChangeInput { member_id, session, current_password, new_password }, client);
        let outcome = flow(
            ctx,
            Keep::Plainly,
            &state,
            |(accounts, input, client), moment| password::prepare_change(accounts, input, client, moment).boxed(),
            |_, prepared, tx, moment| apply(prepared, tx, moment),
        )
        .await?;
        Ok(StaffPasswordPayload { done: outcome.is_ok(), user_errors: refusals(ctx, outcome) })
    }
}

direct!(StaffPasswordPayload {});
direct!(StaffPasswordMutations {});
governed! {
    Decision::Part => StaffPasswordMutations;
    Decision::Never => StaffPasswordPayload;
}
